"""SQL and Python score the same, and several processes as one does."""

from __future__ import annotations

import numpy as np

from benchmarks.text.parity import compare
from benchmarks.text.speed import batches, settings, texts
from service_control.text.pipeline import process_all
from service_control.text.tables import part_table


def test_sql_scores_as_python_does():
    """Sentiment, emotions, drivers and elements of 100,000 texts; Dutch sentiment is a learned model."""
    found = compare(100_000)
    assert found.scores >= 100_000 * 40
    assert found.only_one_side == 0
    assert found.largest_difference < 1e-6


def test_every_term_is_a_part_of_itself():
    parts = part_table(["goed", "not:goed", "niet goed"]).to_pylist()
    assert {row["term"] for row in parts if row["term"] == row["part"]} == {"goed", "not:goed", "niet goed"}
    assert part_table([]).num_rows == 0


def test_processes_give_what_one_gives_in_order():
    raw, people = texts(12_000)
    one, two = (list(process_all(batches(raw, people), settings(), processes)) for processes in (1, 2))
    assert [batch.hashes for batch in one] == [batch.hashes for batch in two]
    assert [batch.kinds for batch in one] == [batch.kinds for batch in two]
    for alone, together in zip(one, two, strict=True):
        for task, values in alone.scores.values.items():
            np.testing.assert_allclose(values, together.scores.values[task], atol=1e-12)


def test_the_writer_is_masked():
    raw, people = texts(5_000)
    (batch,) = process_all(batches(raw, people), settings())
    named = [at for at, (text, (person,)) in enumerate(zip(raw, people, strict=True)) if person.name in text]
    assert len(named) > 50
    for at in named:
        assert people[at][0].name not in batch.texts[at]
        assert "name" in batch.kinds[at]
