"""Writes the simulated organisation into a landing folder. The only module of this package that touches
files.

Everything is written into a folder beside the target first and moved at the end: a landing folder is complete
or untouched. One block gives one file per table; more blocks give a folder of parts, so that memory does not
grow with scale.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from service_control.errors import InputError

from .columns import json_lines
from .deliver import tables
from .deliver_survey import NOT_CATALOGUED
from .dirt import Dirt, Record, soil
from .organisation import MINIMUM_CUSTOMERS, block_sizes, simulate
from .parameters import CUSTOMERS_PER_BLOCK


@dataclass(frozen=True)
class Format:
    """How a table is written."""

    extension: str
    delimiter: str = ","
    encoding: str = "utf-8"
    by_month: bool = False


_CSV, _PARQUET, _JSON = Format("csv"), Format("parquet"), Format("jsonl")
_DUTCH = Format("csv", ";", "cp1252")
FORMATS: dict[str, Format] = {
    "crm/customers": _CSV,
    "crm/contracts": _CSV,
    "crm/transactions": _PARQUET,
    "crm/contacts": _PARQUET,
    "crm/referrals": _JSON,
    "crm/advocacy_events": _JSON,
    "crm/feedback_items": _CSV,
    "crm/utterances": _PARQUET,
    "crm/text_scores": _CSV,
    "hr/employees": _DUTCH,
    "hr/teams": _DUTCH,
    "hr/team_memberships": _DUTCH,
    "hr/absences": _DUTCH,
    "hr/labour_costs": _DUTCH,
    "survey/exports/contact_survey": Format("csv", ";", "cp1252", by_month=True),
    "survey/exports/relation_survey": _CSV,
    "survey/exports/emotion_survey": _CSV,
    "survey/exports/employee_pulse": _JSON,
    "survey/responses": _PARQUET,
    "survey/answers": _PARQUET,
    "survey/invitations": _CSV,
    "survey/feedback_actions": _CSV,
}
_NOT_ANSWERS = {
    "survey/exports/contact_survey": (
        "ResponseNr",
        "ContactNr",
        "KlantNr",
        "Ingevuld op",
        "Taal",
        *NOT_CATALOGUED,
    ),
    "survey/exports/relation_survey": (
        "respondent_no",
        "customer_id",
        "completed_at",
        "language",
        "weight",
        "mode",
    ),
    "survey/exports/emotion_survey": ("response", "contact", "customer", "answered_at", "language"),
}


@dataclass
class Written:
    """Rows written, seconds spent in generating (key "") and in writing each table, and the number of clean
    answers.
    """

    rows: dict[str, int]
    seconds: dict[str, float]
    answers: int


def answer_count(delivered: dict[str, pa.Table]) -> int:
    """Clean survey answers in the tables: non-empty cells of items."""
    count = delivered["survey/exports/employee_pulse"].num_rows + delivered["survey/answers"].num_rows
    for name, others in _NOT_ANSWERS.items():
        table = delivered[name].drop_columns(list(others))
        count += sum(len(column) - column.null_count for column in table.columns)
    return count


def _as_text(records: list[Record], names: list[str]) -> pa.Table:
    def text(value: object) -> str | None:
        if value is None:
            return None
        # As Arrow writes them, so that an identical duplicate is identical: true, and 8 for 8.0.
        return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")

    return pa.table(
        {name: pa.array([text(record[name]) for record in records], pa.string()) for name in names}
    )


def _csv_bytes(table: pa.Table, form: Format) -> bytes:
    if not table.num_rows:
        return b""
    sink = pa.BufferOutputStream()
    options = pacsv.WriteOptions(include_header=False, delimiter=form.delimiter, quoting_style="needed")
    pacsv.write_csv(table, sink, options)
    content = sink.getvalue().to_pybytes()
    return content if form.encoding == "utf-8" else content.decode().encode(form.encoding)


def _write_csv(path: Path, table: pa.Table, dirt: Dirt, form: Format) -> None:
    names = table.column_names
    middle = table.num_rows // 2
    with path.open("wb") as file:
        file.write((form.delimiter.join(names) + "\n").encode(form.encoding))
        file.write(_csv_bytes(_as_text(dirt.before, names), form))
        file.write(_csv_bytes(table.slice(0, middle), form))
        for _ in range(dirt.broken_lines):
            file.write(_csv_bytes(table.slice(middle, 1).select(names[:3]), form))
        file.write(_csv_bytes(table.slice(middle), form))
        file.write(_csv_bytes(_as_text(dirt.after, names), form))


def _write_parquet(path: Path, table: pa.Table, dirt: Dirt, form: Format) -> None:
    extra = [pa.Table.from_pylist(records, table.schema) for records in (dirt.before, dirt.after) if records]
    parts = [extra[0], table, *extra[1:]] if dirt.before else [table, *extra]
    whole = pa.concat_tables(parts).unify_dictionaries()
    labels = [item.name for item in table.schema if pa.types.is_dictionary(item.type)]
    pq.write_table(whole, path, compression="snappy", use_dictionary=labels)


def _write_jsonl(path: Path, table: pa.Table, dirt: Dirt, form: Format) -> None:
    def lines(records: list[Record]) -> str:
        filled = [{name: value for name, value in record.items() if value is not None} for record in records]
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in filled)

    with path.open("w", encoding=form.encoding) as file:
        file.write(lines(dirt.before))
        file.writelines(json_lines(table).to_pylist())
        file.write(lines(dirt.after))


_WRITERS: dict[str, Callable[[Path, pa.Table, Dirt, Format], None]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "jsonl": _write_jsonl,
}


def _months(table: pa.Table) -> list[tuple[str, pa.Table]]:
    """The contact survey, which is in order of time, per month of `Ingevuld op` (dd-mm-yyyy)."""
    moment = table["Ingevuld op"].combine_chunks()
    month = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(moment, 6, 10), pc.utf8_slice_codeunits(moment, 3, 5), "-"
    ).dictionary_encode()
    starts = [pc.index(month.indices, pa.scalar(n, pa.int32())).as_py() for n in range(len(month.dictionary))]
    ends = [*starts[1:], table.num_rows]
    names = month.dictionary.to_pylist()
    return [(name, table.slice(a, b - a)) for name, a, b in zip(names, starts, ends, strict=True)]


def _write_table(root: Path, name: str, table: pa.Table, block: int, is_only_block: bool) -> int:
    """Write one table with its dirt; returns the number of data rows."""
    form, dirt = FORMATS[name], soil(name, table, block)
    write = _WRITERS[form.extension]
    rows = table.num_rows + len(dirt.before) + len(dirt.after) + dirt.broken_lines
    if is_only_block and not form.by_month:
        path = root / f"{name}.{form.extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, table, dirt, form)
        return rows
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    if not is_only_block:
        write(folder / f"part-{block:04d}.{form.extension}", table, dirt, form)
        return rows
    parts = _months(table)
    for number, (month, part) in enumerate(parts):
        share = Dirt(
            before=dirt.before if number == 0 else [],
            after=dirt.after if number == len(parts) - 1 else [],
            broken_lines=dirt.broken_lines if number == len(parts) // 2 else 0,
        )
        write(folder / f"{month}.{form.extension}", part, share, form)
    return rows


def write_block(root: Path, seed: int, number: int, customer_count: int, is_only_block: bool) -> Written:
    """Simulate one block and write its files under `root`."""
    start = perf_counter()
    delivered = tables(simulate(seed, number, customer_count))
    written = Written({}, {"": perf_counter() - start}, answer_count(delivered))
    for name, table in delivered.items():
        start = perf_counter()
        written.rows[name] = _write_table(root, name, table, number, is_only_block)
        written.seconds[name] = perf_counter() - start
    return written


def _check_target(out: Path, force: bool) -> None:
    if out.exists() and not out.is_dir():
        raise InputError("the landing folder is a file", where=str(out), remedy="name a folder with --out")
    # A hidden file such as .gitkeep is not data.
    if out.is_dir() and any(not path.name.startswith(".") for path in out.iterdir()) and not force:
        raise InputError(
            "the landing folder is not empty, and simulated rows do not belong between real ones",
            where=str(out),
            remedy="empty it, name another folder with --out, or add --force to replace the tables in it",
        )


def _remove_tables(out: Path) -> None:
    """Removes what an earlier run may have left at any scale; other files stay."""
    for name, form in FORMATS.items():
        shutil.rmtree(out / name, ignore_errors=True)
        (out / f"{name}.{form.extension}").unlink(missing_ok=True)


def _put_in_place(source: Path, target: Path) -> None:
    """Moves the finished folder to its place: in one step where the target is absent or empty."""
    try:
        source.rename(target)
        return
    except OSError:  # not empty, or on another file system: file by file
        target.mkdir(exist_ok=True)
    _remove_tables(target)
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)


def write_landing(
    out: Path, *, scale: float = 1.0, seed: int = 2026, force: bool = False, workers: int = 2,
    progress: Callable[[str], None] = print,
) -> Written:  # fmt: skip
    """Write the whole organisation into `out`.

    Raises InputError when `out` holds anything and not `force`, and at a scale too small for one block.
    """
    sizes = block_sizes(scale)
    if not sizes:
        raise InputError(
            f"scale {scale:g} is too small to fill every table",
            where="--scale",
            remedy=f"take at least {MINIMUM_CUSTOMERS / CUSTOMERS_PER_BLOCK:g}",
        )
    out = out.resolve()
    _check_target(out, force)
    partial = out.parent / f".{out.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    total = Written(dict.fromkeys(FORMATS, 0), {"": 0.0} | dict.fromkeys(FORMATS, 0.0), 0)
    try:
        for done, written in enumerate(_blocks(partial, seed, sizes, workers), start=1):
            for name, rows in written.rows.items():
                total.rows[name] += rows
            for name, seconds in written.seconds.items():
                total.seconds[name] += seconds
            total.answers += written.answers
            if len(sizes) > 1:
                progress(f"block {done} of {len(sizes)}: {sum(written.rows.values()):,} rows")
        _put_in_place(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return total


def _blocks(root: Path, seed: int, sizes: list[int], workers: int) -> Iterator[Written]:
    """The result of each block, in order; more than one block runs in `workers` processes."""
    if len(sizes) == 1:
        yield write_block(root, seed, 0, sizes[0], True)
        return
    count = len(sizes)
    with ProcessPoolExecutor(max_workers=min(workers, count), initializer=_one_thread) as pool:
        yield from pool.map(write_block, [root] * count, [seed] * count, range(count), sizes, [False] * count)


def _one_thread() -> None:
    """Arrow's own threads would fight with the worker processes."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
