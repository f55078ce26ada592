"""The cards of docs/metrics say what the seeds say."""

from __future__ import annotations

import metric_cards
import pytest

from tests.app.running import ROOT

PAGES = metric_cards.pages()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name):
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name], "run `make cards`"


def test_no_card_of_a_metric_that_is_gone():
    there = {f"{metric_cards.FOLDER}/{path.name}" for path in (ROOT / metric_cards.FOLDER).glob("*.md")}
    assert there - {f"{metric_cards.FOLDER}/matrix.md"} <= set(PAGES)


def test_card_tells_what_the_catalogue_tells():
    card = PAGES["docs/metrics/churn.md"]
    for said in (
        "Verloop van klanten",
        "lower is better",
        "lager is beter",
        "Wilson",
        "0.80%",
        "Monthly",
        "2026",
    ):
        assert said in card
    assert "(../../models/marts/core/fct_customer_months.sql)" in card
    assert "corrected for a finite population" in PAGES["docs/metrics/esat.md"]
    assert "corrected for a finite population" not in card
