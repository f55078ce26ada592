"""The loop of learning from people's codes: `python -m orchestration.coding sample|import|train|promote|report`.

    sample: texts to code, in a CSV -> people -> import -> train: a new model, judged on texts it did not learn from
    -> promote: it becomes active, all history is scored again, and what changed is told

Belongs here: the files and commands. Not here: what is drawn, learned and judged (service_control/text). Samples and
codes are CSV files in warehouse/coding, which a page of the app appends to as well; models are tables in texts.duckdb.
"""

from __future__ import annotations

import argparse
import csv
import fcntl
import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO, TypeVar

# Small products on many threads wait for each other more than they work (orchestration/project.py, ONE_THREAD).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.project import Folders, folders
from orchestration.text_seeds import assumptions, cold_models, modifiers
from orchestration.text_store import TextStore
from orchestration.warehouse import build_lock, limits, now, quoted
from service_control.errors import InputError, ServiceControlError
from service_control.text.coding import (
    RANDOM,
    UNCERTAIN,
    Code,
    CodedTexts,
    SampledText,
    choices,
    coded,
    coded_texts,
    parsed,
    split,
    written,
)
from service_control.text.evaluate import Quality, evaluate, kappa_interval
from service_control.text.gate import Change, Verdict, changes, judge
from service_control.text.learn import CALIBRATION_FOLDS, Prior, features, train
from service_control.text.sample import sample
from service_control.text.score import probability, scores_with
from service_control.text.weights import DRIVER, EMOTION, SENTIMENT, VALUE_ELEMENT, Model, Weights

Made = TypeVar("Made")
TASKS = (SENTIMENT, EMOTION, DRIVER, VALUE_ELEMENT)
SAMPLE_COLUMNS = ("text_hash", "task", "language_code", "draw", "is_twice", "text")
CODE_COLUMNS = ("text_hash", "task", "coder", "labels", "coded_at")
# What a coder gets; the random and the uncertain half look alike.
FORM_COLUMNS = ("text_hash", "is_twice", "text", "labels", "coder")
QUALITY = pa.schema(
    [(name, pa.string()) for name in ("task", "language_code", "model_version", "label")]
    + [(name, pa.int64()) for name in ("held_out_count", "positive_count", "twice_coded_count")]
    + [(name, pa.float64()) for name in ("precision", "recall")]
    + [
        (f"{name}{end}", pa.float64())
        for name in ("f1", "kappa_model_human", "kappa_human_human")
        for end in ("", "_ci_low", "_ci_high")
    ]
)
TAUGHT = 20  # texts without code per coded one that a teacher labels


def coding_folder(where: Folders) -> Path:
    """The folder of samples and codes; it has to be in the backup."""
    return where.warehouse / "coding"


def read_samples(where: Folders) -> list[SampledText]:
    """Every text that was drawn, in the order of the draws. Raises InputError for a row that cannot be read."""
    return _read(
        coding_folder(where) / "samples.csv",
        lambda row: SampledText(
            row["text_hash"],
            row["task"],
            row["language_code"],
            row["draw"],
            row["is_twice"] == "true",
            row["text"],
        ),
    )


def read_codes(where: Folders) -> list[Code]:
    """Every code that was given, in the order they came; labels that the task no longer has among them.

    Raises
    ------
    InputError : a row cannot be read.
    """
    return _read(
        coding_folder(where) / "codes.csv",
        lambda row: Code(
            row["text_hash"],
            row["task"],
            row["coder"],
            split(row["labels"]),
            datetime.fromisoformat(row["coded_at"]),
        ),
    )


def save_code(where: Folders, code: Code) -> None:
    """Add one code; safe beside a build and beside other coders."""
    save_codes(where, [code])


def save_codes(where: Folders, codes: Iterable[Code]) -> None:
    """Add codes, all or none."""
    _append(
        coding_folder(where) / "codes.csv",
        CODE_COLUMNS,
        [(one.text_hash, one.task, one.coder, written(one), one.coded_at.isoformat()) for one in codes],
    )


def labels_of(task: str) -> tuple[str, ...]:
    """What a coder of a task may choose from.

    Raises
    ------
    InputError : there is no such task.
    """
    _known(task)
    return choices(task, next(model for model in cold_models() if model.task == task).labels)


def _known(task: str) -> None:
    if task not in TASKS:
        raise InputError(f"no task is called {task}", where="task", remedy=f"choose from {', '.join(TASKS)}")


def _read(file: Path, of_row: Callable[[dict[str, str]], Made]) -> list[Made]:
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as stream:
        made = []
        for number, row in enumerate(csv.DictReader(stream), start=2):
            try:
                made.append(of_row(row))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise InputError(
                    f"the row cannot be read ({error})",
                    where=f"{file}, row {number}",
                    remedy="mend or remove it, or take the file from the backup",
                ) from None
    return made


def _append(file: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file, "a") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if not os.fstat(stream.fileno()).st_size:
            writer.writerow(columns)
        writer.writerows(rows)


def keep_coded(where: Folders, hashes: Container[str]) -> int:
    """Drop samples and codes of all other texts; safe beside coders. Returns the number of rows dropped."""
    dropped = 0
    for file in map(coding_folder(where).joinpath, ("samples.csv", "codes.csv")):
        if not file.exists():
            continue
        # in place: whoever waits to append has this file open
        with _alone(file, "r+") as stream:
            header, *rows = csv.reader(stream)
            at = header.index("text_hash")
            kept = [row for row in rows if row[at] in hashes]
            dropped += len(rows) - len(kept)
            stream.seek(0)
            csv.writer(stream, lineterminator="\n").writerows([header, *kept])
            stream.truncate()
    return dropped


@contextmanager
def _alone(file: Path, mode: str) -> Iterator[TextIO]:
    """A file that nobody else writes meanwhile; on the disk at the end."""
    with file.open(mode, newline="", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _reach(where: Folders) -> Iterator[tuple[duckdb.DuckDBPyConnection, TextStore]]:
    """The built texts and the store, while no build is running.

    Raises
    ------
    InputError : no text was ever built.
    BuildError : a build is running.
    """
    if not where.build_database.exists():
        raise InputError(
            "there are no texts yet", where=str(where.build_database), remedy="run `make build` first"
        )
    with build_lock(where), duckdb.connect(config=limits(where)) as connection:
        connection.execute(f"attach {quoted(str(where.build_database))} as build (read_only)")
        yield connection, TextStore(connection, where)


def draw(where: Folders, task: str, language: str, size: int, out: Path) -> int:
    """Draw texts to code and write the form. Returns their number, at most `size`.

    Raises
    ------
    InputError : no such task, or no text of that language is left.
    """
    _known(task)
    known = read_samples(where)
    with _reach(where) as (connection, store):
        drawn = [one.text_hash for one in known if (one.task, one.language_code) == (task, language)]
        connection.execute("create temp table drawn as select unnest(?::varchar[]) as text_hash", [drawn])
        connection.execute(
            f"""
            create temp table candidates as
            select distinct texts.text_hash, texts.scrubbed_text, known.scores
            from build.intermediate.int_text__texts as texts
            inner join ({store.scores(task)}) as known on texts.text_hash = known.text_hash
            anti join drawn on texts.text_hash = drawn.text_hash
            where texts.speaker = 'customer' and texts.language_code = ? and not texts.is_in_quarantine""",
            [language],
        )
        found = connection.sql("select * from candidates order by text_hash").to_arrow_table()
    if not found.num_rows:
        raise InputError(
            f"no text in {language} is left to code for {task}",
            where=str(where.build_database),
            remedy="take another language, or wait for new texts",
        )
    values = np.array(found["scores"].to_pylist(), float)
    picked = sample(values, size, len(known), assumptions=assumptions())
    twice = set(picked.twice.tolist())
    rows = [
        (at, kind) for kind, part in ((RANDOM, picked.random), (UNCERTAIN, picked.uncertain)) for at in part
    ]
    # shuffled, so that nobody codes the easy half first
    order = np.random.default_rng(len(known)).permutation(len(rows))
    texts = [
        SampledText(
            found["text_hash"][int(at)].as_py(),
            task,
            language,
            kind,
            at in twice,
            found["scrubbed_text"][int(at)].as_py(),
        )
        for at, kind in (rows[place] for place in order)
    ]
    with out.open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(FORM_COLUMNS)
        writer.writerows((one.text_hash, "yes" if one.is_twice else "", one.text, "", "") for one in texts)
    _append(
        coding_folder(where) / "samples.csv",
        SAMPLE_COLUMNS,
        [(one.text_hash, task, language, one.draw, str(one.is_twice).lower(), one.text) for one in texts],
    )
    return len(texts)


def read_form(where: Folders, file: Path, task: str, coder: str = "") -> list[Code]:
    """Codes of a filled-in form; rows without labels are not coded yet. Nothing is saved.

    Parameters
    ----------
    coder : who coded the rows without a coder of their own.

    Raises
    ------
    InputError : the file cannot be read, a column is missing, or a row has a label, text or coder that is not known;
        names file, row and column.
    """
    known = {one.text_hash: one for one in read_samples(where) if one.task == task}
    allowed = labels_of(task)
    rows = _form(file)
    missing = [name for name in ("text_hash", "labels") if rows and name not in rows[0]]
    if missing or not rows:
        raise InputError(
            f"the column {missing[0]} is missing" if missing else "there are no rows",
            where=str(file),
            remedy=f"keep the columns {', '.join(FORM_COLUMNS)} as `coding sample` wrote them",
        )
    codes = []
    for number, row in enumerate(rows, start=2):
        if not (row["labels"] or "").strip():
            continue
        place = f"{file}, row {number}"
        text = known.get((row["text_hash"] or "").strip())
        if text is None:
            raise InputError(
                f"no such text was drawn for {task}",
                where=f"{place}, column text_hash",
                remedy="import the form for the task it was made for, and leave this column as it is",
            )
        try:
            labels = parsed(task, row["labels"], allowed)
            codes.append(coded(text, row.get("coder") or coder, labels, allowed, now()))
        except InputError as error:
            column = "labels" if error.where == "labels" else "coder"
            raise InputError(error.problem, where=f"{place}, column {column}", remedy=error.remedy) from None
    return codes


def _form(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV with commas, semicolons or tabs, whichever the first line has most of."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({error})", where=str(file), remedy="save it as CSV UTF-8"
        ) from None
    first = text.partition("\n")[0]
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=max(",;\t", key=first.count)))


@dataclass(frozen=True)
class Training:
    """A model learned from codes and what the gate says of it."""

    model: Model
    learned_from: int
    quality: Quality
    verdict: Verdict


def learn(where: Folders, task: str, language: str, *, with_teacher: bool = False) -> Training:
    """Learn the weights of one language from the uncertain texts, judge them on the random ones, and keep them.

    Raises
    ------
    InputError : too few codes of either kind; the teacher is not installed.
    """
    _known(task)
    with _reach(where) as (connection, store):
        models = store.active_models()
        active = models[task]
        codes = coded_texts(read_samples(where), read_codes(where), task, language, active.labels)
        held, learned_from = np.flatnonzero(codes.is_held_out), np.flatnonzero(~codes.is_held_out)
        for rows, kind in ((held, RANDOM), (learned_from, UNCERTAIN)):
            if len(rows) < CALIBRATION_FOLDS:
                raise InputError(
                    f"{len(rows)} {kind} texts are coded for {task} in {language}",
                    where=str(coding_folder(where) / "codes.csv"),
                    remedy="code more texts: `coding sample` draws half of them at random, half where the model doubts",
                )
        lexicon = next(model for model in cold_models() if model.task == task).weights[language]
        texts = [codes.texts[at] for at in learned_from]
        coded_rows, weight = codes.codes[learned_from], None
        if with_teacher:
            texts, coded_rows, weight = _taught(connection, texts, coded_rows, lexicon, language)
        prior = Prior(lexicon, scores_with(lexicon, texts, modifiers()))
        weights = train(features(texts, modifiers()), coded_rows, active.labels, prior, weight)
        model = active.with_language(language, weights)
        apart = [codes.texts[at] for at in held]
        given = {
            name: scores_with(found, apart, modifiers()) >= 0
            for name, found in (("active", active.weights[language]), ("new", weights))
        }
        choices_made = assumptions()
        training = Training(
            model,
            len(learned_from),
            evaluate(codes.codes[held], given["new"], active.labels, assumptions=choices_made),
            judge(codes.codes[held], given["active"], given["new"], active.labels, assumptions=choices_made),
        )
        shares = _trained_shares(connection, weights, language, coded_rows)
        store.keep_model(
            model, language, shares, active.version, now(), list(training.verdict.reasons), len(learned_from)
        )
    return training


def _taught(
    connection: duckdb.DuckDBPyConnection,
    texts: list[str],
    codes: np.ndarray,
    lexicon: Weights,
    language: str,
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The coded texts and as many others as a teacher labels, with codes and weights of all."""
    from service_control.text.teacher import sentence_vectors, teach

    others = _texts(connection, language, TAUGHT * len(texts), set(texts))
    together = texts + others
    taught, weight = teach(
        sentence_vectors(together),
        scores_with(lexicon, together, modifiers()),
        np.arange(len(texts)),
        codes,
    )
    return together, taught, weight


def _texts(
    connection: duckdb.DuckDBPyConnection, language: str, size: int, without: set[str] = frozenset()
) -> list[str]:
    """Distinct texts of customers, the same ones every time."""
    found = connection.execute(
        "select distinct text_hash, scrubbed_text from build.intermediate.int_text__texts "
        "where speaker = 'customer' and language_code = ? order by text_hash limit ?",
        [language, size + len(without)],
    ).fetchall()
    return [text for _, text in found if text not in without][:size]


def _trained_shares(
    connection: duckdb.DuckDBPyConnection, weights: Weights, language: str, codes: np.ndarray
) -> dict[str, float]:
    """Share of each learned label among all texts, by the model's own probabilities.

    Half of the texts are drawn where the model doubts, so their shares are nobody's: what a text says is taken against
    the texts as they are.
    """
    promised = probability(scores_with(weights, _texts(connection, language, 100_000), modifiers()))
    enough = np.minimum((codes >= 0.5).sum(axis=0), (codes < 0.5).sum(axis=0)) >= CALIBRATION_FOLDS
    return {
        label: float(share)
        for label, share, is_learned in zip(weights.labels, promised.mean(axis=0), enough, strict=True)
        if is_learned
    }


def promote(where: Folders, task: str) -> list[Change]:
    """Make the model trained last the active one and score all history with it. Returns what changed per label.

    Raises
    ------
    InputError : no model was trained since the active one, or the gate said no.
    """
    _known(task)
    with _reach(where) as (connection, store):
        trained = store.last_training(task)
        if trained is None:
            raise InputError(
                f"no model of {task} was trained that is not active already",
                where=task,
                remedy="run `coding train` after new codes were imported",
            )
        if trained.reasons:
            raise InputError(
                "the new model may not take the place of the active one: " + "; ".join(trained.reasons),
                where=f"{task} {trained.model_version}",
                remedy="code more texts and train again",
            )
        before = store.active_models()
        if before[task].version != trained.trained_against:
            raise InputError(
                "another model became active after this one was judged",
                where=f"{task} {trained.model_version}",
                remedy="run `coding train` again, so that it is judged against the active one",
            )
        known = connection.sql("select text_hash, scrubbed_text from build.intermediate.int_text__texts")
        store.promote(task, trained.model_version, now())
        store.score(known)
        found = _changes(store, before[task], store.active_models()[task], trained.language_code)
        store.note_changes(task, trained.model_version, found)
    return found


def _changes(store: TextStore, old: Model, new: Model, language: str) -> list[Change]:
    before, after = store.given(old, new, language)
    return changes(before, after, new.labels) if len(before) else []


def main(arguments: list[str] | None = None) -> int:
    """Draw texts to code, read the codes back, learn from them, and put a better model to work."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.coding", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("sample", "write texts to code in a CSV, half random, half where the model doubts"),
        ("import", "read a filled-in CSV"),
        ("train", "learn from the codes and judge the new model"),
        ("promote", "make the new model the active one and score all texts again"),
        ("report", "how good the active models are, and what the last promotion changed"),
    ):
        command = commands.add_parser(name, help=what)
        if name == "report":
            continue
        command.add_argument("--task", required=True, choices=TASKS)
        if name in ("sample", "train"):
            command.add_argument("--language", default="nl", choices=("nl", "en"))
        if name == "sample":
            command.add_argument("--size", type=int, default=200)
        if name in ("sample", "import"):
            command.add_argument("--file", type=Path, required=True)
        if name == "import":
            command.add_argument("--coder", default="", help="who coded the rows that name nobody")
        if name == "train":
            command.add_argument(
                "--teacher", action="store_true", help="let a sentence model label more texts"
            )
    options, where = parser.parse_args(arguments), folders()
    try:
        for line in _run(where, options):
            print(line)
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(where: Folders, options: argparse.Namespace) -> Iterator[str]:
    if options.command == "sample":
        count = draw(where, options.task, options.language, options.size, options.file)
        yield f"{count} texts in {options.file}; labels: {', '.join(labels_of(options.task))}"
    elif options.command == "import":
        codes = read_form(where, options.file, options.task, options.coder)
        save_codes(where, codes)
        yield f"{len(codes)} codes of {options.task}"
    elif options.command == "train":
        yield from judged(learn(where, options.task, options.language, with_teacher=options.teacher))
    elif options.command == "promote":
        yield from changed(promote(where, options.task))
    else:
        yield from report(where)


def judged(training: Training) -> list[str]:
    """What the gate says, in lines."""
    gain, quality = training.verdict.gain, training.quality.macro_f1
    return [
        f"{training.model.task} {training.model.version}: learned from {training.learned_from} texts",
        f"macro-F1 {quality.value:.3f} [{quality.low:.3f}, {quality.high:.3f}] on {quality.n} held-out texts",
        f"gain over the active model {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]",
        "may be promoted"
        if training.verdict.is_promoted
        else "stays aside: " + "; ".join(training.verdict.reasons),
    ]


def changed(found: Iterable[Change]) -> list[str]:
    """Old against new, in lines."""
    return [
        f"{one.label}: {100 * one.share_before:.1f} % -> {100 * one.share_after:.1f} % of {one.n:,} texts "
        f"(won {100 * one.won:.1f} %, lost {100 * one.lost:.1f} %)"
        for one in found
    ]


def report(where: Folders) -> list[str]:
    """Quality of the active models and what the last promotion of each task changed, in lines."""
    with _reach(where) as (_, store):
        rows = quality_rows(where, store)
        lines = [
            f"{row['task']} {row['language_code']} {row['model_version']}: "
            + (
                f"macro-F1 {row['f1']:.3f} [{row['f1_ci_low']:.3f}, {row['f1_ci_high']:.3f}] on "
                f"{row['held_out_count']} texts"
                if row.get("f1") is not None
                else f"not measured, {row['held_out_count']} texts coded at random"
            )
            for row in rows
            if row["label"] == "all"
        ]
        for task, version, *change, _ in store.changes().fetchall():
            lines.append(f"{task} {version} became active: " + changed([Change(*change)])[0])
    return lines


def quality_table(store: TextStore) -> pa.Table:
    """int_text__quality, of the warehouse that the environment names."""
    return pa.Table.from_pylist(quality_rows(folders(), store), QUALITY)


def quality_rows(where: Folders, store: TextStore) -> list[dict[str, object]]:
    """int_text__quality: the active models on the texts that people coded at random, per task, language and label."""
    samples, codes = read_samples(where), read_codes(where)
    rows = []
    for task in TASKS:
        model = store.active_models()[task]
        for language, weights in model.weights.items():
            coded_part = coded_texts(samples, codes, task, language, model.labels)
            rows += _quality(model, language, weights, coded_part)
    return rows


def _quality(model: Model, language: str, weights: Weights, found: CodedTexts) -> list[dict[str, object]]:
    about = {"task": model.task, "language_code": language, "model_version": model.version}
    held = np.flatnonzero(found.is_held_out)
    none = {"held_out_count": len(held), "twice_coded_count": len(found.one)}
    if not len(held):
        return [{**about, **none, "label": label, "positive_count": 0} for label in ("all", *model.labels)]
    codes, known = found.codes[held], assumptions()
    given = scores_with(weights, [found.texts[at] for at in held], modifiers()) >= 0
    measured = evaluate(codes, given, model.labels, assumptions=known)
    whole = {
        **about,
        **none,
        "label": "all",
        "positive_count": int(codes.any(axis=1).sum()),
        **_interval("f1", measured.macro_f1),
        **_interval("kappa_model_human", measured.kappa),
    }
    if len(found.one):
        whole |= _interval("kappa_human_human", kappa_interval(found.one, found.other, assumptions=known))
    return [
        whole,
        *(
            {
                **about,
                **none,
                "label": one.label,
                "positive_count": one.positives,
                **{name: _number(getattr(one, name)) for name in ("precision", "recall", "f1")},
            }
            for one in measured.labels
        ),
    ]


def _interval(name: str, found: object) -> dict[str, float | None]:
    return {
        name: _number(found.value),
        f"{name}_ci_low": _number(found.low),
        f"{name}_ci_high": _number(found.high),
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


if __name__ == "__main__":
    sys.exit(main())
