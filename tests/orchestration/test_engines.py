"""What crosses the border between an engine and build.duckdb, without a server."""

from __future__ import annotations

import subprocess
import sys
import time

import duckdb
import pytest

from orchestration import transform
from orchestration.engine_spark import Spark
from orchestration.engines import (
    Relation,
    border,
    built_schemas,
    engine_for,
    replace_table,
    text_relations,
)
from orchestration.spark_server import free_port
from orchestration.transform import Watch
from service_control.errors import BuildError, InputError


def node(kind: str, schema: str = "", *parents: str, tags: tuple[str, ...] = (), **columns: str) -> dict:
    return {
        "resource_type": kind, "schema": schema, "name": "", "tags": list(tags), "depends_on": {"nodes": list(parents)},
        "columns": {name: {"data_type": kind} for name, kind in columns.items()},
    }  # fmt: skip


@pytest.fixture
def manifest() -> dict:
    nodes = {
        "stg": node("model", "staging"),
        "sums": node("model", "intermediate", "stg"),
        "counted": node("model", "intermediate", "stg"),
        # published under another name than the model's
        "public_fact": node("model", "marts", "stg", id="bigint"),
        "seed": node("seed", "seeds"),
        "figures": node("model", "marts", "sums", "seed", tags=("presentation",)),
        "words": node("model", "intermediate", tags=("presentation", "text")),
        "test_of_figures": node("test", "dbt_test", "figures", "counted"),
        "test_of_fact": node("test", "dbt_test", "public_fact", "stg"),
    }
    return {
        "nodes": {
            key: value | {"name": key, "alias": key.removeprefix("public_")} for key, value in nodes.items()
        }
    }


def test_duckdb_gets_the_marts_and_what_presentation_and_its_tests_read(manifest):
    assert border(manifest) == [
        Relation("intermediate", "counted"),
        Relation("marts", "fact", {"id": "bigint"}),
        Relation("intermediate", "sums"),
    ]


def test_an_engine_gets_what_was_read_in_texts(manifest):
    assert text_relations(manifest) == [Relation("intermediate", "words")]


def test_only_models_are_built(manifest):
    assert built_schemas(manifest) == {"staging", "intermediate", "marts"}


def test_a_table_takes_the_types_of_its_contract():
    with duckdb.connect() as connection:
        connection.execute(
            "create view delivered as select 1::integer as id, '2026-01-02 03:04:05+00'::timestamptz as at"
        )
        replace_table(connection, Relation("marts", "fact", {"id": "bigint", "at": "timestamp"}), "delivered")
        assert connection.sql("from marts.fact").types == ["BIGINT", "TIMESTAMP"]
        assert str(connection.sql("from marts.fact").fetchall()[0][1]) == "2026-01-02 03:04:05"


def test_a_table_with_other_columns_than_its_contract_is_refused():
    with (
        duckdb.connect() as connection,
        pytest.raises(BuildError, match=r"marts\.fact.*extra, id on one side"),
    ):
        replace_table(connection, Relation("marts", "fact", {"id": "bigint"}), "(select 1 as extra)")


def test_an_unknown_target_is_named():
    with pytest.raises(InputError, match='no engine is called "oracle"'):
        engine_for("oracle")


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> Spark:
    monkeypatch.setenv("SERVICE_CONTROL_SPARK_REMOTE", f"sc://127.0.0.1:{free_port()}")
    return Spark()


def test_a_spark_that_is_not_there_is_said_at_once(absent):
    started = time.monotonic()
    with pytest.raises(BuildError, match=r"sc://127.0.0.1:\d+: Spark does not answer.*start Spark"):
        absent.begin(None, [])
    assert time.monotonic() - started < 10


def test_dbt_does_not_wait_for_an_engine_that_went_away(absent, monkeypatch):
    monkeypatch.setattr(transform, "LOOK_SECONDS", 0.05)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    watch = Watch(absent, child)
    assert child.wait(20) == -9
    with pytest.raises(BuildError, match="Spark does not answer"):
        watch.end()
