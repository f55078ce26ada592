"""What a BI tool finds in the served snapshot: marts and columns say what they are, exports open by themselves."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from tests.projects import ROOT


@pytest.fixture(scope="module")
def served(serving: Path):
    with duckdb.connect(str(serving.resolve()), read_only=True) as connection:
        yield connection


def test_every_mart_and_column_says_what_it_is(served) -> None:
    tables = served.sql(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    columns = served.sql(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    assert len(tables) > 20 and len(columns) > 200
    assert not [name for *name, comment in [*tables, *columns] if not comment]
    assert not [name for name, comment in tables if "One row per" not in comment]


def test_exposures_name_what_the_app_and_bi_read() -> None:
    (path,) = (ROOT / "models").rglob("_exposures.yml")
    exposures = yaml.safe_load(path.read_text(encoding="utf-8"))["exposures"]
    read = {
        name: {ref[5:-2] for ref in found["depends_on"]}
        for name, found in ((e["name"], e) for e in exposures)
    }
    queries = ROOT / "app/queries.py"
    named = runpy.run_path(str(queries))
    of_app = {*named["BY_PERIOD"], *named["BY_SCOPE"], *named["WHOLE"]}
    of_app.update(re.findall(r"marts\.([a-z_]+)", queries.read_text(encoding="utf-8")))
    # check_results is written by the publication, not by dbt
    assert read["service_control_dashboard"] == of_app - {"check_results"}
    marts = {
        model["name"]: model.get("config", {})
        for path in (ROOT / "models/marts").rglob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }
    assert marts.keys() == {path.stem for path in (ROOT / "models/marts").rglob("*.sql")}
    # rows about single employees stay in the build: nobody reads them from the snapshot
    restricted = {name for name, config in marts.items() if config.get("schema") == "restricted"}
    assert restricted and read["bi_reports"] == marts.keys() - restricted


def test_examples_of_the_page_run(serving: Path, tmp_path: Path) -> None:
    """The SQL and Python of docs/bi.md, on the paths it names."""
    page = (ROOT / "docs/bi.md").read_text(encoding="utf-8")
    (tmp_path / "warehouse").symlink_to(serving.parent)
    asked = [block.split("```")[0] for block in page.split("```sql\n")[1:]]
    with duckdb.connect(str(serving), read_only=True) as connection:
        assert [sql for sql in asked if not connection.sql(sql).fetchall()] == []
    code = [block.split("```")[0] for block in page.split("```python\n")[1:]]
    for part in code:
        checked = f"{part}\nassert len(table) > 100, table"
        done = subprocess.run(
            [sys.executable, "-c", checked], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, part + done.stderr
    assert asked and len(code) == 3
    # as a Dutch Excel reads it: a mark that says UTF-8, semicolons, decimal commas
    head, *lines = (tmp_path / "service_control.csv").read_bytes().decode("utf-8").splitlines()
    assert head.startswith("\ufeffmetric_code;")
    assert any(re.search(r";\d+,\d+;", line) for line in lines)
    assert not any(re.search(r";\d+\.\d+;", line) for line in lines)


def test_parquet_and_snapshot_hold_the_same(served, serving: Path) -> None:
    exports = serving.parent / "exports"
    for (mart,) in served.sql(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    ).fetchall():
        ((count,),) = served.sql(f'select count(*) from marts."{mart}"').fetchall()
        assert pl.scan_parquet(exports / f"{mart}.parquet").select(pl.len()).collect().item() == count
