"""The raw tables as Dagster assets, keyed like their dbt sources so that the lineage is one graph.

Belongs here: one asset per contract table with its two checks. Not here: loading (landing.py).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.build import landing_is_empty, load_files, simulate_organisation
from orchestration.ledger import Landed, landed_tables
from orchestration.project import read_contract
from orchestration.resources import Build

# The name of the dbt source.
PREFIX = "landing"
# Tables of the loader itself, which the models read too.
BOOKS = {"landing_files": "Files seen, accepted or refused.", "landing_problems": "What was wrong with them."}
CHECKS = {
    "files_are_accepted": "No file of this table is refused.",
    "content_is_as_expected": "The expectations on every accepted file hold.",
}


def landing_key(table: str) -> dg.AssetKey:
    """Asset key of a raw table: that of the dbt source."""
    return dg.AssetKey([PREFIX, table])


def landing_specs() -> list[dg.AssetSpec]:
    """One asset per contract table, and the books of the loader."""
    about = {
        table.name: f"Delivered rows of {table.area}/{table.name}, all text, with file and row number."
        for table in read_contract().values()
    }
    return [
        dg.AssetSpec(landing_key(name), group_name=PREFIX, description=text, kinds={"duckdb"}, skippable=True)
        for name, text in {**about, **BOOKS}.items()
    ]


def landing_check_specs() -> list[dg.AssetCheckSpec]:
    """Two checks per contract table. They warn: a bad file stops its own table's news, not the other
    tables."""
    return [
        dg.AssetCheckSpec(name, asset=landing_key(table), description=text)
        for table in read_contract()
        for name, text in CHECKS.items()
    ]


class LoadConfig(dg.Config):
    """full: compare the content of every file with what was loaded, not only its size and time."""

    full: bool = False


@dg.multi_asset(
    name="load_landing", specs=landing_specs(), check_specs=landing_check_specs(), can_subset=True
)
def load_landing(
    context: dg.AssetExecutionContext, config: LoadConfig, build: Build
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Bring the raw tables up to date with the landing folder."""
    with build.step("Load landing files"):
        if landing_is_empty(build.where):
            simulate_organisation(build.where, context.log.info)
        load_files(build.where, context.log.info, full=config.full)
        tables = landed_tables(build.where, read_contract())
    for key in sorted(context.selected_asset_keys):
        landed = tables.get(key.path[-1])
        metadata = {"dagster/row_count": landed.row_count, "files": landed.file_count} if landed else {}
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
    for check in sorted(context.selected_asset_check_keys):
        yield landing_check_result(check, tables[check.asset_key.path[-1]])


def landing_check_result(key: dg.AssetCheckKey, landed: Landed) -> dg.AssetCheckResult:
    """Outcome of one of the two checks of a raw table."""
    found = landed.refused if key.name == "files_are_accepted" else landed.warned
    metadata: dict[str, object] = (
        {"what": dg.MetadataValue.md("\n".join(f"- {line}" for line in found))} if found else {}
    )
    if key.name == "content_is_as_expected":
        metadata["expectations"] = landed.check_count
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
