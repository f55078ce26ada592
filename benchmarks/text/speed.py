"""`python -m benchmarks.text.speed`: distinct texts a second from raw text to tables of scores and tags, and memory.

The texts are the simulated organisation's, put together until as many as asked differ. All goes the way of a build: out
of DuckDB, scrubbed, into DuckDB, out again, scored and tagged, into DuckDB. Warm: so many other texts went before that
modules are read, also by the process that starts others; starting these is in it.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

# As a build does (orchestration/project.py, ONE_THREAD), and before numpy reads it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.project import Folders, folders
from orchestration.text_seeds import cold_models, modifiers, scrubber
from orchestration.text_store import WORTH_A_PROCESS, TextStore, text_store_file
from service_control.demo.fragments import CLOSINGS, CONTRASTS, DRIVER_CLAUSES, ISSUE_OPENINGS, PERSONAL
from service_control.demo.names import FIRST_NAMES, LAST_NAMES
from service_control.text.pipeline import RawBatch, score_batch, scrub_batch
from service_control.text.score import Scorer
from service_control.text.scrub import Person

BATCH = 5_000
WARM = WORTH_A_PROCESS
PERSONAL_SHARE = 0.05


def texts(number: int, seed_value: int = 2026) -> tuple[list[str], list[list[Person]]]:
    """Texts that all differ, half Dutch and half English, and their writers. One in twenty tells who wrote it."""
    rng = np.random.default_rng(seed_value)
    made: dict[str, list[Person]] = {}
    clauses, openings, closings = {}, {}, {}
    for language in ("nl", "en"):
        drivers = DRIVER_CLAUSES[language].values()
        clauses[language] = [clause for driver in drivers for tone in driver.values() for clause in tone]
        openings[language] = [opening for group in ISSUE_OPENINGS[language].values() for opening in group]
        closings[language] = [closing for group in CLOSINGS[language].values() for closing in group]
    while len(made) < number:
        draws = rng.random((number, 11)).tolist()
        for draw in draws[: number - len(made)]:
            language = "nl" if draw[0] < 0.5 else "en"
            kinds = (openings, clauses, CONTRASTS, clauses, closings)
            opening, one, contrast, other, closing = (
                kind[language][int(part * len(kind[language]))]
                for kind, part in zip(kinds, draw[1:6], strict=True)
            )
            first, last = (
                FIRST_NAMES[int(draw[6] * len(FIRST_NAMES))],
                LAST_NAMES[int(draw[7] * len(LAST_NAMES))],
            )
            person = Person(f"{first} {last}", f"{first.lower()}@voorbeeld.nl", f"06{int(draw[8] * 1e8):08}")
            text = f"{opening} {one}{contrast}{other}." + (f" {closing}" if draw[9] < 0.5 else "")
            if draw[10] < PERSONAL_SHARE:
                said = PERSONAL[language][int(draw[10] / PERSONAL_SHARE * len(PERSONAL[language]))]
                text += " " + said.format(name=person.name, email=person.email, phone=person.phone)
            made.setdefault(text, [person])
    return list(made), list(made.values())


def batches(raw: list[str], people: list[list[Person]]) -> Iterator[RawBatch]:
    """In batches of BATCH."""
    for start in range(0, len(raw), BATCH):
        yield RawBatch(raw[start : start + BATCH], people[start : start + BATCH])


def delivered(number: int, seed_value: int = 2026) -> pa.Table:
    """Rows as int_text__delivered has them."""
    raw, people = texts(number, seed_value)
    return pa.table(
        {
            "source_key": [f"{seed_value} {at}" for at in range(number)],
            "raw_text": raw,
            "customer_name": [person.name for (person,) in people],
            "customer_email": [person.email for (person,) in people],
            "customer_phone": [person.phone for (person,) in people],
            "employee_name": pa.nulls(number, pa.string()),
            "employee_email": pa.nulls(number, pa.string()),
        }
    )


def write_delivered(number: int, database: Path) -> None:
    """Make the tables `delivered` and `warm` in a database."""
    with duckdb.connect(str(database)) as connection:
        connection.register("given", delivered(number))
        connection.execute("create table delivered as from given")
        connection.register("given", delivered(WARM, seed_value=1))
        connection.execute("create table warm as from given")


def read_all(connection: duckdb.DuckDBPyConnection, where: Folders, table: str) -> tuple[float, float]:
    """Seconds by the clock and of processors for what a build does with a table of what was delivered."""
    started, before = time.perf_counter(), _processor_seconds()
    store = TextStore(connection, where)
    store.scrub(connection.table(table)).to_table("scrubbed")
    store.score(connection.table("scrubbed")).to_table("scored")
    store.tags(connection.table("scored")).to_table("tags")
    taken = time.perf_counter() - started, _processor_seconds() - before
    for name in ("scrubbed", "scored", "tags"):
        connection.execute(f"drop table {name}")
    return taken


def _processor_seconds() -> float:
    """Of this process, its children and those that these had: a process that forks for others is a child too."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent, *others = file.read_text().rpartition(")")[2].split()[1:]
            if os.getpid() in (int(parent), int(file.parent.name)):
                ticks += sum(map(int, others[9:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(number: int, processes: int) -> dict[str, float]:
    """Texts a second by the clock and per processor second, seconds of a second build, peak MB, MB of the store."""
    cold_models()
    os.environ["SERVICE_CONTROL_THREADS"] = str(processes)
    with tempfile.TemporaryDirectory() as folder:
        where = replace(folders(), warehouse=Path(folder))
        # Made by another process: what it takes to make the texts is not what it takes to read them.
        maker = get_context("spawn").Process(target=write_delivered, args=(number, where.build_database))
        maker.start()
        maker.join()
        limits = {"threads": processes, "memory_limit": "1GB"}
        with duckdb.connect(str(where.build_database), config=limits) as connection:
            read_all(connection, where, "warm")
            clock, used = read_all(connection, where, "delivered")
            again, _ = read_all(connection, where, "delivered")
        size = text_store_file(where).stat().st_size
    return {
        "texts_per_second": number / clock,
        "texts_per_processor_second": number / used,
        "again_seconds": again,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "store_mb": size / 1e6,
    }


def fastest_batch(number: int = 12) -> float:
    """Texts a second of one process in its best batch, tables left out: what a core does while nobody else is on it."""
    scorer, cleaner, taken = Scorer(cold_models(), modifiers()), scrubber(), []
    for raw in batches(*texts(number * BATCH)):
        started = time.perf_counter()
        score_batch(scorer, scrub_batch(cleaner, raw).texts)
        taken.append(time.perf_counter() - started)
    return BATCH / min(taken)


def main() -> None:
    """Print one line per number of processes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text.speed", description=main.__doc__)
    parser.add_argument("--texts", type=int, default=200_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(f"- one process in its best batch: {fastest_batch():,.0f} texts/s")
    for processes in options.processes:
        found = measure(options.texts, processes)
        print(
            f"- {processes} process(es), {options.texts:,} texts: {found['texts_per_second']:,.0f} a second by the "
            f"clock, {found['texts_per_processor_second']:,.0f} per processor second; again with nothing new "
            f"{found['again_seconds']:.1f} s; peak {found['peak_mb']:.0f} MB; texts.duckdb {found['store_mb']:.0f} MB"
        )


if __name__ == "__main__":
    main()
