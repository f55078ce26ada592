"""Running Great Expectations on DuckDB, and its Data Docs.

Belongs here: the context, the way GX reaches DuckDB, the outcome of an expectation as a check. Not here: what
is expected (expectations.py).

GX has no DuckDB engine. It works through duckdb-sqlalchemy, with one listener: GX reads the rows of a result
after it gave the connection back, by when DuckDB has closed it, so every result is fetched at once.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from orchestration.expectations import (
    REFUSED_FROM_ROWS,
    REFUSED_SHARE,
    WARNED_SHARE,
    MartFacts,
    absent_marts,
    landing_query,
    landing_suite,
    mart_suites,
)
from orchestration.ledger import Check
from orchestration.project import NO_TELEMETRY, Folders, Table
from orchestration.publish import PUBLIC_SCHEMA, CheckResult
from orchestration.readers import query
from orchestration.warehouse import now, open_build
from service_control.errors import BuildError


class Auditor:
    """A GX context whose suites run in DuckDB; results and suites are kept in
    warehouse/great_expectations."""

    def __init__(self, where: Folders, connection: duckdb.DuckDBPyConnection) -> None:
        os.environ.update(NO_TELEMETRY)
        # These three take 3 to 5 seconds to import; a build without new files does it once.
        import great_expectations as gx
        from duckdb_sqlalchemy import ConnectionWrapper
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            FilesystemStoreBackendDefaults,
            ProgressBarsConfig,
        )
        from sqlalchemy import event
        from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
        from sqlalchemy.pool import StaticPool

        self.gx, self.where = gx, where
        self.store = where.warehouse / "great_expectations"
        stores = FilesystemStoreBackendDefaults(root_directory=str(self.store))
        stores.data_docs_sites = {
            "site": {
                "class_name": "SiteBuilder",
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(where.data_docs),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        }
        self.context = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=stores,
                analytics_enabled=False,
                progress_bars=ProgressBarsConfig(globally=False),
            ),
        )
        # A cursor of the caller's connection: a second connection to the file would have another
        # configuration.
        self.source = self.context.data_sources.add_sql(
            name="duckdb",
            connection_string="duckdb:///:memory:",
            kwargs={"creator": lambda: ConnectionWrapper(connection.cursor()), "poolclass": StaticPool},
        )

        @event.listens_for(self.source.get_execution_engine().engine, "after_cursor_execute")
        def fetch_at_once(_connection, cursor, _statement, _parameters, context, _many) -> None:
            if cursor.description:
                context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                    cursor, initial_buffer=cursor.fetchall()
                )

    def run(self, suite_name: str, batch_name: str, sql: str, expectations: Iterable[Any]) -> list[Any]:
        """Validate the rows of a query; the result replaces the earlier one of the same batch in the Data
        Docs.

        Raises
        ------
        BuildError : an expectation could not be evaluated, which must never pass for a success.
        """
        batch_name = re.sub(r"[^A-Za-z0-9_.]+", "-", batch_name)
        for former in self.store.glob(f"uncommitted/validations/{suite_name}/*/*/duckdb-{batch_name}.json"):
            shutil.rmtree(former.parent)
        asset = self.source.add_query_asset(name=batch_name, query=sql)
        batch = asset.add_batch_definition("whole")
        suite = self.gx.ExpectationSuite(name=suite_name, expectations=list(expectations))
        suite = self.context.suites.add_or_update(suite)
        definition = self.gx.ValidationDefinition(
            name=f"{suite_name} on {batch_name}", data=batch, suite=suite
        )
        results = self.context.validation_definitions.add_or_update(definition).run().results
        for result in results:
            if result.exception_info.get("raised_exception", True):
                raise BuildError(
                    f"the expectation {result.expectation_config.meta['name']} could not be evaluated: "
                    f"{str(result.exception_info)[-600:]}",
                    where=suite_name,
                    remedy="mend the expectation in orchestration/expectations.py",
                )
        return results

    def write_docs(self, files: Iterable[str]) -> None:
        """Render the Data Docs; results of files that are gone are left out."""
        kept = {f"duckdb-{re.sub(r'[^A-Za-z0-9_.]+', '-', file)}.json" for file in files}
        for result in self.store.glob("uncommitted/validations/landing/*/*/*/*.json"):
            if result.name not in kept:
                shutil.rmtree(result.parent)
        shutil.rmtree(self.where.data_docs, ignore_errors=True)
        self.context.build_data_docs()


class LandingAudit:
    """Judges delivered files; Great Expectations is imported when the first file is new."""

    def __init__(self, where: Folders) -> None:
        self.where = where
        self.auditor: Auditor | None = None

    def __call__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, relation: str, file: str
    ) -> list[Check]:
        """Checks of one file, before its rows replace the accepted ones."""
        if self.auditor is None:
            self.auditor = Auditor(self.where, connection)
        suite = landing_suite(self.auditor.gx.expectations, table)
        sql = landing_query(table, relation)
        results = self.auditor.run(f"landing.{table.name}", file, sql, suite)
        return [landing_check(result.expectation_config.meta["name"], result.result) for result in results]


def landing_check(name: str, result: Mapping[str, Any]) -> Check:
    """An expectation's outcome as a check: fail when most rows are wrong, warn when more than a few are."""
    rows = result.get("element_count") or 0
    wrong = result.get("unexpected_count") or 0
    share = (result.get("unexpected_percent") or 0.0) / 100
    if share <= WARNED_SHARE:
        return Check(name, "pass", wrong)
    examples = [str(value) for value in result.get("partial_unexpected_list") or [] if value is not None][:3]
    shown = f", for instance {', '.join(examples)}" if examples and set(examples) != {"no"} else ""
    refused = share > REFUSED_SHARE and rows >= REFUSED_FROM_ROWS
    message = f"{name}: not so in {wrong:,} of {rows:,} rows ({share:.0%}){shown}"
    return Check(name, "fail" if refused else "warn", wrong, message)


def judge_marts(where: Folders) -> list[CheckResult]:
    """Checks of the public marts of the build; Data Docs are written on the way.

    Raises
    ------
    BuildError : an expectation could not be evaluated.
    """
    with open_build(where) as connection:
        facts = _mart_facts(connection)
        moment = now()
        checks = [
            CheckResult("the table exists", "gx_mart", table, "fail", 1, f"{table} was not built", moment)
            for table in absent_marts(facts)
        ]
        auditor = Auditor(where, connection)
        for table, suite in mart_suites(auditor.gx.expectations, facts).items():
            relation = f"select * from {PUBLIC_SCHEMA}.{table}"
            for result in auditor.run(f"marts.{table}", table, relation, suite):
                checks.append(_mart_check(table, result, moment))
        files = [file for (file,) in query(connection, "select distinct file from raw.landing_checks")]
        auditor.write_docs(files)
    return checks


def _mart_check(table: str, result: Any, moment: Any) -> CheckResult:
    name = result.expectation_config.meta["name"]
    wrong = result.result.get("unexpected_count")
    wrong = wrong if wrong is not None else result.result.get("observed_value", 0)
    if result.success:
        return CheckResult(name, "gx_mart", table, "pass", 0, "", moment)
    examples = (result.result.get("details") or {}).get("unexpected_rows")
    examples = examples if examples is not None else result.result.get("partial_unexpected_list") or []
    shown = f", for instance {examples[:3]}" if examples else ""
    return CheckResult(
        name, "gx_mart", table, "fail", int(wrong or 0), f"not so in {wrong} rows{shown}", moment
    )


def _mart_facts(connection: duckdb.DuckDBPyConnection) -> MartFacts:
    columns: dict[str, set[str]] = {}
    found = query(
        connection,
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = ? and database_name = current_database() order by 1",
        [PUBLIC_SCHEMA],
    )
    for table, column in found:
        columns.setdefault(table, set()).add(column)
    accepted = {}
    if "source_freshness" in columns:
        accepted = dict(
            query(
                connection, f"select contract_table, row_count_accepted from {PUBLIC_SCHEMA}.source_freshness"
            )
        )
    return MartFacts({table: frozenset(names) for table, names in columns.items()}, accepted)
