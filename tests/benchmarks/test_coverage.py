"""The simulation of benchmarks/coverage.py, smaller: coverage that a change of an estimator may not lose."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.coverage import (
    PAGE,
    TABLES,
    false_alarms,
    of_repeated_respondents,
    of_small_populations,
    of_weighted_surveys,
    plain,
)

SAMPLES = 2000
# chance alone moves a cell of so many samples by one point
CHANCE = 1.0


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(11)


def test_independent_answers(random: np.random.Generator) -> None:
    rows = {name: cells for name, *cells in plain(SAMPLES, random)}
    for name, (ten, thirty, many) in rows.items():
        assert 94 - CHANCE < many < 96 + CHANCE, name
        assert 93 - CHANCE < thirty < 98 + CHANCE, name
        assert 92 - CHANCE < ten < 98.5 + CHANCE, name


def test_small_populations(random: np.random.Generator) -> None:
    for name, *cells in of_small_populations(SAMPLES, random):
        assert 94 - CHANCE < min(cells) <= max(cells) < 97 + CHANCE, name


def test_repeated_respondents_need_the_design_effect(random: np.random.Generator) -> None:
    for name, *cells in of_repeated_respondents(SAMPLES // 2, random):
        assert max(cells[::2]) < 94.5, name
        assert 93 - 1.5 * CHANCE < min(cells[1::2]) <= max(cells[1::2]) < 97 + 1.5 * CHANCE, name


def test_weights_put_the_population_right(random: np.random.Generator) -> None:
    *_, (_, *cells) = of_weighted_surveys(SAMPLES, random)
    assert max(cells[::2]) < 20
    assert min(cells[1::2]) > 90


def test_a_page_without_a_change_rarely_shows_one(random: np.random.Generator) -> None:
    for name, single, pages in false_alarms(SAMPLES, random):
        assert single < 5 + CHANCE / 2 and pages < 5 + 1.5 * CHANCE, name


def test_the_page_is_that_of_these_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for title, _, columns, remark in TABLES:
        assert f"## {title}\n\n{remark}\n\n| | {' | '.join(columns)} |" in page
