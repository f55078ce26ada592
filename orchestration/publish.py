"""Snapshots: made beside what is served, switched to at once, kept, rolled back.

Belongs here: the snapshot file, its exports and manifest, the one pointer that readers follow. Not here: the
judgement whether a build may be published (checks.py), and how it was built (build.py).

    warehouse/published      -> snapshots/<id>            the pointer; replacing it is the whole of publishing
    warehouse/serving.duckdb -> published/serving.duckdb  fixed, like exports, restricted, voice and manifest.json
    warehouse/snapshots/<id>/         manifest.json, exports/*.parquet, restricted/feedback.duckdb, voice/index.html,
    voice/reviews.json, serving.duckdb -> ../serving_<id>.duckdb
    warehouse/snapshots/serving_<id>.duckdb

restricted/ is open to its owner only (mode 700): the app reads it and asks for the rows of who is logged in. BI and
exports never get it.

One pointer, because database, exports and manifest must never be of different builds for a reader, however a
build dies. Run alone: `python -m orchestration.publish --list | --rollback [id]`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.project import Folders, folders
from orchestration.public_voice import write_voice
from orchestration.warehouse import build_lock, now, open_build, quoted, read_json, records
from service_control.errors import PublishError, ServiceControlError

KEPT = 5
ID_FORMAT = "%Y%m%dT%H%M%SZ"
ID_PATTERN = re.compile(r"\d{8}T\d{6}Z")
PUBLIC_SCHEMA = "marts"
# Rows about single employees, in a file of their own.
FEEDBACK = ("employee_feedback", "employee_feedback_trend")
FIXED_LINKS = ("serving.duckdb", "exports", "restricted", "voice", "manifest.json")
# A dictionary of a column with more values than this costs time and space: with DuckDB's own limit the export of
# 3.9 million answers took 45 MB instead of 31.
PARQUET = "format parquet, compression zstd, dictionary_size_limit 1000"

BUILD_RUNS = """
create table marts.build_runs (
    run_id varchar, snapshot_id varchar, started_at timestamp, finished_at timestamp, status varchar,
    git_version varchar, versions varchar, manifest varchar);
comment on table marts.build_runs is 'Published builds. One row per snapshot.';
comment on column marts.build_runs.run_id is 'Key of the build.';
comment on column marts.build_runs.snapshot_id is 'Key of the snapshot it published.';
comment on column marts.build_runs.started_at is 'Begin of the build, UTC.';
comment on column marts.build_runs.finished_at is 'End of the build, UTC.';
comment on column marts.build_runs.status is 'succeeded; only such builds are published.';
comment on column marts.build_runs.git_version is 'Version of the project.';
comment on column marts.build_runs.versions is 'Versions of the packages, JSON.';
comment on column marts.build_runs.manifest is 'Manifest of dbt that belongs to it.';
"""
CHECK_RESULTS = """
create table marts.check_results (
    check_name varchar, kind varchar, target_table varchar, status varchar, failing_count bigint,
    message varchar, checked_at timestamp);
comment on table marts.check_results is 'Every check that this snapshot passed. One row per check and table.';
comment on column marts.check_results.check_name is 'Name of the check.';
comment on column marts.check_results.kind is 'dbt_test, gx_landing (on arrival) or gx_mart (before publishing).';
comment on column marts.check_results.target_table is 'Table it looks at.';
comment on column marts.check_results.status is 'pass, warn or fail.';
comment on column marts.check_results.failing_count is 'Rows that deviate.';
comment on column marts.check_results.message is 'What deviates.';
comment on column marts.check_results.checked_at is 'Moment of the check, UTC.';
"""


@dataclass(frozen=True)
class CheckResult:
    """One check of a build. kind: dbt_test, gx_landing or gx_mart; status: pass, warn or fail."""

    check_name: str
    kind: str
    target_table: str | None
    status: str
    failing_count: int
    message: str
    checked_at: datetime


@dataclass(frozen=True)
class Run:
    """The build that is published. `versions` name the tools and the commit it was made with."""

    run_id: str
    started_at: datetime
    versions: Mapping[str, str]


def publish(where: Folders, run: Run, checks: Iterable[CheckResult]) -> dict[str, Any]:
    """Copy schema `marts` of the build into a new snapshot and serve it. Returns its manifest.

    The caller holds the build lock. Readers of the former snapshot keep reading it.

    Raises
    ------
    PublishError : a check failed, the build has no public tables, or the disk does not take the snapshot.
    """
    checks = tuple(checks)
    failed = [check for check in checks if check.status == "fail"]
    if failed:
        raise PublishError(
            f"{len(failed)} checks failed, the first: {failed[0].check_name}",
            where=str(where.build_database),
            remedy="mend what the checks say and build again; the former snapshot is still served",
        )
    where.snapshots.mkdir(parents=True, exist_ok=True)
    remove_unfinished(where)
    snapshot_id = _next_id(where)
    database = where.snapshots / f"serving_{snapshot_id}.duckdb"
    unfinished = database.with_name(database.name + ".tmp")
    folder = where.snapshots / f"{snapshot_id}.tmp"
    (folder / "exports").mkdir(parents=True)
    try:
        manifest = _write_snapshot(where, unfinished, folder, snapshot_id, run, checks)
        _write_synced(
            folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
        )
        (folder / "serving.duckdb").symlink_to(Path("..") / database.name)
        _sync(unfinished)
        unfinished.replace(database)
        _sync(folder)
        folder.replace(where.snapshots / snapshot_id)
        _sync(where.snapshots)
    except (OSError, duckdb.Error) as error:
        remove_unfinished(where)
        raise PublishError(
            f"the snapshot could not be written: {error}",
            where=str(where.snapshots),
            remedy="check the space and the rights of the warehouse folder; the former snapshot is still "
            "served",
        ) from error
    _point_to(where, snapshot_id)
    _drop_old(where)
    return manifest


def _write_snapshot(
    where: Folders, database: Path, folder: Path, snapshot_id: str, run: Run, checks: tuple[CheckResult, ...]
) -> dict[str, Any]:
    finished_at = now()
    with open_build(where) as connection:
        connection.execute(f"attach {quoted(str(database))} as snapshot")
        connection.execute("use snapshot; create schema marts; use snapshot.marts;")
        tables = _copy_marts(connection)
        connection.execute(CHECK_RESULTS)
        if checks:
            connection.executemany(
                "insert into marts.check_results values (?, ?, ?, ?, ?, ?, ?)",
                [list(asdict(check).values()) for check in checks],
            )
        connection.execute(BUILD_RUNS)
        _carry_runs_over(connection, where)
        row_counts = {
            table: connection.execute(f'select count(*) from marts."{table}"').fetchall()[0][0]
            for table in tables
        }
        manifest = {
            "snapshot_id": snapshot_id,
            "run_id": run.run_id,
            "started_at": run.started_at.isoformat(),
            "published_at": finished_at.isoformat(),
            "source_freshness": records(connection, "select * from marts.source_freshness order by all")
            if "source_freshness" in tables
            else [],
            "row_counts": row_counts,
            "checks": _count_checks(checks),
            "versions": dict(run.versions),
        }
        connection.execute(
            "insert into marts.build_runs values (?, ?, ?, ?, 'succeeded', ?, ?, ?)",
            [run.run_id, snapshot_id, run.started_at, finished_at, run.versions.get("git"),
             json.dumps(dict(run.versions)), json.dumps(manifest, ensure_ascii=False, default=str)],
        )  # fmt: skip
        _side_by_side(
            connection,
            [
                f'copy snapshot.marts."{table}" to {quoted(str(folder / "exports" / f"{table}.parquet"))} ({PARQUET})'
                for table in [*tables, "build_runs", "check_results"]
            ],
        )
        write_voice(connection, folder / "voice")
        connection.execute("checkpoint snapshot")
        _write_feedback(connection, folder / "restricted" / "feedback.duckdb")
        connection.execute("use build")
        connection.execute("detach snapshot")
    return manifest


def _copy_marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Public tables and views as tables, with their comments. Returns their names."""
    found = connection.execute(
        """
        select table_name, comment from duckdb_tables() where database_name = 'build' and schema_name = ?
        union all
        select view_name, comment from duckdb_views() where database_name = 'build' and schema_name = ?
        order by 1
        """,
        [PUBLIC_SCHEMA, PUBLIC_SCHEMA],
    ).fetchall()
    if not found:
        raise PublishError(
            "the build has no public tables",
            where=f"schema {PUBLIC_SCHEMA} of the build database",
            remedy="run `make build`; dbt fills the schema",
        )
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'build' and schema_name = ? and comment is not null",
        [PUBLIC_SCHEMA],
    ).fetchall()
    _side_by_side(
        connection,
        [
            f'create table snapshot.marts."{table}" as from build.{PUBLIC_SCHEMA}."{table}"'
            for table, _ in found
        ],
    )
    for table, comment in found:
        if comment:
            connection.execute(f'comment on table marts."{table}" is {quoted(comment)}')
    for table, column, comment in columns:
        connection.execute(f'comment on column marts."{table}"."{column}" is {quoted(comment)}')
    return [table for table, _ in found]


def _side_by_side(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    """Run statements that need nothing of each other: most tables are too small to keep more than one core busy."""
    ((threads,),) = connection.execute("select current_setting('threads')").fetchall()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(connection.cursor().execute, statement) for statement in statements]:
            done.result()


def _write_feedback(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    """What employees may read about themselves; a table that the build has not is left out."""
    # the folder first, so that the file never was readable for others
    database.parent.mkdir(mode=0o700)
    connection.execute(f"attach {quoted(str(database))} as feedback")
    connection.execute("create schema feedback.restricted")
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'build' and schema_name = 'restricted'"
    ).fetchall()
    for table in FEEDBACK:
        if (table,) in found:
            connection.execute(
                f'create table feedback.restricted."{table}" as from build.restricted."{table}" order by employee_id'
            )
    connection.execute("checkpoint feedback")
    connection.execute("detach feedback")
    _sync(database)


def _carry_runs_over(connection: duckdb.DuckDBPyConnection, where: Folders) -> None:
    """Earlier rows of build_runs, from the snapshot that is served now."""
    served = current_id(where)
    if served is None:
        return
    path = where.snapshots / f"serving_{served}.duckdb"
    connection.execute(f"attach {quoted(str(path))} as former (read_only)")
    connection.execute("insert into marts.build_runs by name select * from former.marts.build_runs")
    connection.execute("detach former")


def _count_checks(checks: tuple[CheckResult, ...]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for check in checks:
        kind = counts.setdefault(check.kind, {"pass": 0, "warn": 0, "fail": 0})
        kind[check.status] += 1
    return counts


def current_id(where: Folders) -> str | None:
    """The snapshot that is served, or None."""
    pointer = where.warehouse / "published"
    with suppress(OSError):
        name = pointer.readlink().name
        if (where.snapshots / f"serving_{name}.duckdb").exists():
            return name
    return None


def snapshot_ids(where: Folders) -> list[str]:
    """Complete snapshots, oldest first."""
    if not where.snapshots.is_dir():
        return []
    return sorted(
        path.name
        for path in where.snapshots.iterdir()
        if ID_PATTERN.fullmatch(path.name) and (where.snapshots / f"serving_{path.name}.duckdb").exists()
    )


def rollback(where: Folders, snapshot_id: str | None = None) -> str:
    """Serve an earlier snapshot: the named one, else the one before the served one. Returns its id.

    The caller holds the build lock. The next successful build publishes a newer snapshot again.

    Raises
    ------
    PublishError : there is no such snapshot, or it cannot be opened.
    """
    kept, served = snapshot_ids(where), current_id(where)
    remedy = "choose one of " + ", ".join(kept) if kept else "run `make build` first"
    if snapshot_id is None:
        earlier = [each for each in kept if served is None or each < served]
        if not earlier:
            raise PublishError("there is no earlier snapshot", where=str(where.snapshots), remedy=remedy)
        snapshot_id = earlier[-1]
    if snapshot_id not in kept:
        raise PublishError(f"there is no snapshot {snapshot_id}", where=str(where.snapshots), remedy=remedy)
    try:
        database = where.snapshots / f"serving_{snapshot_id}.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute("select count(*) from marts.build_runs").fetchall()
    except duckdb.Error as error:
        raise PublishError(
            f"the snapshot {snapshot_id} cannot be read: {error}", where=str(where.snapshots), remedy=remedy
        ) from error
    _point_to(where, snapshot_id)
    return snapshot_id


def remove_unfinished(where: Folders) -> None:
    """Remove what builds that died left behind: files and folders that were never complete."""
    for path in where.snapshots.glob("*.tmp*") if where.snapshots.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    complete = set(snapshot_ids(where))
    for path in where.snapshots.glob("serving_*.duckdb*"):
        if path.name.removeprefix("serving_").split(".")[0] not in complete:
            path.unlink()
    for path in where.warehouse.glob(".*.link"):
        path.unlink()


def _point_to(where: Folders, snapshot_id: str) -> None:
    # The fixed links first: on a first publish they dangle for a moment, which readers see as "nothing
    # published".
    for name in FIXED_LINKS:
        link = where.warehouse / name
        target = f"published/{name}"
        if not link.is_symlink() or str(link.readlink()) != target:
            _replace_link(link, target)
    _replace_link(where.warehouse / "published", f"snapshots/{snapshot_id}")
    _sync(where.warehouse)


def _replace_link(link: Path, target: str) -> None:
    temporary = link.with_name(f".{link.name}.link")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    try:
        temporary.replace(link)
    except OSError as error:
        temporary.unlink()
        raise PublishError(
            f"{link.name} cannot be replaced: {error.strerror}",
            where=str(link),
            remedy="move it away; it is a link to the published snapshot",
        ) from error


def _drop_old(where: Folders) -> None:
    served = current_id(where)
    for snapshot_id in snapshot_ids(where)[:-KEPT]:
        if snapshot_id == served:
            continue
        shutil.rmtree(where.snapshots / snapshot_id)
        (where.snapshots / f"serving_{snapshot_id}.duckdb").unlink()


def _next_id(where: Folders) -> str:
    """The moment in UTC; later than every snapshot, also when two are made within a second."""
    moment = now()
    latest = max(snapshot_ids(where), default="")
    while moment.strftime(ID_FORMAT) <= latest:
        moment = datetime.strptime(latest, ID_FORMAT) + timedelta(seconds=1)
    return moment.strftime(ID_FORMAT)


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    """Flush a file or a folder's entries to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main(arguments: list[str] | None = None) -> int:
    """List the snapshots that are kept, or serve an earlier one."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.publish", description=main.__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--list", action="store_true", help="list the snapshots that are kept")
    choice.add_argument(
        "--rollback", nargs="?", const="", metavar="id", help="serve this one, else the one before"
    )
    options = parser.parse_args(arguments)
    where = folders()
    try:
        if options.rollback is not None:
            with build_lock(where):
                print(f"serving {rollback(where, options.rollback or None)}")
            return 0
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    served = current_id(where)
    for snapshot_id in reversed(snapshot_ids(where)):
        manifest = read_json(where.snapshots / snapshot_id / "manifest.json")
        rows = sum(manifest["row_counts"].values())
        checks = sum(sum(kind.values()) for kind in manifest["checks"].values())
        mark = "*" if snapshot_id == served else " "
        print(
            f"{mark} {snapshot_id}  {rows:>12,} rows  {checks:>5} checks  "
            f"{manifest['versions'].get('git', '')}"
        )
    if served is None:
        print("nothing is published yet")
    return 0


if __name__ == "__main__":
    sys.exit(main())
