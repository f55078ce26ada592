"""Running Great Expectations on DuckDB, and its Data Docs.

Belongs here: the context, the way GX reaches DuckDB, the outcome of an expectation as a check. Not here: what
is expected (expectations.py).

GX has no DuckDB engine. It works through duckdb-sqlalchemy, with one listener: GX reads the rows of a result
after it gave the connection back, by when DuckDB has closed it, so every result is fetched at once.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import duckdb

from orchestration.expectations import (
    REFUSED_FROM_ROWS,
    REFUSED_SHARE,
    WARNED_SHARE,
    MartFacts,
    absent_marts,
    is_suspect,
    landing_query,
    landing_suite,
    mart_suites,
    screening_query,
)
from orchestration.ledger import Check, Ledger
from orchestration.project import NO_TELEMETRY, Folders, Table
from orchestration.publish import PUBLIC_SCHEMA, CheckResult
from orchestration.readers import query
from orchestration.warehouse import now, open_build
from service_control.errors import BuildError


@contextmanager
def without_spark() -> Iterator[None]:
    """GX imports pyspark wherever it is: most of a second, and in a process without a main file (a worker of pytest)
    pyspark-client 4.2 then ends that process."""
    known = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "pyspark"}
    for name in known:
        del sys.modules[name]
    sys.modules["pyspark"] = None
    try:
        yield
    finally:
        del sys.modules["pyspark"]
        sys.modules.update(known)


def import_ahead() -> threading.Thread:
    """Import Great Expectations while another process works, so that the audit need not wait for it."""
    os.environ.update(NO_TELEMETRY)
    thread = threading.Thread(target=_import_great_expectations, daemon=True)
    thread.start()
    return thread


def _import_great_expectations() -> None:
    # What is wrong with it is told by the audit, which imports it again.
    with suppress(Exception), without_spark():
        importlib.import_module("duckdb_sqlalchemy")
        importlib.import_module("great_expectations")


class Auditor:
    """A GX context whose suites run in DuckDB; results and suites are kept in
    warehouse/great_expectations."""

    def __init__(self, where: Folders, connection: duckdb.DuckDBPyConnection) -> None:
        os.environ.update(NO_TELEMETRY)
        # They take seconds to import; `import_ahead` did it where there was time.
        with without_spark():
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

        # A cursor of the caller's connection: a second connection to the file would have another
        # configuration.
        self.gx, self.where, self.connection, self.batch_query = gx, where, connection.cursor(), ""
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
        self.source = self.context.data_sources.add_sql(
            name="duckdb",
            connection_string="duckdb:///:memory:",
            kwargs={"creator": lambda: ConnectionWrapper(self.connection.cursor()), "poolclass": StaticPool},
        )

        engine = self.source.get_execution_engine().engine

        @event.listens_for(engine, "after_cursor_execute")
        def fetch_at_once(_connection, cursor, _statement, _parameters, context, _many) -> None:
            if cursor.description:
                context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                    cursor, initial_buffer=cursor.fetchall()
                )

        @event.listens_for(engine, "before_cursor_execute", retval=True)
        def read_no_rows_for_columns(
            _connection, _cursor, statement, parameters, _context, _many
        ) -> tuple[str, Any]:
            # GX runs the query of a batch as it is, only to learn its columns: all rows of a table into Python.
            if statement.strip() == self.batch_query:
                statement = f"select * from ({statement}) limit 0"
            return statement, parameters

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
        self.batch_query = sql.strip()
        asset = self.source.add_query_asset(name=batch_name, query=sql)
        batch = asset.add_batch_definition("whole")
        suite = self.gx.ExpectationSuite(name=suite_name, expectations=list(expectations))
        suite = self.context.suites.add_or_update(suite)
        definition = self.gx.ValidationDefinition(
            name=f"{suite_name} on {batch_name}", data=batch, suite=suite
        )
        definition = self.context.validation_definitions.add_or_update(definition)
        # BASIC has the counts and some examples; more would scan the rows again for each expectation.
        results = definition.run(result_format={"result_format": "BASIC"}).results
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
    """Judges delivered files before they are accepted, and the raw tables afterwards."""

    def __init__(self, where: Folders) -> None:
        self.where = where
        self.auditor: Auditor | None = None
        # Files are judged side by side; Great Expectations takes one at a time.
        self.lock = threading.Lock()

    def __call__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, relation: str, file: str
    ) -> list[Check]:
        """Checks of one file; none for a file that holds to every expectation at a glance."""
        with connection.cursor() as cursor:
            ((rows, most_wrong, distinct_keys),) = query(cursor, screening_query(table, relation))
        if not is_suspect(rows, most_wrong, distinct_keys):
            return []
        with self.lock:
            if self.auditor is None:
                self.auditor = Auditor(self.where, connection)
            return landing_checks(self.auditor, table, relation, file)


def judge_raw_tables(where: Folders, contract: Mapping[str, Table]) -> None:
    """Run the suites on raw tables whose files changed; the outcomes are kept with the books of the loader."""
    with open_build(where) as connection:
        ledger = Ledger(connection)
        changed = [contract[name] for name in ledger.tables_to_judge() if name in contract]
        filled = [table for table in changed if query(connection, f"from raw.{table.name} limit 1")]
        for table in changed:
            if table not in filled:
                ledger.keep_checks(table.name, [])
        if not filled:
            return
        auditor = Auditor(where, connection)
        for table in filled:
            checks = landing_checks(auditor, table, f"raw.{table.name}", table.name)
            # Files that are mostly wrong were refused one by one; what is left is worth a look at most.
            ledger.keep_checks(
                table.name,
                [replace(check, status="warn") if check.status == "fail" else check for check in checks],
            )


def landing_checks(auditor: Auditor, table: Table, relation: str, batch: str) -> list[Check]:
    """Outcomes of the suite of a contract table on a relation that has its columns."""
    suite = landing_suite(auditor.gx.expectations, table)
    results = auditor.run(f"landing.{table.name}", batch, landing_query(table, relation), suite)
    ((rows,),) = query(auditor.connection, f"select count(*) from {relation}")
    return [
        landing_check(
            result.expectation_config.meta["name"],
            rows,
            result.success,
            # checks are published, and an example may be somebody's pay
            result.result | {"partial_unexpected_list": []} if table.area == "hr" else result.result,
        )
        for result in results
    ]


def landing_check(name: str, rows: int, success: bool, result: Mapping[str, Any]) -> Check:
    """An expectation's outcome as a check: fail when most rows are wrong, warn when more than a few are.

    An expectation on the whole (repeated keys) has no share of rows: it holds or fails.
    """
    wrong = result.get("unexpected_count")
    share = wrong / rows if wrong is not None and rows else 0.0 if success else 1.0
    if share <= WARNED_SHARE:
        return Check(name, "pass", wrong or 0)
    examples = [str(value) for value in result.get("partial_unexpected_list") or [] if value is not None][:3]
    shown = f", for instance {', '.join(examples)}" if examples and set(examples) != {"no"} else ""
    extent = f"not so in {wrong:,} of {rows:,} rows ({share:.0%})" if wrong is not None else "they do not"
    refused = share > REFUSED_SHARE and rows >= REFUSED_FROM_ROWS
    return Check(name, "fail" if refused else "warn", wrong or rows, f"{name}: {extent}{shown}")


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
        files = [
            file
            for (file,) in query(
                connection, "select distinct coalesce(file, target_table) from raw.landing_checks"
            )
        ]
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
