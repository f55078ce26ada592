"""When builds run: the job, its schedules and the sensor on new files.

Belongs here: jobs, crons, sensors; names are <verb>_<object>[_<cadence>]. Not here: what a build does. All
are off until someone turns them on in the UI, so that opening it starts nothing.
"""

import hashlib
import json
from pathlib import Path

import dagster as dg

from orchestration import metric_review
from orchestration.files import discover
from orchestration.project import folders, read_contract
from orchestration.warehouse import build_lock

TIMEZONE = "Europe/Amsterdam"

build_warehouse = dg.define_asset_job(
    "build_warehouse",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    description="Load what is new, build and test the models, audit the marts, publish.",
)


def load_config(*, full: bool) -> dict[str, object]:
    """Run config of the loader: every file by content (`full`), or only those of another size or time."""
    return {"ops": {"load_landing": {"config": {"full": full}}}}


build_warehouse_hourly = dg.ScheduleDefinition(
    name="build_warehouse_hourly",
    job=build_warehouse,
    # Not on the hour, when other systems are writing their exports.
    cron_schedule="20 * * * *",
    execution_timezone=TIMEZONE,
    run_config=load_config(full=False),
    description="New and changed files.",
)

build_warehouse_daily = dg.ScheduleDefinition(
    name="build_warehouse_daily",
    job=build_warehouse,
    cron_schedule="40 4 * * *",
    execution_timezone=TIMEZONE,
    run_config=load_config(full=True),
    description="Everything; the content of every file is compared.",
)


@dg.op(description="Judge every metric by what it went along with; the next build shows the review.")
def review_published_metrics() -> None:
    """Also outside a build; two never run beside each other."""
    where = folders()
    with build_lock(where):
        metric_review.run(where)


@dg.job(description="Correlations, drift and redundancy of all metrics: keep, watch or retire.")
def review_metrics() -> None:
    """The periodic review, kept in warehouse/reviews.duckdb."""
    review_published_metrics()


review_metrics_monthly = dg.ScheduleDefinition(
    name="review_metrics_monthly",
    job=review_metrics,
    # after the days in which figures of the month before may still be corrected
    cron_schedule="30 5 8 * *",
    execution_timezone=TIMEZONE,
    description="The month that has passed.",
)


def landing_fingerprint(landing: Path) -> str:
    """Changes when a file comes, goes, grows or is rewritten."""
    digest = hashlib.sha256()
    for file, _ in discover(landing, read_contract()):
        stat = (landing / file).stat()
        digest.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@dg.sensor(name="build_warehouse_on_new_files", job=build_warehouse, minimum_interval_seconds=60)
def build_warehouse_on_new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Build when the files changed and have been quiet for one look, so that a copy under way is not read
    halfway."""
    cursor = json.loads(context.cursor or "{}")
    found = landing_fingerprint(folders().landing)
    if found == cursor.get("built"):
        return dg.SkipReason("no new files")
    if found != cursor.get("seen"):
        context.update_cursor(json.dumps({**cursor, "seen": found}))
        return dg.SkipReason("files are arriving; waiting for one quiet look")
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=found, run_config=load_config(full=False))],
        cursor=json.dumps({"seen": found, "built": found}),
    )
