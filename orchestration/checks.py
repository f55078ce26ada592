"""Asset checks of the public marts: the Great Expectations suites as Dagster shows them.

Belongs here: which mart has a check, and its outcome. Not here: the expectations (expectations.py), and the
gate before publishing (gate.py), which judges anew.
"""

from collections.abc import Iterable, Iterator

import dagster as dg

from orchestration.build import audit_marts
from orchestration.expectations import ALWAYS_FILLED, MADE_OF, NEEDED
from orchestration.publish import PUBLIC_SCHEMA, CheckResult
from orchestration.resources import Build

NAME = "is_as_expected"


def audited_marts() -> list[str]:
    """Public tables that have a suite."""
    return sorted({*ALWAYS_FILLED, *MADE_OF, *NEEDED})


def mart_check_specs() -> list[dg.AssetCheckSpec]:
    """One check per audited mart; publishing waits for them and does not start when one fails."""
    return [
        dg.AssetCheckSpec(
            NAME,
            asset=dg.AssetKey([PUBLIC_SCHEMA, table]),
            description="The Great Expectations suite of the table holds.",
            blocking=True,
        )
        for table in audited_marts()
    ]


@dg.multi_asset_check(name="audit_marts", specs=mart_check_specs(), can_subset=True)
def audit_public_marts(context: dg.AssetCheckExecutionContext, build: Build) -> Iterator[dg.AssetCheckResult]:
    """Run the suites on the public marts and write the Data Docs."""
    with build.step("Audit public marts"):
        found = audit_marts(build.where)
    for key in sorted(context.selected_asset_check_keys):
        yield mart_check_result(
            key, [check for check in found if check.target_table == key.asset_key.path[-1]]
        )


def mart_check_result(key: dg.AssetCheckKey, checks: Iterable[CheckResult]) -> dg.AssetCheckResult:
    """Outcome of the suite of one mart."""
    checks = list(checks)
    failed = [f"- {check.check_name}: {check.message}" for check in checks if check.status == "fail"]
    metadata: dict[str, object] = {"expectations": len(checks)}
    if failed:
        metadata["what"] = dg.MetadataValue.md("\n".join(failed))
    return dg.AssetCheckResult(
        asset_key=key.asset_key, check_name=key.name, passed=not failed, metadata=metadata
    )
