"""SQL and Python score the same, and several processes as one does."""

from __future__ import annotations

from contextlib import closing

import duckdb
import numpy as np
import psycopg2
import pyarrow as pa
import pytest
from psycopg2.extras import execute_values

from benchmarks.text.parity import compare, query
from benchmarks.text.speed import batches, texts
from orchestration.portable_sql import Check, Project
from orchestration.text_seeds import cold_models, modifiers, scrubber
from service_control.text.pipeline import score_all, scrub_all
from service_control.text.score import Scorer, scores_with
from service_control.text.tables import part_table, text_tables, weight_table
from service_control.text.terms import Vocabulary
from service_control.text.tokens import normalise
from service_control.text.weights import INTERCEPT, Model, Weights


def test_sql_scores_as_python_does():
    """Sentiment, emotions, drivers and elements of 100,000 texts; Dutch sentiment is a learned model."""
    found = compare(100_000)
    assert found.scores >= 100_000 * 40
    assert found.only_one_side == 0
    assert found.largest_difference < 1e-6


def test_letters_that_repeat_within_a_word_count_as_often():
    """`ana` twice in a word, the word three times in the text; by hand."""
    cells = {(INTERCEPT, "fruit"): 0.5, ("~ana", "fruit"): 2.0}
    model = Model("fruit", {"nl": Weights.from_cells(cells, ["fruit"])})
    text = "banana banana banana peer"
    by_hand = 0.5 + 2.0 * 2 * 3 / 2
    assert scores_with(model.weights["nl"], [text], {})[0, 0] == pytest.approx(by_hand)
    made = text_tables(["h"], [text], ["nl"], Vocabulary({}, pairs=None))
    tables = dict(zip(("texts", "text_terms"), made, strict=True))
    tables["term_parts"] = part_table(tables["text_terms"]["term"].to_pylist())
    tables["term_weights"] = weight_table([model])
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        assert connection.execute(query()).fetchall() == [("h", "fruit", "fruit", pytest.approx(by_hand))]


def test_the_sql_means_the_same_on_every_engine():
    call = "{{ term_scores('texts', 'text_terms', 'term_parts', 'term_weights') }}"
    assert Check(Project()).findings_in(call) == set()


def test_postgres_scores_as_python_does(postgres):
    """A handful of texts on an engine with other ideas of numbers and text."""
    written = [normalise(text) for text in texts(300)[0]]
    hashes = [f"{at:064x}" for at in range(len(written))]
    scorer = Scorer(cold_models(), modifiers())
    scores = scorer.score(written)
    tables = dict(
        zip(
            ("texts", "text_terms"),
            text_tables(hashes, written, scores.language, Vocabulary(modifiers(), pairs=None)),
            strict=True,
        )
    )
    tables["term_parts"] = part_table(set(tables["text_terms"]["term"].to_pylist()))
    tables["term_weights"] = weight_table(scorer.models.values())
    kinds = {pa.string(): "text", pa.int64(): "bigint", pa.float64(): "double precision"}
    address = postgres.create("term_scores")
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        for name, table in tables.items():
            columns = ", ".join(f"{field.name} {kinds[field.type]}" for field in table.schema)
            cursor.execute(f"create temporary table {name} ({columns})")
            execute_values(
                cursor, f"insert into {name} values %s", [tuple(row.values()) for row in table.to_pylist()]
            )
            cursor.execute(f"analyze {name}")
        cursor.execute(query())
        found = {(key, task, label): score for key, task, label, score in cursor.fetchall()}
    for task, values in scores.values.items():
        for at, label in enumerate(scorer.models[task].labels):
            for key, value in zip(hashes, values[:, at].tolist(), strict=True):
                assert found.get((key, task, label), np.nan) == pytest.approx(value, abs=1e-6, nan_ok=True)


def test_every_term_is_a_part_of_itself():
    parts = part_table(["goed", "not:goed", "niet goed"]).to_pylist()
    assert {row["term"] for row in parts if row["term"] == row["part"]} == {"goed", "not:goed", "niet goed"}
    assert part_table([]).num_rows == 0


def test_processes_give_what_one_gives_in_order():
    raw, people = texts(12_000)
    one, two = (list(scrub_all(batches(raw, people), scrubber(), processes)) for processes in (1, 2))
    assert one == two
    clean = [batch.texts for batch in one]
    one, two = (list(score_all(clean, cold_models(), modifiers(), processes)) for processes in (1, 2))
    for alone, together in zip(one, two, strict=True):
        for task, values in alone.scores.values.items():
            np.testing.assert_allclose(values, together.scores.values[task], atol=1e-12)
        assert alone.tags.terms == together.tags.terms
        assert alone.tags.label == together.tags.label


def test_the_writer_is_masked():
    raw, people = texts(5_000)
    (batch,) = scrub_all(batches(raw, people), scrubber())
    named = [at for at, (text, (person,)) in enumerate(zip(raw, people, strict=True)) if person.name in text]
    assert len(named) > 50
    for at in named:
        assert people[at][0].name not in batch.texts[at]
        assert "name" in batch.kinds[at]
