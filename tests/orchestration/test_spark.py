"""A real Spark, small: the same marts as DuckDB, and what a killed build leaves behind."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.compare import compare_marts, mart_keys
from orchestration.engine_spark import Run, Spark
from orchestration.project import Folders
from orchestration.spark_server import local_spark
from orchestration.transform import GREEN, RESULTS
from orchestration.warehouse import read_json
from service_control.errors import BuildError
from tests.orchestration.last_digits import build_with_other_last_digits
from tests.projects import Project

# 400 customers, the smallest organisation in which every table has rows, clean and dirty.
SCALE = "0.02"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with local_spark(tmp_path_factory.mktemp("spark")) as remote:
        yield remote


@dataclass(frozen=True)
class Built:
    """One organisation, built on both engines."""

    project: Project

    def warehouse(self, target: str) -> Path:
        return self.project.root / "warehouse/compare" / target

    def outcomes(self, target: str) -> dict[str, str]:
        """Status of every model and test; seeds reach Spark as tables."""
        nodes = read_json(self.warehouse(target) / RESULTS)["nodes"].values()
        return {node["unique_id"]: node["status"] for node in nodes if node["kind"] != "seed"}


@pytest.fixture(scope="module")
def built(server: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_CONTROL_SPARK_REMOTE", server)
        project = Project.copy(tmp_path_factory.mktemp("project"))
        project.run(
            sys.executable, "-m", "service_control.demo", "--scale", SCALE, "--out", "landing", "--force"
        )
        project.run(sys.executable, "-m", "orchestration.compare", "duckdb", "spark")
    return Built(project)


def test_every_mart_is_the_same_on_spark(built):
    duckdb, spark = (built.warehouse(target) / "build.duckdb" for target in ("duckdb", "spark"))
    keys = mart_keys(read_json(built.project.root / "target/manifest.json"))
    comparisons = compare_marts(duckdb, spark, keys)
    assert [c.describe() for c in comparisons if not c.is_equal] == []
    assert len(comparisons) >= 20 and sum(c.row_count > 0 for c in comparisons) >= 20


def test_no_mart_hangs_on_last_digits(built, tmp_path, monkeypatch):
    """A tie that an engine breaks by rounding is no finding, and shows in one run of many only."""
    project = built.project.root
    here, there = (
        Folders(project / "landing", built.warehouse("duckdb")),
        Folders(project / "landing", tmp_path),
    )
    monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(there.warehouse))
    manifest = read_json(project / "target/manifest.json")
    assert build_with_other_last_digits(here, project / "target", manifest) > 100
    comparisons = compare_marts(here.build_database, there.build_database, mart_keys(manifest))
    assert [c.describe() for c in comparisons if not c.is_equal] == []
    assert max(c.largest_difference for c in comparisons) > 0


def test_every_model_and_test_of_dbt_ran_on_spark(built):
    outcomes = built.outcomes("spark")
    assert outcomes.keys() == built.outcomes("duckdb").keys()
    assert set(outcomes.values()) <= set(GREEN)


@pytest.fixture
def where(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "landing", tmp_path / "warehouse")


@pytest.fixture
def engine(server: str, monkeypatch: pytest.MonkeyPatch) -> Spark:
    monkeypatch.setenv("SERVICE_CONTROL_SPARK_REMOTE", server)
    return Spark()


def folder_of(run: Run, schema: str) -> Path:
    described = {row[0]: row[1] for row in run(f"describe schema {schema}")}
    return Path(described["Location"].removeprefix("file:"))


def test_what_a_killed_build_left_is_in_nobodys_way(engine, where):
    """A table, and files of a table that the catalog does not know: Spark creates no table where files lie."""
    engine.begin(where, ["leftovers"])
    with engine.statements("push") as run:
        run("create table leftovers.known using parquet as select 1 as id")
        folder = folder_of(run, "leftovers")
        (folder / "unknown").mkdir()
        (folder / "unknown/part-0.parquet").write_bytes(b"half")
        with pytest.raises(BuildError, match="LOCATION_ALREADY_EXISTS"):
            run("create table leftovers.unknown using parquet as select 1 as id")
    again = Spark()
    again.begin(where, ["leftovers"])
    with again.statements("push") as run:
        assert run("show tables in leftovers") == []
        run("create table leftovers.unknown using parquet as select 2 as id")
        assert [tuple(row) for row in run("select * from leftovers.unknown")] == [(2,)]


def test_files_of_a_schema_the_catalog_forgot_are_removed(engine, where):
    with engine.statements("push") as run:
        run("create schema forgotten")
        folder = folder_of(run, "forgotten")
        run("drop schema forgotten")
    (folder / "orders").mkdir(parents=True)
    (folder / "orders/part-0.parquet").write_bytes(b"half")
    engine.begin(where, ["forgotten"])
    assert not (folder / "orders").exists()


def test_a_statement_of_a_killed_build_is_ended(engine, where):
    engine.begin(where, ["running"])
    failed = threading.Event()

    def work() -> None:
        with engine.statements("dbt") as run, pytest.raises(BuildError):
            run("select sum(a.id * b.id) from range(10000000) as a cross join range(10000000) as b")
        failed.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(2)
    assert not failed.is_set()
    Spark().begin(where, ["running"])
    assert failed.wait(30)


def test_a_schema_of_somebody_else_is_left_alone(engine, where):
    with engine.statements("push") as run:
        run("create schema theirs")
        run("create table theirs.orders using parquet as select 1 as id")
        with pytest.raises(BuildError, match="a schema theirs that this project did not make"):
            Spark().begin(where, ["theirs"])
        assert [tuple(row) for row in run("select * from theirs.orders")] == [(1,)]


def test_a_statement_that_fails_names_the_statement_and_the_address(engine):
    with engine.statements("push") as run, pytest.raises(BuildError, match=r"sc://.*no_such_table"):
        run("select * from no_such_table")


def test_an_address_shows_no_token(monkeypatch):
    monkeypatch.setenv("SERVICE_CONTROL_SPARK_REMOTE", "sc://127.0.0.1:1/;token=secret")
    with pytest.raises(BuildError, match="Spark does not answer") as refusal:
        Spark().check_presence()
    assert "secret" not in str(refusal.value)
    assert "token=secret;session_id=" in Spark().next_environment()["SERVICE_CONTROL_SPARK_REMOTE"]


def test_nothing_listens_beyond_this_machine(server):
    """Every listening socket of the process that serves Connect, as Linux lists them in hexadecimal."""
    port = f"{int(server.rsplit(':', 1)[1]):04X}"
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path("/proc/net", name).read_text().splitlines()[1:]
    ]
    addresses = {row[9]: row[1].split(":") for row in rows if row[3] == "0A"}
    (served,) = [inode for inode, address in addresses.items() if address[1] == port]
    (sockets,) = [held for held in map(sockets_of, Path("/proc").glob("[0-9]*")) if served in held]
    heard_from = {addresses[inode][0] for inode in sockets & addresses.keys()}
    assert heard_from <= {"0100007F", "0000000000000000FFFF00000100007F"}


def sockets_of(process: Path) -> set[str]:
    try:
        links = [str(link.readlink()) for link in (process / "fd").iterdir()]
    except OSError:
        return set()
    return {link[8:-1] for link in links if link.startswith("socket:[")}
