"""What readers of a PostgreSQL see while snapshots are published to it, replaced, rolled back and interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg2
import pytest

from orchestration import publish
from orchestration.project import ROOT, Folders
from orchestration.publish import Run
from orchestration.publish_postgres import ADDRESS, READER, main, publish_to_postgres
from service_control.errors import PublishError
from tests.orchestration.conftest import Site
from tests.orchestration.small_build import TABLES, fill_marts
from tests.postgres import Server

RUN = Run("run1", datetime(2026, 7, 1, 4, 0), {})
GENERATIONS = " union all ".join(f"select generation from marts.{table}" for table in TABLES)


@pytest.fixture
def bi(site: Site, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """A place whose snapshots go to the empty database `bi`; the key of its tables is the column `id`."""
    monkeypatch.setenv(ADDRESS, postgres.create("bi"))
    monkeypatch.delenv(READER, raising=False)
    test = {"test_metadata": {"name": "unique", "kwargs": {"column_name": "id"}}}
    nodes = {table: {"name": f"model_of_{table}", "alias": table} for table in TABLES} | {
        f"unique_{table}": {**test, "attached_node": table} for table in TABLES
    }
    target = Path(os.environ["DBT_TARGET_PATH"])
    target.mkdir()
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    return site.where


def snapshot(where: Folders, generation: int, rows: int = 1000) -> str:
    fill_marts(where, generation, rows)
    return publish.publish(where, RUN, [])["snapshot_id"]


def to_postgres(where: Folders, snapshot_id: str | None = None) -> list[str]:
    lines: list[str] = []
    publish_to_postgres(where, lines.append, snapshot_id)
    return lines


def shown(postgres: Server) -> set[int]:
    return {row[0] for row in postgres.ask("bi", f"select distinct generation from ({GENERATIONS}) as rows")}


def test_values_types_comments_and_keys_arrive_as_they_are(bi: Folders, postgres: Server) -> None:
    fill_marts(bi, 1)
    with duckdb.connect(str(bi.build_database)) as connection:
        connection.execute(
            """
            create table marts.kinds as select * from (values
                (1::bigint, 'é''"\\ \n', 0.1::double, true, date '0001-01-01',
                    timestamp '2026-03-29 02:30:00.123456', 7),
                (-9223372036854775808, '', 'nan'::double, false, date '9999-12-31',
                    timestamp '1969-12-31 23:59:59', -1),
                (null, null, null, null, null, null, null), (2, 'x', 'inf'::double, null, null, null, null)
            ) as rows(whole, words, number, flag, day, moment, small)
            """
        )
    publish.publish(bi, RUN, [])
    lines = to_postgres(bi)
    assert "kinds: 4 rows" in lines
    assert postgres.ask(
        "bi",
        "select column_name, data_type from information_schema.columns "
        "where table_schema = 'marts' and table_name = 'kinds' order by ordinal_position",
    ) == [
        ("whole", "bigint"), ("words", "text"), ("number", "double precision"), ("flag", "boolean"), ("day", "date"),
        ("moment", "timestamp without time zone"), ("small", "integer"),
    ]  # fmt: skip
    found = postgres.ask("bi", "select *, number::text, day::text from marts.kinds order by whole")
    assert found[0][:2] == (-9223372036854775808, "") and found[0][7] == "NaN"
    assert found[1][1:6] == (
        "é'\"\\ \n",
        0.1,
        True,
        datetime(1, 1, 1).date(),
        datetime(2026, 3, 29, 2, 30, 0, 123456),
    )
    assert found[2][7] == "Infinity" and found[3] == (None,) * 9
    assert postgres.ask(
        "bi", "select obj_description('marts.first'::regclass), col_description('marts.first'::regclass, 2)"
    ) == [("About first. One row per id.", "The first's id.")]
    assert postgres.ask("bi", "select indexdef from pg_indexes where tablename = 'first'") == [
        ("CREATE UNIQUE INDEX first_pkey ON marts.first USING btree (id)",)
    ]
    assert postgres.ask("bi", "select max(snapshot_id) from marts.build_runs") == [(publish.current_id(bi),)]


def test_readers_see_one_snapshot_and_no_gap_across_publications(bi: Folders, postgres: Server) -> None:
    first = snapshot(bi, 1)
    to_postgres(bi)
    wrong: list[str] = []
    seen: set[int] = set()
    counts = {"statements": 0, "transactions": 0}
    over = threading.Event()

    def read(kind: str) -> None:
        try:
            while not over.is_set():
                connection = psycopg2.connect(os.environ[ADDRESS])
                if kind == "transactions":
                    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
                    queries = [
                        f"select generation, count(*) from marts.{table} group by 1" for table in TABLES
                    ]
                else:
                    connection.autocommit = True
                    queries = [f"select generation, count(*) / 3 from ({GENERATIONS}) as rows group by 1"]
                with connection.cursor() as cursor:
                    found = set()
                    for query in queries:
                        cursor.execute(query)
                        found |= set(cursor.fetchall())
                connection.close()
                counts[kind] += 1
                if len(found) != 1 or {count for _, count in found} != {1000}:
                    wrong.append(f"{kind}: {found}")
                seen.update(generation for generation, _ in found)
        except Exception as error:
            wrong.append(f"{kind}: {error}")

    readers = [threading.Thread(target=read, args=(kind,)) for kind in ("transactions", "statements") * 2]
    for reader in readers:
        reader.start()
    for generation in (2, 3, 4):
        snapshot(bi, generation)
        to_postgres(bi)
    to_postgres(bi, first)
    over.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert min(counts.values()) > 20 and seen >= {1, 2, 3, 4}
    assert shown(postgres) == {1}


def test_a_transaction_left_open_neither_waits_nor_is_waited_for(bi: Folders, postgres: Server) -> None:
    snapshot(bi, 1)
    to_postgres(bi)
    left_open = psycopg2.connect(os.environ[ADDRESS])
    left_open.set_session(isolation_level="REPEATABLE READ")
    with left_open, left_open.cursor() as cursor:
        # The snapshot of the database is taken; only one of the marts was looked at.
        cursor.execute("select max(generation) from marts.third")
        snapshot(bi, 2)
        to_postgres(bi)
        assert shown(postgres) == {2}
        snapshot(bi, 3)
        to_postgres(bi)
        assert shown(postgres) == {3}
        cursor.execute(f"select distinct generation from ({GENERATIONS}) as rows")
        assert cursor.fetchall() == [(1,)]
    left_open.close()
    to_postgres(bi)


def test_views_of_users_stay_and_follow_also_when_a_mart_gains_a_column(
    bi: Folders, postgres: Server
) -> None:
    snapshot(bi, 1)
    to_postgres(bi)
    postgres.ask(
        "bi",
        "create schema own; create view own.totals as select max(generation) as g, count(*) from marts.first",
    )
    fill_marts(bi, 2)
    with duckdb.connect(str(bi.build_database)) as connection:
        connection.execute("create or replace table marts.first as select 'new' as added, * from marts.first")
    publish.publish(bi, RUN, [])
    to_postgres(bi)
    assert postgres.ask("bi", "select * from own.totals") == [(2, 1000)]
    assert postgres.ask("bi", "select * from marts.first limit 1") == [(2, 0, "new")]
    to_postgres(bi, publish.snapshot_ids(bi)[0])
    assert postgres.ask("bi", "select * from marts.first limit 1") == [(1, 0, None)]


def test_another_type_is_refused_with_the_way_out(bi: Folders, postgres: Server) -> None:
    snapshot(bi, 1)
    to_postgres(bi)
    fill_marts(bi, 2)
    with duckdb.connect(str(bi.build_database)) as connection:
        connection.execute("alter table marts.second alter id type varchar")
    publish.publish(bi, RUN, [])
    with pytest.raises(PublishError, match=r"second\.id was bigint and is now text.*drop table marts."):
        to_postgres(bi)
    assert shown(postgres) == {1}
    postgres.ask("bi", "drop table marts.second cascade")
    to_postgres(bi)
    assert shown(postgres) == {2}


def test_rows_that_do_not_arrive_are_noticed(bi: Folders, postgres: Server) -> None:
    snapshot(bi, 1)
    to_postgres(bi)
    postgres.ask(
        "bi",
        "create function lose() returns trigger language plpgsql as $$ begin "
        "if new.id = 7 then return null; end if; return new; end $$; "
        "create trigger lose before insert on marts.second for each row execute function lose()",
    )
    snapshot(bi, 2)
    with pytest.raises(PublishError, match="what arrived of second is not what was sent: 999 rows of 1,000"):
        to_postgres(bi)
    postgres.ask("bi", "create or replace function lose() returns trigger language plpgsql as $$ begin "
                       "if new.id = 8 then new.generation := 9; end if; return new; end $$")  # fmt: skip
    with pytest.raises(PublishError, match="1,000 rows of 1,000, of which some differ"):
        to_postgres(bi)
    assert shown(postgres) == {1}


@pytest.mark.parametrize("moment", ["_fingerprint", "_describe", "_tidy"])
def test_a_killed_publication_leaves_what_was_shown(bi: Folders, postgres: Server, moment: str) -> None:
    snapshot(bi, 1)
    to_postgres(bi)
    snapshot(bi, 2)
    code = (
        "import os; from orchestration import publish_postgres as p\n"
        f"p.{moment} = lambda *_: os.kill(os.getpid(), 9)\n"
        "p.main([])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_until_alone(postgres)
    assert shown(postgres) == {2 if moment == "_tidy" else 1}
    to_postgres(bi)
    assert shown(postgres) == {2}


def wait_until_alone(postgres: Server) -> None:
    """The server notices that a client is gone when it next looks at its socket."""
    deadline = time.monotonic() + 20
    while postgres.ask(
        "postgres",
        "select count(*) from pg_stat_activity where datname = 'bi' and backend_type = 'client backend'",
    ) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_role_of_readers_reads_the_marts_and_nothing_else(
    bi: Folders, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READER, "bi reader")
    postgres.ask("bi", 'drop role if exists "bi reader"')
    snapshot(bi, 1)
    to_postgres(bi)
    assert postgres.ask("bi", 'set role "bi reader"; select count(*) from marts.first') == [(1000,)]
    for statement in (
        "delete from marts.first",
        "insert into marts.first values (1, 1)",
        "truncate marts.first",
        "create table marts.mine (id integer)",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            postgres.ask("bi", f'set role "bi reader"; {statement}')
    postgres.ask("bi", 'drop owned by "bi reader"; drop role "bi reader"')


def test_a_publisher_without_the_right_to_create_roles_is_told(
    bi: Folders, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.ask(
        "bi",
        "drop role if exists publisher; create role publisher login; grant create on database bi to publisher",
    )
    monkeypatch.setenv(ADDRESS, postgres.address("bi", "publisher"))
    monkeypatch.setenv(READER, "nobody_yet")
    snapshot(bi, 1)
    with pytest.raises(PublishError, match=r'"nobody_yet" does not exist .* create role "nobody_yet"'):
        to_postgres(bi)
    monkeypatch.delenv(READER)
    to_postgres(bi)
    assert shown(postgres) == {1}
    postgres.create("bi")
    postgres.ask("postgres", "drop role publisher")


def test_one_publication_at_a_time(bi: Folders, postgres: Server) -> None:
    snapshot(bi, 1)
    other = psycopg2.connect(os.environ[ADDRESS])
    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext('marts'))")
        with pytest.raises(PublishError, match="another publication is under way"):
            to_postgres(bi)
    other.close()


def test_the_database_that_models_are_built_in_is_refused(bi: Folders, postgres: Server) -> None:
    snapshot(bi, 1)
    postgres.ask("bi", "create schema marts; create table marts.first (id bigint)")
    with pytest.raises(PublishError, match="tables of another origin, the first: first"):
        to_postgres(bi)


def test_the_command_says_what_is_missing(
    bi: Folders, postgres: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 1 and "nothing is published yet" in capsys.readouterr().err
    served = snapshot(bi, 1)
    assert main(["--snapshot", "20200101T000000Z"]) == 1
    assert f"choose one of {served}" in capsys.readouterr().err
    assert main([]) == 0 and "5 marts, 3,001 rows" in capsys.readouterr().out
    monkeypatch.setenv(ADDRESS, postgres.address("absent"))
    assert main([]) == 1 and 'database "absent" does not exist' in capsys.readouterr().err
    monkeypatch.delenv(ADDRESS)
    assert main([]) == 1 and f"set {ADDRESS} to a connection string" in capsys.readouterr().err
