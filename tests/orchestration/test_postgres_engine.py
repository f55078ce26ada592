"""PostgreSQL as the engine of the row-heavy models: the same marts as DuckDB, and clear words where it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from orchestration import transform
from orchestration.compare import compare_marts, mart_keys
from orchestration.engine_postgres import Postgres
from orchestration.engines import Relation, engine_for
from orchestration.landing import load_landing
from orchestration.project import ROOT, Folders, folders
from orchestration.warehouse import open_build, read_json
from service_control.errors import BuildError
from tests.orchestration.conftest import Site
from tests.postgres import Server

# Texts on which engines have different minds of their own; after the first three, none is a value.
MOMENTS = {
    "2026-02-28 10:00:00.1234567": "2026-02-28 10:00:00.123456",
    "2025-06-01T23:59": "2025-06-01 23:59:00",
    "2025-06-01": "2025-06-01 00:00:00",
    "2025-02-29 10:00:00": None,
    "2025-04-31": None,
    "0000-01-01": None,
    "2025-06-01 24:00:00": None,
    "2025-06-01 23:59:60": None,
    "2025-06-01 25:61": None,
    "2025-06-01 10:00:00 +01": None,
    "01-06-2025": None,
}
AMOUNTS = {
    "12.5": 12.5, " -3e2 ": -300.0, "5.": 5.0, "1e-99": 1e-99,
    "1e309": None, "1e-400": None, "9" * 400: None, "inf": None, "nan": None, "1,5": None, "0x1f": None,
}  # fmt: skip


def use(server: Server, database: str, monkeypatch: pytest.MonkeyPatch, options: str = "") -> None:
    server.create(database, options)
    for name, value in {**server.environment, "PGDATABASE": database}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> tuple[Folders, Folders]:
    """A small organisation, with texts at the edge of what is a value, built on DuckDB and on PostgreSQL."""
    folder = tmp_path_factory.mktemp("engines")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "SERVICE_CONTROL_LANDING": folder / "landing",
            "SERVICE_CONTROL_WAREHOUSE": folder / "duckdb",
            "DBT_TARGET_PATH": folder / "target",
            "SERVICE_CONTROL_THREADS": 2,
        }.items():
            patch.setenv(name, str(value))
        use(postgres, "engine", patch)
        command = [
            sys.executable,
            "-m",
            "service_control.demo",
            "--scale",
            "0.02",
            "--out",
            str(folder / "landing"),
        ]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        here = folders()
        there = replace(here, warehouse=folder / "postgres")
        load_landing(here)
        add_edges(here)
        there.warehouse.mkdir()
        shutil.copy(here.build_database, there.build_database)
        # The tests of the models pass on DuckDB wherever the organisation is built; here they run on PostgreSQL.
        no_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
        for where, target, options in ((here, "duckdb", no_tests), (there, "postgres", ())):
            lines: list[str] = []
            assert transform.build_models(where, lines.append, target, *options) == [], lines
        return here, there


def add_edges(where: Folders) -> None:
    """Rows as the loader would leave them, of files whose names a language would order otherwise than bytes do."""
    rows = [(f"moment {i}", moment, "1", "B") for i, moment in enumerate(MOMENTS)]
    rows += [(f"amount {i}", "2025-06-01 10:00:00", amount, "B") for i, amount in enumerate(AMOUNTS)]
    rows += [("same", "2025-06-01 10:00:00", str(i), file) for i, file in enumerate(("B", "a", "é", "a-b"))]
    with open_build(where) as connection:
        connection.executemany(
            "insert into raw.transactions (transaction_id, customer_id, occurred_at, revenue_eur, _file, _row) "
            "select $1, (select min(customer_id) from raw.contracts), $2, $3, $4, $5",
            [[*row, number] for number, row in enumerate(rows)],
        )


def test_every_mart_is_the_same_as_on_duckdb(built: tuple[Folders, Folders]) -> None:
    here, there = built
    keys = mart_keys(read_json(here.warehouse.parent / "target" / "manifest.json"))
    comparisons = compare_marts(here.build_database, there.build_database, keys)
    assert [comparison.describe() for comparison in comparisons if not comparison.is_equal] == []
    assert len(comparisons) >= 20 and sum(comparison.row_count for comparison in comparisons) > 10_000


def test_texts_at_the_edge_are_values_or_not_on_both(
    built: tuple[Folders, Folders], postgres: Server
) -> None:
    query = (
        "select transaction_id, cast(occurred_at as {text}), revenue_eur, reason_code, row_status "
        "from staging.checked_crm__transactions where transaction_id like '% %' or transaction_id = 'same'"
    )
    with open_build(built[0], read_only=True) as connection:
        ours = {
            (row[0], row[-1]): row[1:4] for row in connection.execute(query.format(text="varchar")).fetchall()
        }
    theirs = {
        (row[0], row[-1]): row[1:4]
        for row in postgres.ask("engine", "set datestyle = 'ISO'; " + query.format(text="text"))
    }
    assert ours == theirs
    for i, (text, value) in enumerate(MOMENTS.items()):
        status = "accepted" if value else "rejected"
        assert ours[f"moment {i}", status][0] == value, text
        assert (ours[f"moment {i}", status][2] == "wrong_type") is (value is None), text
    for i, (text, value) in enumerate(AMOUNTS.items()):
        assert ours[f"amount {i}", "accepted" if value else "rejected"][1] == value, text
    assert ours["same", "accepted"][1] == 2.0


def test_rejected_records_can_be_read_back(built: tuple[Folders, Folders], postgres: Server) -> None:
    query = (
        "select cast(raw_record as json) ->> '{}' from staging.checked_crm__transactions where row_key = '{}'"
    )
    assert postgres.ask("engine", query.format("occurred_at", "moment 3")) == [("2025-02-29 10:00:00",)]
    assert postgres.ask("engine", query.format("revenue_eur", f"amount {len(AMOUNTS) - 2}")) == [("1,5",)]


def test_every_type_survives_the_way_there_and_back(
    site: Site, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(postgres, "travel", monkeypatch)
    row = (
        "'é''\"\\\\ ' as words, 9007199254740993::bigint as whole, 0.1::double as number, true as flag, "
        "date '0001-01-01' as day, timestamp '2026-03-29 02:30:00.123456' as moment, null::varchar as nothing"
    )
    relation = Relation("raw", "kinds")
    with open_build(site.where) as build:
        build.execute(
            f"create schema raw; create table raw.kinds as select {row}, range as n from range(250000)"
        )
        before = build.execute("describe raw.kinds").fetchall()
        build.execute("create table memory_of as from raw.kinds")
    lines: list[str] = []
    Postgres().begin(site.where, ["raw"])
    Postgres().push(site.where, [relation], lines.append)
    assert postgres.ask(
        "travel", "select relpersistence, reltuples from pg_class where relname = 'kinds'"
    ) == [("u", 250000.0)]
    with open_build(site.where) as build:
        build.execute("drop table raw.kinds")
    Postgres().pull(site.where, [relation], lines.append)
    with open_build(site.where) as build:
        assert build.execute("describe raw.kinds").fetchall() == before
        assert build.execute(
            "select count(*) from (from raw.kinds except all from memory_of)"
        ).fetchall() == [(0,)]
    assert lines == ["raw.kinds to PostgreSQL", "raw.kinds from PostgreSQL"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("template template0 locale_provider icu icu_locale 'en-US' locale 'C'", "orders text by the rules"),
        ("template template0 encoding 'LATIN1' locale 'C'", "does not keep text in UTF-8"),
    ],
)  # fmt: skip
def test_a_database_that_would_give_other_figures_is_refused(
    site: Site, postgres: Server, monkeypatch: pytest.MonkeyPatch, options: str, words: str
) -> None:
    use(postgres, "odd", monkeypatch, options)
    with pytest.raises(BuildError, match=words):
        Postgres().begin(site.where, ["raw"])


def test_a_server_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setenv("PGHOST", str(site.where.landing))
    monkeypatch.setenv("PGDATABASE", "it's")
    with pytest.raises(BuildError, match=r"it's: PostgreSQL says: .*PGHOST, PGPORT, PGUSER and PGDATABASE"):
        Postgres().begin(site.where, [])


def test_a_schema_of_somebody_else_is_left_alone(
    site: Site, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(postgres, "shared", monkeypatch)
    postgres.ask("shared", "create schema raw; create table raw.theirs (id integer)")
    with pytest.raises(BuildError, match="has a schema raw that this project did not make"):
        Postgres().begin(site.where, ["intermediate", "raw"])
    assert postgres.ask("shared", "select count(*) from raw.theirs") == [(0,)]


def test_the_target_names_the_engine() -> None:
    assert isinstance(engine_for("postgres"), Postgres)


@pytest.mark.parametrize(
    ("own", "shown"), [("", "off"), ("-c work_mem=8MB", "off"), ("-c enable_nestloop=on", "on")]
)
def test_dbt_plans_no_nested_loops_unless_the_user_says_so(
    own: str, shown: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", own)
    monkeypatch.setenv("PGOPTIONS", Postgres().next_environment()["PGOPTIONS"])
    assert postgres.ask("postgres", "show enable_nestloop") == [(shown,)]
    assert Postgres().next_environment()["PGOPTIONS"] == os.environ["PGOPTIONS"]
