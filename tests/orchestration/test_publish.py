"""What readers see while snapshots are made, replaced, rolled back and interrupted."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import publish
from orchestration.project import ROOT, Folders
from orchestration.publish import CheckResult, Run
from orchestration.warehouse import now, read_json
from service_control.errors import PublishError
from tests.orchestration.conftest import Site
from tests.orchestration.small_build import MOMENTS, TABLES, fill_marts

RUN = Run("run1", datetime(2026, 7, 1, 4, 0), {"python": "3.11", "git": "abc"})
PASSED = CheckResult("unique", "dbt_test", "first", "pass", 0, "", datetime(2026, 7, 1, 4, 5))


def generations(database: Path) -> set[int]:
    """Generations of a snapshot, over all tables; more than one is a torn state."""
    with duckdb.connect(os.path.realpath(database), read_only=True) as connection:
        union = " union all ".join(f"select generation from marts.{table}" for table in TABLES)
        return {
            generation
            for (generation,) in connection.execute(f"select distinct generation from ({union})").fetchall()
        }


def publish_generation(where: Folders, generation: int) -> str:
    fill_marts(where, generation)
    return publish.publish(where, RUN, [PASSED])["snapshot_id"]


def test_a_snapshot_holds_the_public_tables_their_comments_and_its_own_history(site: Site) -> None:
    fill_marts(site.where, 1)
    with duckdb.connect(str(site.where.build_database)) as connection:
        connection.execute("create view marts.looked_at as select count(*) as n from marts.first")
        connection.execute(
            "create schema restricted; create table restricted.persons as select 'name' as name"
        )
    first = publish.publish(site.where, RUN, [PASSED])
    second = publish.publish(site.where, Run("run2", now(), {}), [])
    with duckdb.connect(os.path.realpath(site.where.serving), read_only=True) as connection:
        assert connection.execute("select distinct schema_name from duckdb_tables()").fetchall() == [
            ("marts",)
        ]
        assert connection.execute(
            "select table_name, comment from duckdb_tables() where table_name in ('first', 'looked_at') "
            "order by 1"
        ).fetchall() == [("first", "About first. One row per id."), ("looked_at", None)]
        assert connection.execute(
            "select comment from duckdb_columns() where table_name = 'first' and column_name = 'id'"
        ).fetchall() == [("The first's id.",)]
        runs = connection.execute(
            "select snapshot_id, run_id, status, json_extract_string(manifest, '$.snapshot_id') "
            "from marts.build_runs order by 1"
        ).fetchall()
        assert runs == [
            (m["snapshot_id"], m["run_id"], "succeeded", m["snapshot_id"]) for m in (first, second)
        ]
        assert connection.execute("select count(*) from marts.check_results").fetchall() == [(0,)]
    manifest = read_json(site.where.manifest)
    assert manifest == second
    assert first["checks"] == {"dbt_test": {"pass": 1, "warn": 0, "fail": 0}}
    assert manifest["row_counts"] == {"first": 1000, "looked_at": 1, "second": 1000, "third": 1000}


def test_exports_hold_the_same_rows_and_move_with_the_snapshot(site: Site) -> None:
    publish_generation(site.where, 1)
    former = os.path.realpath(site.where.exports)
    publish_generation(site.where, 2)
    assert {path.stem for path in site.where.exports.glob("*.parquet")} == {
        *TABLES,
        "build_runs",
        "check_results",
    }
    with duckdb.connect() as connection:
        for folder, generation in ((former, 1), (site.where.exports, 2)):
            found = connection.execute(
                f"select distinct generation from read_parquet('{folder}/first.parquet')"
            ).fetchall()
            assert found == [(generation,)]


def test_a_failed_check_publishes_nothing(site: Site) -> None:
    served = publish_generation(site.where, 1)
    fill_marts(site.where, 2)
    failed = CheckResult("unique", "dbt_test", "first", "fail", 3, "", now())
    with pytest.raises(PublishError, match="1 checks failed, the first: unique"):
        publish.publish(site.where, RUN, [PASSED, failed])
    assert publish.current_id(site.where) == served and generations(site.where.serving) == {1}


def test_a_full_disk_leaves_the_served_snapshot_and_no_debris(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = publish_generation(site.where, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(publish, "_sync", full)
        with pytest.raises(PublishError, match="No space left"):
            publish_generation(site.where, 2)
    assert publish.snapshot_ids(site.where) == [served]
    assert {path.name for path in site.where.snapshots.iterdir()} == {served, f"serving_{served}.duckdb"}


def test_the_last_five_are_kept_and_the_served_one_always(site: Site) -> None:
    ids = [publish_generation(site.where, generation) for generation in range(1, 8)]
    assert ids == sorted(set(ids)), "two snapshots within a second still have their own names"
    assert publish.snapshot_ids(site.where) == ids[-5:]
    assert len(list(site.where.snapshots.iterdir())) == 10
    publish.rollback(site.where, ids[2])
    assert publish.rollback(site.where, ids[2]) == ids[2]
    newest = publish_generation(site.where, 8)
    assert publish.current_id(site.where) == newest


def test_rollback_serves_the_snapshot_before_with_its_manifest_and_exports(site: Site) -> None:
    first, second = publish_generation(site.where, 1), publish_generation(site.where, 2)
    command = [sys.executable, "-m", "orchestration.publish"]
    done = subprocess.run([*command, "--rollback"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, f"serving {first}")
    assert generations(site.where.serving) == {1}
    assert read_json(site.where.manifest)["snapshot_id"] == first
    listed = subprocess.run([*command, "--list"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[:2] for line in listed.splitlines()][1] == ["*", first] and second in listed
    refused = subprocess.run(
        [*command, "--rollback", "20200101T000000Z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1 and f"choose one of {first}, {second}" in refused.stderr
    with pytest.raises(PublishError, match="there is no earlier snapshot"):
        publish.rollback(site.where)


def test_a_damaged_snapshot_is_not_rolled_back_to(site: Site) -> None:
    first, second = publish_generation(site.where, 1), publish_generation(site.where, 2)
    (site.where.snapshots / f"serving_{first}.duckdb").write_bytes(b"damaged")
    with pytest.raises(PublishError, match="cannot be read"):
        publish.rollback(site.where, first)
    assert publish.current_id(site.where) == second


def test_a_file_in_the_place_of_a_link_is_replaced_and_a_folder_is_named(site: Site) -> None:
    site.where.warehouse.mkdir()
    site.where.manifest.write_text("{}")
    publish_generation(site.where, 1)
    assert read_json(site.where.manifest)["row_counts"]
    site.where.exports.unlink()
    site.where.exports.mkdir()
    with pytest.raises(PublishError, match="exports cannot be replaced"):
        publish_generation(site.where, 2)


def read_in_a_loop(where: Folders, stop: object, outcomes: object, has_read_enough: object) -> None:
    """A reader as the app is: opens what the link points to, asks, closes; reads manifest and export beside
    it."""
    reads, seen = 0, set()
    try:
        while not stop.is_set():
            before = os.path.realpath(where.warehouse / "published")
            found = generations(where.serving)
            manifest = json.loads(Path(before, "manifest.json").read_text(encoding="utf-8"))
            if len(found) != 1:
                raise AssertionError(f"a mixture of builds: {found}")
            if os.path.realpath(where.warehouse / "published") == before:
                in_snapshot = os.path.realpath(where.serving)
                if manifest["snapshot_id"] not in in_snapshot and before == os.path.realpath(
                    where.warehouse / "published"
                ):
                    raise AssertionError(f"manifest {manifest['snapshot_id']} beside {in_snapshot}")
            reads, seen = reads + 1, seen | found
            if reads > 10 and len(seen) > 2:
                has_read_enough.set()
        outcomes.put((reads, len(seen), ""))
    except Exception as error:
        outcomes.put((reads, len(seen), f"{type(error).__name__}: {error}"))


def test_four_readers_in_a_loop_see_whole_snapshots_only(site: Site) -> None:
    publish_generation(site.where, 0)
    context = multiprocessing.get_context("spawn")
    stop, outcomes = context.Event(), context.Queue()
    enough = [context.Event() for _ in range(4)]
    readers = [
        context.Process(target=read_in_a_loop, args=(site.where, stop, outcomes, has_read_enough))
        for has_read_enough in enough
    ]
    for reader in readers:
        reader.start()
    # On a busy machine a reader starts late: publishing goes on until each has read many times.
    until, patience, generation = time.monotonic() + 8, time.monotonic() + 120, 0
    while time.monotonic() < until or not all(event.is_set() for event in enough):
        assert time.monotonic() < patience, "a reader did not read"
        generation += 1
        publish_generation(site.where, generation)
    stop.set()
    found = [outcomes.get(timeout=30) for _ in readers]
    for reader in readers:
        reader.join()
    assert [error for *_, error in found] == [""] * 4


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_a_build_that_is_killed_leaves_a_whole_snapshot_and_the_next_build_recovers(
    site: Site, moment: str
) -> None:
    command = [sys.executable, "-m", "tests.orchestration.small_build"]
    site.put("crm/customers.csv", "customer_id,acquired_on\nK1,2024-01-01\n")
    subprocess.run([*command, "1"], cwd=ROOT, check=True, capture_output=True)
    served = publish.current_id(site.where)
    site.put("crm/customers.csv", "customer_id,acquired_on\nK1,2024-01-01\nK2,2024-01-01\n")

    killed = subprocess.run([*command, "2", moment], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    expected = 2 if moment == "after the pointer" else 1
    assert generations(site.where.serving) == {expected}
    assert (publish.current_id(site.where) == served) == (expected == 1)
    assert read_json(site.where.manifest)["snapshot_id"] == publish.current_id(site.where)
    assert read_json(site.where.build_status)["state"] == "running"

    recovered = subprocess.run([*command, "3"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert recovered.returncode == 0, recovered.stdout + recovered.stderr
    assert generations(site.where.serving) == {3}
    assert read_json(site.where.build_status)["state"] == "succeeded"
    assert site.ask("select count(*) from raw.customers") == [(2,)]
    kept = publish.snapshot_ids(site.where)
    assert {path.name for path in site.where.snapshots.iterdir()} == {
        name for snapshot in kept for name in (snapshot, f"serving_{snapshot}.duckdb")
    }
