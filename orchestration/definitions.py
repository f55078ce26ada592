"""Everything Dagster knows of: `dagster dev -m orchestration.definitions`, or `make dev`.

Belongs here: putting the parts together. Not here: the parts.
"""

from __future__ import annotations

import os

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.checks import audit_public_marts
from orchestration.coding_jobs import learn_from_codes, sample_texts
from orchestration.dbt_assets import PROJECT, build_models
from orchestration.landing_assets import load_landing
from orchestration.project import child_environment, folders
from orchestration.publish_assets import publications
from orchestration.resources import Build
from orchestration.schedules import (
    build_warehouse,
    build_warehouse_daily,
    build_warehouse_hourly,
    build_warehouse_on_new_files,
    review_metrics,
    review_metrics_monthly,
)
from orchestration.transform import dbt_executable

# dbt is a child of this process: it gets absolute folders, and sends nothing home.
os.environ.update(child_environment(folders()))

defs = dg.Definitions(
    assets=[load_landing, build_models, *publications()],
    asset_checks=[audit_public_marts],
    jobs=[build_warehouse, review_metrics, sample_texts, learn_from_codes],
    schedules=[build_warehouse_hourly, build_warehouse_daily, review_metrics_monthly],
    sensors=[build_warehouse_on_new_files],
    resources={"dbt": DbtCliResource(project_dir=PROJECT, dbt_executable=dbt_executable()), "build": Build()},
    # One process per run: the build lock is held from the first step to the last, and DuckDB has one writer
    # anyway.
    executor=dg.in_process_executor,
)
