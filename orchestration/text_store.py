"""What was scrubbed and scored, kept in warehouse/texts.duckdb: no text is read twice by the same rules and weights.

Belongs here: the tables of that file and what goes in and out. Not here: scrubbing and scoring (service_control/text),
and coding (coding.py). It is a file of its own, because build.duckdb may be removed and an engine clears its schemas;
codes of people and learned weights cannot be made again. Rows are only added.

| table | one row per |
|---|---|
| `scrubbed` | words with their people, version of the rules |
| `texts` | distinct scrubbed text: its hash, and a number for the tables below, which hold many rows of it |
| `readings` | task, version of the model and of the reading: a number for the tables below |
| `languages` | text and reading of the language: its language and length |
| `scores` | text and reading: `scores` in the order of the labels |
| `tags` | text, reading and label given: score, intensity, terms behind it |
| `term_weights` | version of a model, language, label and term |
| `calibrations` | version of a model, learned language and label: its share among the texts |
| `trainings` | model that was learned: against which one, and what the gate had against it |
| `promotions` | model that became active; the last one per task is |
| `changes` | model that became active and label: old against new |
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.project import ROOT, Folders, folders
from orchestration.text_seeds import cold_models, modifiers, scrub_words, scrubber
from orchestration.warehouse import limits, quoted
from service_control.text.gate import Change
from service_control.text.pipeline import RawBatch, ScoredBatch, ScrubbedBatch, score_all, scrub_all
from service_control.text.prevalence import CERTAIN, STEPS_PER_UNIT
from service_control.text.scrub import Person
from service_control.text.tables import weight_table
from service_control.text.weights import EMOTION, EMOTION_WORDS, LANGUAGE, UNTAGGED, Model

Made = TypeVar("Made")
STORE = "text_store"
BATCH = 10_000
# A commit waits for the disk: per batch it took a seventh of all time.
KEPT_TOGETHER = 10
# Below this other processes cost more than they save: in a build 24,000 texts took 3 s with one and 7 to 10 s with two.
WORTH_A_PROCESS = 100_000
# What decides how a text is scrubbed and how it becomes terms: when the code changes, texts are read again.
SCRUBBING = ("scrub", "names", "checksums", "tokens")
READING = ("tokens", "terms", "score", "tags", "terms_behind")
# The key of a text: equal texts are scored once. Capitals count: they change the score.
TEXT_HASH = "sha256(scrubbed_text)"
LABELS = pa.schema(
    {
        "task": pa.string(),
        "language_code": pa.string(),
        "label": pa.string(),
        "model_version": pa.string(),
        "is_learned": pa.bool_(),
        "trained_share": pa.float64(),
    }
)
EVIDENCE = pa.schema(
    {
        "task": pa.string(),
        "reading_id": pa.int32(),
        "language_code": pa.string(),
        "label": pa.string(),
        "place": pa.int32(),
        "trained_share": pa.float64(),
    }
)
TABLES = """
create table if not exists scrubbed (
    source_key varchar, scrubber_version varchar, scrubbed_text varchar, found_kinds varchar,
    quarantine_reason varchar);
create table if not exists texts (text_id bigint, text_hash varchar);
create table if not exists readings (
    reading_id integer, task varchar, model_version varchar, reading_version varchar);
create table if not exists languages (
    text_id bigint, reading_id integer, language_code varchar, word_count integer);
create table if not exists scores (text_id bigint, reading_id integer, scores double[]);
create table if not exists tags (
    text_id bigint, reading_id integer, label varchar, score double, intensity integer, terms varchar);
create table if not exists term_weights (
    model_version varchar, task varchar, language_code varchar, term varchar, label varchar, weight double);
create table if not exists calibrations (
    model_version varchar, task varchar, language_code varchar, label varchar, trained_share double);
create table if not exists trainings (
    task varchar, language_code varchar, model_version varchar, trained_against varchar, trained_at timestamp,
    reasons varchar[], learned_from integer);
create table if not exists promotions (task varchar, model_version varchar, promoted_at timestamp);
create table if not exists changes (
    task varchar, model_version varchar, label varchar, n bigint, share_before double, share_after double, won double,
    lost double);
"""


def text_store_file(where: Folders) -> Path:
    """The file that has to be in the backup: it holds people's codes and learned weights."""
    return where.warehouse / "texts.duckdb"


def version_of(modules: Sequence[str], *known: object) -> str:
    """First 16 characters of the SHA-256 of modules of service_control/text and of what they are given."""
    digest = hashlib.sha256(repr(known).encode())
    for name in modules:
        digest.update((ROOT / "service_control" / "text" / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Trained:
    """A model that was learned; `reasons` are what the gate has against it."""

    task: str
    language_code: str
    model_version: str
    trained_against: str
    reasons: list[str]


class TextStore:
    """The file, attached to a connection as schema `text_store`.

    Parameters
    ----------
    connection : of build.duckdb or of nothing; what is read together with the store must be in reach of it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, where: Folders | None = None) -> None:
        self._where = where or folders()
        self._connection = connection
        connection.execute(f"attach if not exists {quoted(str(text_store_file(self._where)))} as {STORE}")
        # A transaction writes one file only, and dbt has one open on its own.
        self._writer = connection.cursor()
        self._writer.execute(f"use {STORE}")
        if self._is_older():
            self._writer.begin()
            self._writer.execute(
                "drop table texts; drop table scores; drop table tags; alter table scrubbed drop column text_hash"
            )
            self._writer.commit()
        self._writer.execute(TABLES)

    def _is_older(self) -> bool:
        """Of a release in which every row held the hash: what was read then is read again, codes and models stay."""
        return bool(
            self._writer.execute(
                "select 1 from duckdb_columns() where database_name = ? and table_name = 'scores' "
                "and column_name = 'text_hash'",
                [STORE],
            ).fetchall()
        )

    def scrub(self, delivered: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """`scrubbed` of every source_key of int_text__delivered, those that are new among them."""
        version = version_of(SCRUBBING, *map(scrub_words, ("first_name", "names_nobody", "no_postcode")))
        self._connection.register("delivered_now", delivered)
        self._connection.execute("""
            create or replace temp table wanted_sources as
            select
                source_key, any_value(raw_text) as raw_text, any_value(customer_name) as customer_name,
                any_value(customer_email) as customer_email, any_value(customer_phone) as customer_phone,
                any_value(employee_name) as employee_name, any_value(employee_email) as employee_email
            from delivered_now
            group by source_key""")
        new = f"""
            from wanted_sources as wanted anti join {STORE}.scrubbed as known
            on wanted.source_key = known.source_key and known.scrubber_version = '{version}'"""
        made = scrub_all(
            self._batches(f"select wanted.* {new}"),
            scrubber(),
            self._processes(self._count(new)),
            _raw_batch,
            _scrubbed_rows,
        )
        for rows in self._in_transactions(made):
            self._add("scrubbed", rows, scrubber_version=version)
        return self._connection.sql(f"""
            select
                known.source_key, {TEXT_HASH} as text_hash, known.scrubbed_text, known.found_kinds,
                known.quarantine_reason
            from {STORE}.scrubbed as known semi join wanted_sources as wanted on known.source_key = wanted.source_key
            where known.scrubber_version = '{version}'""")

    def score(self, scrubbed: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """`texts` of every text_hash of int_text__scrubbed, after scoring those that the active models did not read."""
        self._connection.register("scrubbed_now", scrubbed)
        self._connection.execute("""
            create or replace temp table wanted_texts as
            select text_hash, any_value(scrubbed_text) as scrubbed_text from scrubbed_now group by text_hash""")
        self._number_texts()
        models = self.active_models()
        readings = self._readings(models)
        for bits, tasks in self._missing(readings).items():
            self._score(models, readings, tasks, bits)
        return self._connection.sql(f"""
            select texts.text_hash, languages.language_code, languages.word_count
            from {STORE}.languages as languages
            inner join {STORE}.texts as texts on languages.text_id = texts.text_id
            semi join wanted_texts as wanted on texts.text_hash = wanted.text_hash
            where languages.reading_id = {readings[LANGUAGE]}""")

    def tags(self, scored: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """`tags` of the active models for every text_hash of int_text__scored."""
        active = ", ".join(map(str, self._readings(self.active_models()).values()))
        self._connection.register("scored_now", scored)
        return self._connection.sql(f"""
            select
                texts.text_hash, readings.task, tags.label, readings.model_version, tags.score,
                nullif(tags.intensity, 0) as intensity, tags.terms
            from {STORE}.tags as tags
            inner join {STORE}.readings as readings on tags.reading_id = readings.reading_id
            inner join {STORE}.texts as texts on tags.text_id = texts.text_id
            semi join scored_now as scored on texts.text_hash = scored.text_hash
            where tags.reading_id in ({active})""")

    def scores(self, task: str) -> str:
        """A query of the scores of the active model of a task, as text_hash and scores."""
        return f"""
            select texts.text_hash, scores.scores
            from {STORE}.scores as scores inner join {STORE}.texts as texts on scores.text_id = texts.text_id
            where scores.reading_id = {self._readings(self.active_models())[task]}"""

    def evidence(self, scored: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """int_text__evidence: how much each text speaks for each label, of tasks that were learned."""
        models, learned = self.active_models(), self._learned()
        readings = self._readings(models)
        rows = [
            {
                "task": task,
                "reading_id": readings[task],
                "language_code": language,
                "label": label,
                "place": at + 1,
                "trained_share": learned.get((model.version, language), {}).get(label),
            }
            for task, model in models.items()
            if any((model.version, language) in learned for language in model.weights)
            for language in model.weights
            for at, label in enumerate(model.labels)
        ]
        self._connection.register("active_labels", pa.Table.from_pylist(rows, EVIDENCE))
        self._connection.register("scored_now", scored)
        return self._connection.sql(f"""
            select
                scored.text_hash, labels.task, labels.label,
                cast(round({STEPS_PER_UNIT} * greatest(-{CERTAIN}, least({CERTAIN}, case
                    when labels.trained_share is null
                        then case when known.scores[labels.place] >= 0 then {CERTAIN} else -{CERTAIN} end
                    else known.scores[labels.place] - ln(labels.trained_share / (1 - labels.trained_share))
                end))) as integer) as step
            from scored_now as scored
            inner join active_labels as labels on scored.language_code = labels.language_code
            inner join {STORE}.texts as texts on scored.text_hash = texts.text_hash
            inner join {STORE}.scores as known
                on texts.text_id = known.text_id and labels.reading_id = known.reading_id""")

    def labels(self) -> duckdb.DuckDBPyRelation:
        """int_text__models: what the active models can give."""
        rows = [
            {
                "task": task,
                "language_code": language,
                "label": label,
                "model_version": model.version,
                "is_learned": (model.version, language) in self._learned(),
                "trained_share": self._learned().get((model.version, language), {}).get(label),
            }
            for task, model in self.active_models().items()
            if task not in UNTAGGED
            for language in model.weights
            for label in model.labels
        ]
        self._connection.register("active_labels", pa.Table.from_pylist(rows, LABELS))
        return self._connection.sql("select * from active_labels")

    def active_models(self) -> dict[str, Model]:
        """Per task the promoted model, else that of the seeds; the language among them."""
        models = {model.task: model for model in cold_models()}
        promoted = self._writer.execute(
            "select task, arg_max(model_version, promoted_at) from promotions group by task"
        ).fetchall()
        for task, version in promoted:
            if task == EMOTION:
                models[EMOTION_WORDS] = Model(EMOTION_WORDS, models[EMOTION].weights)
            models[task] = self.model(task, version)
        return models

    def model(self, task: str, version: str) -> Model:
        """A model as it was stored.

        Raises
        ------
        InputError : there is no such model, or its rows were changed.
        """
        return Model.from_rows(
            self._writer.execute(
                "select model_version, task, language_code, term, label, weight from term_weights "
                "where task = ? and model_version = ?",
                [task, version],
            ).fetchall()
        )

    def _learned(self) -> dict[tuple[str, str], dict[str, float]]:
        """(model version, language) -> label -> its share among the texts, of what was learned and calibrated."""
        found: dict[tuple[str, str], dict[str, float]] = {}
        for version, language, label, share in self._writer.execute(
            "select model_version, language_code, label, trained_share from calibrations"
        ).fetchall():
            found.setdefault((version, language), {})[label] = share
        return found

    def keep_model(
        self,
        model: Model,
        language: str,
        shares: Mapping[str, float],
        against: str,
        trained_at: datetime,
        reasons: Sequence[str],
        learned_from: int,
    ) -> None:
        """A learned model: its weights, the shares it is calibrated on, and what the gate has against it.

        `against` is the version it was judged against; what that one learned in other languages it keeps.
        """
        version = model.version
        self._writer.begin()
        self._writer.execute("delete from term_weights where model_version = ?", [version])
        self._writer.execute("delete from calibrations where model_version = ?", [version])
        self._add("term_weights", weight_table([model]))
        self._writer.execute(
            "insert into calibrations select ?, task, language_code, label, trained_share from calibrations "
            "where model_version = ? and language_code <> ?",
            [version, against, language],
        )
        for label, share in shares.items():
            self._writer.execute(
                "insert into calibrations values (?, ?, ?, ?, ?)",
                [version, model.task, language, label, share],
            )
        self._writer.execute(
            "insert into trainings values (?, ?, ?, ?, ?, ?, ?)",
            [model.task, language, version, against, trained_at, list(reasons), learned_from],
        )
        self._writer.commit()

    def last_training(self, task: str) -> Trained | None:
        """The model trained last, unless it is active or was."""
        found = self._writer.execute(
            "select task, language_code, model_version, trained_against, reasons from trainings "
            "where task = ? order by trained_at desc limit 1",
            [task],
        ).fetchall()
        promoted = {
            version for (version,) in self._writer.execute("select model_version from promotions").fetchall()
        }
        return Trained(*found[0]) if found and found[0][2] not in promoted else None

    def promote(self, task: str, version: str, promoted_at: datetime) -> None:
        """Make a model the active one of its task."""
        self._writer.execute("insert into promotions values (?, ?, ?)", [task, version, promoted_at])

    def given(self, old: Model, new: Model, language: str) -> tuple[np.ndarray, np.ndarray]:
        """Labels given by two models of a task to all texts of a language, as (texts, labels) each."""
        active = self.active_models()
        self._writer.execute(
            "create or replace temp table compared as select text_id, row_number() over () - 1 as place from languages "
            "where language_code = ? and reading_id = ?",
            [language, self._readings(active)[LANGUAGE]],
        )
        count = self._writer.execute("select count(*) from compared").fetchall()[0][0]
        tables = []
        for model in (old, new):
            found = self._writer.execute(
                "select compared.place, list_position(?, tags.label) - 1 as label from tags inner join compared "
                "using (text_id) where tags.reading_id = ?",
                [list(model.labels), self._readings({**active, model.task: model})[model.task]],
            ).fetchnumpy()
            table = np.zeros((count, len(model.labels)), bool)
            table[found["place"], found["label"]] = True
            tables.append(table)
        return tables[0], tables[1]

    def note_changes(self, task: str, version: str, found: Iterable[Change]) -> None:
        """Old against new of a promotion."""
        for one in found:
            self._writer.execute(
                "insert into changes values (?, ?, ?, ?, ?, ?, ?, ?)",
                [task, version, one.label, one.n, one.share_before, one.share_after, one.won, one.lost],
            )

    def changes(self) -> duckdb.DuckDBPyRelation:
        """int_text__changes: what every promotion changed."""
        return self._connection.sql(f"""
            select changes.*, promotions.promoted_at
            from {STORE}.changes as changes
            inner join {STORE}.promotions as promotions using (task, model_version)""")

    def _number_texts(self) -> None:
        """A number for each of wanted_texts that has none."""
        new = self._connection.sql(
            f"select text_hash from wanted_texts as wanted anti join {STORE}.texts as known "
            "on wanted.text_hash = known.text_hash"
        )
        ((last,),) = self._writer.execute("select coalesce(max(text_id), 0) from texts").fetchall()
        for batch in self._in_transactions(new.to_arrow_reader(BATCH)):
            numbers = pa.array(np.arange(last + 1, last + 1 + len(batch)))
            self._add("texts", pa.table({"text_id": numbers, "text_hash": batch["text_hash"]}))
            last += len(batch)

    def _readings(self, models: Mapping[str, Model]) -> dict[str, int]:
        """Per task the number of its reading by today's rules; one that is new gets the next."""
        version = reading_version(models)
        known = {
            (task, model): number
            for number, task, model in self._writer.execute(
                "select reading_id, task, model_version from readings where reading_version = ?", [version]
            ).fetchall()
        }
        for task, model in models.items():
            if (task, model.version) not in known:
                ((known[task, model.version],),) = self._writer.execute(
                    "insert into readings select coalesce(max(reading_id), 0) + 1, ?, ?, ? from readings "
                    "returning reading_id",
                    [task, model.version, version],
                ).fetchall()
        return {task: known[task, model.version] for task, model in models.items()}

    def _missing(self, readings: Mapping[str, int]) -> dict[int, tuple[str, ...]]:
        """Groups of tasks that some texts were not read for, by `bits`; a temp table says which texts."""
        bit = {task: 1 << at for at, task in enumerate(readings)}
        every = sum(bit.values())
        scored = ", ".join(f"({readings[task]}, {bit[task]})" for task in bit if task != LANGUAGE)
        self._connection.execute(f"""
            create or replace temp table missing_scores as
            with known as (
                select text_id, {bit[LANGUAGE]} as bit from {STORE}.languages
                where reading_id = {readings[LANGUAGE]}
                union all
                select scores.text_id, active.bit
                from {STORE}.scores as scores inner join (values {scored}) as active (reading_id, bit)
                    on scores.reading_id = active.reading_id),
            read_before as (select text_id, cast(bit_or(bit) as integer) as bits from known group by text_id)
            select texts.text_id, wanted.scrubbed_text, {every} - coalesce(read_before.bits, 0) as bits
            from wanted_texts as wanted
            inner join {STORE}.texts as texts on wanted.text_hash = texts.text_hash
            left join read_before on texts.text_id = read_before.text_id
            where read_before.bits is distinct from {every}""")
        found = self._connection.execute("select distinct bits from missing_scores order by bits").fetchall()
        return {bits: tuple(task for task in bit if bits & bit[task]) for (bits,) in found}

    def _score(
        self, models: Mapping[str, Model], readings: Mapping[str, int], tasks: Sequence[str], bits: int
    ) -> None:
        asked = [models[task] for task in dict.fromkeys((LANGUAGE, *tasks))]
        new = f"from missing_scores where bits = {bits}"
        made = score_all(
            self._batches(f"select text_id, scrubbed_text {new}"),
            asked,
            modifiers(),
            self._processes(self._count(new)),
            _scrubbed_texts,
            partial(_scored_rows, readings),
        )
        for languages, scores, tags in self._in_transactions(made):
            if LANGUAGE in tasks:
                self._add("languages", languages)
            self._add("scores", scores)
            self._add("tags", tags)

    def _add(self, table: str, rows: pa.Table, **columns: str) -> None:
        """Rows of one table; `columns` are the same in all rows."""
        constant = "".join(f", '{value}' as {name}" for name, value in columns.items())
        self._writer.register("given", rows)
        self._writer.execute(f"insert into {table} by name select added.*{constant} from given as added")
        self._writer.unregister("given")

    def _in_transactions(self, made: Iterable[Made]) -> Iterator[Made]:
        """Passes on what was made; what is added meanwhile is kept every some batches, each batch whole."""
        is_open = False
        for at, one in enumerate(made):
            if at % KEPT_TOGETHER == 0:
                if is_open:
                    self._writer.commit()
                self._writer.begin()
                is_open = True
            yield one
        if is_open:
            self._writer.commit()

    def _batches(self, query: str) -> Iterator[pa.RecordBatch]:
        yield from self._connection.sql(query).to_arrow_reader(BATCH)

    def _count(self, new: str) -> int:
        return self._connection.sql(f"select count(*) {new}").fetchall()[0][0]

    def _processes(self, count: int) -> int:
        return int(limits(self._where)["threads"]) if count >= WORTH_A_PROCESS else 1


def reading_version(models: Mapping[str, Model]) -> str:
    """Of what decides on terms and language: other scores of the same model are no longer those of today."""
    return version_of(READING, models[LANGUAGE].version, sorted(modifiers().items()))


def _raw_batch(read: pa.RecordBatch) -> RawBatch:
    columns = [read[name].to_pylist() for name in read.schema.names]
    names = dict(zip(read.schema.names, columns, strict=True))
    customers = map(_person, names["customer_name"], names["customer_email"], names["customer_phone"])
    employees = map(_person, names["employee_name"], names["employee_email"])
    return RawBatch(
        names["raw_text"],
        [[person for person in pair if person] for pair in zip(customers, employees, strict=True)],
    )


def _scrubbed_rows(read: pa.RecordBatch, made: ScrubbedBatch) -> pa.Table:
    return pa.table(
        {
            "source_key": read["source_key"],
            "scrubbed_text": made.texts,
            "found_kinds": list(map(" ".join, made.kinds)),
            "quarantine_reason": made.quarantine_reasons,
        }
    )


def _scrubbed_texts(read: pa.RecordBatch) -> list[str]:
    return read["scrubbed_text"].to_pylist()


def _scored_rows(
    readings: Mapping[str, int], read: pa.RecordBatch, made: ScoredBatch
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Rows of `languages`, `scores` and `tags`."""
    texts, scores, tags = read["text_id"], made.scores, made.tags
    return (
        pa.table(
            {
                "text_id": texts,
                "reading_id": pa.repeat(readings[LANGUAGE], len(texts)),
                "language_code": scores.language.tolist(),
                "word_count": scores.words,
            }
        ),
        pa.concat_tables(
            pa.table(
                {
                    "text_id": texts,
                    "reading_id": pa.repeat(readings[task], len(texts)),
                    # of any length: the tasks stand in one table
                    "scores": pa.ListArray.from_arrays(
                        pa.array(np.arange(0, values.size + 1, values.shape[1], np.int32)), values.ravel()
                    ),
                }
            )
            for task, values in scores.values.items()
        ),
        pa.table(
            {
                "text_id": texts.take(pa.array(tags.text)),
                "reading_id": list(map(readings.get, tags.task.to_pylist())),
                "label": tags.label,
                "score": tags.score,
                "intensity": tags.intensity,
                "terms": tags.terms,
            }
        ),
    )


def _person(name: str | None, email: str | None, phone: str | None = None) -> Person | None:
    return Person(name or "", email or "", phone or "") if name or email or phone else None
