"""`python -m benchmarks.text.parity`: the same scores from Python and from SQL in DuckDB, on texts that all differ."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import duckdb
import jinja2
import numpy as np
import pyarrow as pa

from benchmarks.text.speed import BATCH, texts
from orchestration.project import ROOT
from orchestration.text_seeds import cold_models, modifiers
from service_control.text.learn import Prior, features, train
from service_control.text.score import Scorer, scores_with
from service_control.text.tables import part_table, text_tables, weight_table
from service_control.text.terms import Vocabulary
from service_control.text.tokens import normalise
from service_control.text.weights import SENTIMENT, Model

TRAINED_ON = 600


@dataclass(frozen=True)
class Parity:
    """Scores compared, the largest difference, scores that only one side has, and how long SQL took."""

    scores: int
    largest_difference: float
    only_one_side: int
    sql_seconds: float
    text_terms: int
    term_parts: int


def models(written: list[str], languages: np.ndarray) -> list[Model]:
    """The seeds' models, Dutch sentiment replaced by a learned one, so that every kind of term has weights."""
    kept = {model.task: model for model in cold_models()}
    dutch = [text for text, language in zip(written, languages, strict=True) if language == "nl"][:TRAINED_ON]
    weights = kept[SENTIMENT].weights["nl"]
    prior = Prior(weights, scores_with(weights, dutch, modifiers()))
    codes = (prior.scores > np.median(prior.scores, axis=0)).astype(float)
    kept[SENTIMENT] = kept[SENTIMENT].with_language(
        "nl", train(features(dutch, modifiers()), codes, weights.labels, prior)
    )
    return list(kept.values())


def query() -> str:
    """The macro on tables of its own names."""
    source = (ROOT / "macros/term_scores.sql").read_text(encoding="utf-8")
    call = "{{ term_scores('texts', 'text_terms', 'term_parts', 'term_weights') }}"
    return jinja2.Environment().from_string(source + call).render()


def compare(number: int) -> Parity:
    """Both ways, in one process."""
    written = list(dict.fromkeys(map(normalise, texts(number)[0])))
    hashes = [f"{at:064x}" for at in range(len(written))]
    languages = Scorer(cold_models(), modifiers()).score(written).language
    used = models(written, languages)
    scorer = Scorer(used, modifiers())
    with duckdb.connect() as connection:
        connection.execute(
            "create table texts (text_hash text, language_code text, word_count bigint, term_scale double)"
        )
        connection.execute("create table text_terms (text_hash text, term text, term_count bigint)")
        tables = {"term_weights": weight_table(used)}
        connection.register("given_weights", tables["term_weights"])
        connection.execute("create table term_weights as from given_weights")
        python: dict[str, list[np.ndarray]] = {}
        vocabulary = Vocabulary(modifiers(), pairs=None)
        for start in range(0, len(written), BATCH):
            part = slice(start, start + BATCH)
            scores = scorer.score(written[part])
            for task, values in scores.values.items():
                python.setdefault(task, []).append(values)
            made = text_tables(hashes[part], written[part], scores.language, vocabulary)
            for name, table in zip(("texts", "text_terms"), made, strict=True):
                connection.register("given", table)
                connection.execute(f"insert into {name} from given")
        terms = [term for (term,) in connection.execute("select distinct term from text_terms").fetchall()]
        connection.register("given", part_table(terms))
        connection.execute("create table term_parts as from given")
        started = time.perf_counter()
        connection.execute(f"create table scores as {query()}")
        seconds = time.perf_counter() - started
        places = [(task, label) for task in python for label in scorer.models[task].labels]
        ours = np.hstack([np.concatenate(python[task]) for task in python])
        theirs = np.full(ours.shape, np.nan)
        numbered = pa.table({"text_hash": hashes, "position": np.arange(len(hashes))})
        labels = pa.table(
            {
                "task": [task for task, _ in places],
                "label": [label for _, label in places],
                "place": np.arange(len(places)),
            }
        )
        connection.register("numbered", numbered)
        connection.register("labels", labels)
        found = connection.execute(
            "select position, place, score from scores join numbered using (text_hash) join labels using (task, label)"
        ).fetchnumpy()
        theirs[found["position"], found["place"]] = found["score"]
        alone = int((np.isnan(theirs) != np.isnan(ours)).sum())
        both = ~np.isnan(theirs) & ~np.isnan(ours)
        count, largest = int(both.sum()), float(np.abs(theirs - ours)[both].max())
        rows = [
            connection.execute(f"select count(*) from {name}").fetchone()[0]
            for name in ("text_terms", "term_parts")
        ]
    return Parity(count, largest, alone, seconds, *rows)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text.parity", description=main.__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    options = parser.parse_args()
    found = compare(options.texts)
    print(
        f"{options.texts:,} texts: {found.scores:,} scores, largest difference {found.largest_difference:.1e}, "
        f"{found.only_one_side} on one side only; {found.text_terms:,} rows of text_terms, {found.term_parts:,} of "
        f"term_parts; SQL {found.sql_seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
