"""The simulation of benchmarks/analysis_coverage.py in small: forty data sets per study, seeded, so nothing varies.

The page in benchmarks/results has 500; here an interval that is wrong by construction must show.
"""

from __future__ import annotations

import pytest

from benchmarks.analysis_coverage import STUDIES, run

CHOSEN = {
    "300 respondents x 4, drivers correlate 0.4",
    "300 respondents x 4, no driver has any effect",
    "1000 customers",
    "300 respondents x 4",
    "600 respondents, gain 0.4",
    "14 units, slope 0.0",
    "40 units, slope 0.4",
    "14 units, slope 0.1",
    "20 units, correlation 0.3",
    "600 respondents x 2, correlation 0.2",
    "1500 customers, effect 0.4",
    "24 teams of 8, slope 0.0",
    "24 teams of 8, slope 0.4",
}


@pytest.mark.parametrize(
    "study", [study for study in STUDIES if study[1] in CHOSEN], ids=lambda study: f"{study[0]}: {study[1]}"
)
def test_intervals_hold_and_nothing_is_made_up(study):
    found = run(study, 40)
    assert found.pop("refused", (0.0, 0))[0] == 0
    for name, (share, _) in found.items():
        if "held" in name:
            assert share >= 0.8, name
        if name in ("without effect called real", "symmetric called asymmetric", "alike called larger"):
            assert share <= 0.125, name
    assert any("held" in name or "without effect" in name for name in found)
