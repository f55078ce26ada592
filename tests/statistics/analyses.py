"""What the tests of the analyses share: the assumptions of the seed, and rows with a planted truth."""

from __future__ import annotations

import csv
from pathlib import Path

from service_control.statistics.assumptions import Assumptions

SEED = Path(__file__).parents[2] / "seeds" / "assumptions.csv"


def values_of_seed() -> dict[str, float]:
    with SEED.open(newline="", encoding="utf-8") as file:
        return {row["assumption_code"]: float(row["value"]) for row in csv.DictReader(file)}


ASSUMPTIONS = Assumptions.of(values_of_seed())
