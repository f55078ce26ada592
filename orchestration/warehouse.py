"""Connections to the build database, its limits, the lock of a build and the status that readers see.

Belongs here: everything about `build.duckdb` as a file. Not here: what is in it, and the snapshots
(publish.py).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.project import Folders
from service_control.errors import BuildError


def limits(where: Folders) -> dict[str, str]:
    """DuckDB settings, the same as in profiles.yml, so that one process never opens a file with two
    configurations."""
    return {
        "memory_limit": os.environ.get("SERVICE_CONTROL_MEMORY_LIMIT", "6GB"),
        "threads": os.environ.get("SERVICE_CONTROL_THREADS", str(min(4, os.cpu_count() or 1))),
        "temp_directory": str(where.spill),
        # The wheel carries what is needed (icu, json, parquet); a build never fetches code from the network.
        "autoinstall_known_extensions": "false",
    }


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def now() -> datetime:
    """This moment in UTC, without zone, as the warehouse stores it."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def open_build(where: Folders, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to build.duckdb.

    Raises
    ------
    BuildError : another process holds the database.
    """
    where.warehouse.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(where.build_database), read_only=read_only, config=limits(where))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        raise BuildError(
            "another program has the build database open",
            where=str(where.build_database),
            remedy="close it, or wait until its build is done; dashboards and BI read serving.duckdb instead",
        ) from None
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def build_lock(where: Folders) -> Iterator[None]:
    """One build at a time per warehouse. The kernel frees the lock when its holder dies, however it dies.

    Raises
    ------
    BuildError : a build is running; the message names its process.
    """
    where.warehouse.mkdir(parents=True, exist_ok=True)
    with where.build_lock.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            raise BuildError(
                f"a build is already running (process {holder})",
                where=str(where.warehouse),
                remedy="wait until it is done; builds of one warehouse never run beside each other",
            ) from None
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query by the names of its columns."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a JSON file atomically: a reader sees the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1, default=str)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Content of a JSON file of the warehouse, empty when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
