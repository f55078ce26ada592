"""The published snapshot as a Dagster asset, and its copy in PostgreSQL where one is configured.

Belongs here: what they depend on and what is shown of them. Not here: publishing (publish.py, publish_postgres.py) and
its gate (gate.py).
"""

import dagster as dg

from orchestration.build import audit_marts
from orchestration.dbt_assets import build_models
from orchestration.gate import all_checks
from orchestration.publish import PUBLIC_SCHEMA, publish
from orchestration.publish_postgres import is_configured, publish_to_postgres
from orchestration.resources import Build

SNAPSHOT = dg.AssetKey(["published", "snapshot"])
POSTGRES = dg.AssetKey(["published", "postgres"])


def public_keys() -> list[dg.AssetKey]:
    """Asset keys of the public marts."""
    return sorted(key for key in build_models.keys if key.path[0] == PUBLIC_SCHEMA)


@dg.asset(key=SNAPSHOT, deps=public_keys(), group_name="published", kinds={"duckdb"})
def publish_snapshot(build: Build) -> dg.MaterializeResult:
    """The read-only snapshot that dashboard and BI read, swapped in when every check passed."""
    with build.step("Publish"):
        # Judged anew rather than handed over: this asset may be run alone, long after the checks.
        checks = all_checks(build.where, audit_marts(build.where))
        manifest = publish(build.where, build.run, checks)
    build.published(manifest)
    return dg.MaterializeResult(
        metadata={
            "snapshot": manifest["snapshot_id"],
            "tables": len(manifest["row_counts"]),
            "dagster/row_count": sum(manifest["row_counts"].values()),
            "checks": dg.MetadataValue.json(manifest["checks"]),
        }
    )


@dg.asset(key=POSTGRES, deps=[SNAPSHOT], group_name="published", kinds={"postgres"})
def publish_snapshot_to_postgres(build: Build) -> dg.MaterializeResult:
    """The served snapshot in schema `marts` of the PostgreSQL that BI reads."""
    with build.step("Publish to PostgreSQL"):
        row_counts = publish_to_postgres(build.where, build.note)
    return dg.MaterializeResult(
        metadata={"tables": len(row_counts), "dagster/row_count": sum(row_counts.values())}
    )


def publications() -> list[dg.AssetsDefinition]:
    """The snapshot, and its copy in PostgreSQL where one is named."""
    return [publish_snapshot, publish_snapshot_to_postgres] if is_configured() else [publish_snapshot]
