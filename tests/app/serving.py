"""Builds small snapshots for the tests of the app: the public marts it reads, in every state a card can have.

Real builds show most of these states only by chance; here each is planted on a known metric.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

SNAPSHOT_ID = "20260701T041200Z"
LAST_DAY = date(2026, 6, 30)

CATALOGUE = Path(__file__).resolve().parents[2] / "seeds" / "metrics.csv"
ASSUMPTIONS = CATALOGUE.with_name("assumptions.csv")
TARGETS = CATALOGUE.with_name("targets.csv")
# Level and half interval of every headline metric that has data; those without are the ones still to be
# built.
LEVELS = {
    "eces": (4.9, 0.4), "emo_click_employee": (31.0, 3.0), "forward_resolution_14d": (76.0, 2.0),
    "esat": (71.0, 9.0), "enps": (12.0, 16.0), "engagement_score": (4.1, 0.2), "ces": (5.4, 0.1),
    "emo_click_customer": (24.0, 3.0),
    "nps_transaction": (21.0, 3.5), "customer_profitability": (11.4, 0.5), "loyalty": (63.0, 1.0),
    "nps_relation": (-4.2, 5.0), "churn": (0.9, 0.1), "csat": (74.0, 2.0),
}  # fmt: skip
VERDICTS = {"nps_transaction": "better", "churn": "worse", "forward_resolution_14d": "worse"}
INDICATIVE = {"enps"}
HIDDEN = {"eces"}
NO_DATA = {"sentiment", "responsiveness"}
OLDER = {"esat", "engagement_score"}
SCOPES = [
    ("organisation", "organisation", "organisation"),
    ("department", "D1", "Klantenservice"),
    ("department", "D2", "Schade"),
    *[("team", f"T{i:02d}", name) for i, name in enumerate(
        ("Noord", "Oost", "Zuid", "West", "Polis", "Letsel", "Auto", "Wonen", "Zakelijk", "Klachten <&>"), 1
    )],
    ("segment", "particulier", "Particulier"),
    ("region", "Zeeland", "Zeeland"),
    ("channel", "phone", "Telefoon"),
    ("journey", "claim", "Schade melden"),
    ("product", "car", "Autoverzekering"),
]  # fmt: skip
GRAINS = {"day": 30, "week": 26, "month": 24, "quarter": 8, "rolling_12_months": 13}

SCHEMA = """
create schema marts;
create table marts.metric_values (
    metric_code varchar, period_grain varchar, period_start date, period_end date,
    scope_kind varchar, scope_key varchar, scope_name_en varchar, scope_name_nl varchar, n bigint, n_effective double,
    population_n bigint, value double, value_unweighted double, ci_low double, ci_high double,
    standard_error double, comparison varchar, comparison_period_start date, comparison_value double,
    change double, p_value double, verdict varchar,
    display varchar, target double, is_complete_period boolean);
create table marts.metric_comparisons (
    metric_code varchar, period_grain varchar, period_start date, scope_kind varchar, scope_key varchar,
    comparison varchar, comparison_period_start date, value double, comparison_value double, change double,
    change_ci_low double, change_ci_high double, p_value double, q_value double, verdict varchar);
create table marts.source_freshness (contract_table varchar, area varchar, row_count_raw bigint,
    row_count_accepted bigint, row_count_duplicate bigint, row_count_rejected bigint, data_until date,
    last_loaded_at timestamp, refused_file_count bigint, status varchar, message varchar);
create table marts.rejected_rows (
    contract_table varchar, source_file varchar, row_number bigint, row_key varchar,
    status varchar, column_name varchar, reason_code varchar, reason varchar);
create table marts.check_results (check_name varchar, kind varchar, target_table varchar, status varchar,
    failing_count bigint, message varchar, checked_at timestamp);
"""
# Every figure beside the period before it; beside last year the opposite, so that a test sees which one it got.
COMPARISONS = """
insert into marts.metric_comparisons
select metric_code, period_grain, period_start, scope_kind, scope_key, comparison, comparison_period_start, value,
    comparison_value, change, change - 1, change + 1, p_value, p_value, verdict
from marts.metric_values where display <> 'hidden' and comparison_value is not null
union all
select metric_code, period_grain, period_start, scope_kind, scope_key, 'same_period_last_year',
    period_start - interval 12 month, value, value + change, -change, -change - 1, -change + 1, p_value, p_value,
    case verdict when 'better' then 'worse' when 'worse' then 'better' else verdict end
from marts.metric_values where display <> 'hidden' and comparison_value is not null
"""
# One row per headline metric and scope: the latest complete period, as the mart promises it.
SERVICE_CONTROL = """
create table marts.service_control as
select v.*, m.metric_name_en, m.metric_name_nl, m.audience, m.side, m.display_position, m.unit, m.decimals,
    m.is_higher_better
from marts.metric_values as v inner join marts.dim_metrics as m using (metric_code)
where is_complete_period
qualify row_number() over (
    partition by metric_code, period_grain, scope_kind, scope_key order by period_end desc) = 1
"""


def month_start(moment: date, back: int) -> date:
    months = moment.year * 12 + moment.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def periods(grain: str, count: int) -> list[tuple[date, date]]:
    """(first, last day) of the last `count` complete periods up to LAST_DAY, oldest first."""
    day = timedelta(days=1)
    if grain == "day":
        found = [(LAST_DAY - i * day,) * 2 for i in range(count)]
    elif grain == "week":
        sunday = LAST_DAY - LAST_DAY.isoweekday() % 7 * day
        found = [(sunday - (7 * i + 6) * day, sunday - 7 * i * day) for i in range(count)]
    else:
        size, step = {"month": (1, 1), "quarter": (3, 3), "rolling_12_months": (12, 1)}[grain]
        found = [
            (month_start(LAST_DAY, i * step + size - 1), month_start(LAST_DAY, i * step - 1) - day)
            for i in range(count)
        ]
    return found[::-1]


def headline_metrics() -> list[dict[str, str]]:
    """The headline rows of the catalogue, as text, with their target."""
    with TARGETS.open(encoding="utf-8", newline="") as file:
        targets = {row["metric_code"]: row["target"] for row in csv.DictReader(file)}
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["is_headline"] == "true"]
    return [row | {"target": targets.get(row["metric_code"])} for row in rows]


def metric_rows() -> list[tuple]:
    """Rows of metric_values: a seeded walk per metric, with the states planted in the last period."""
    rows = []
    for scope_index, (kind, key, scope_name) in enumerate(SCOPES):
        for metric in headline_metrics():
            code, target = metric["metric_code"], metric["target"]
            if code in NO_DATA:
                continue
            level, half = LEVELS[code]
            for grain, count in GRAINS.items():
                walk = random.Random(f"{code}{grain}{scope_index}")
                dates = periods(grain, count)
                if code in OLDER:
                    dates = dates[:-1]
                value, previous = level, None
                for index, (start, end) in enumerate(dates):
                    is_last = index == len(dates) - 1
                    value += walk.uniform(-0.3, 0.3) * half
                    verdict = (
                        VERDICTS.get(code, "no_demonstrable_change") if is_last else "no_demonstrable_change"
                    )
                    if is_last and code in VERDICTS:
                        is_up = (verdict == "better") == (code != "churn")
                        value += (1 if is_up else -1) * 1.7 * half
                    is_hidden = code in HIDDEN or (key == "T10" and code != "churn")
                    is_indicative = code in INDICATIVE or key == "T09"
                    display = "hidden" if is_hidden else "indicative" if is_indicative else "normal"
                    n = 17 if is_indicative else 1234
                    width = half * (1 + 0.3 * math.sin(index)) * (3 if is_indicative else 1)
                    change = None if previous is None else value - previous
                    figures = (n, float(n), None, value, value, value - width, value + width, width / 1.96)
                    compared = (
                        previous,
                        change,
                        None if change is None else 0.001 if code in VERDICTS else 0.4,
                    )
                    if is_hidden:
                        figures, compared, verdict = (None,) * 8, (None,) * 3, "not_compared"
                    if previous is None:
                        verdict = "not_compared"
                    before = dates[index - 1][0] if index else None
                    rows.append(
                        (code, grain, start, end, kind, key, scope_name, scope_name, *figures, "previous", before,
                         *compared,
                         verdict, display, target, True)
                    )  # fmt: skip
                    previous = value
    return rows


def source_rows() -> list[tuple]:
    loaded = datetime(2026, 7, 1, 4, 5)
    tables = {
        "crm": ("customers", "contracts", "transactions", "contacts", "referrals", "advocacy_events"),
        "survey": ("invitations", "responses", "answers"),
        "hr": ("employees", "teams", "team_memberships", "absences", "labour_costs"),
    }
    rows = [
        (table, area, 20000, 19980, 15, 5, LAST_DAY, loaded, 0, "ok", "")
        for area, names in tables.items()
        for table in names
    ]
    rows.append(("utterances", "crm", 0, 0, 0, 0, None, None, 0, "absent", "No file was supplied."))
    return rows


def check_rows() -> list[tuple]:
    at = datetime(2026, 7, 1, 4, 11)
    kinds = ("dbt_test", "gx_landing", "gx_mart")
    rows = [(f"assert_check_{i}", kinds[i % 3], "metric_values", "pass", 0, "", at) for i in range(120)]
    rows.append(("assert_known_gap", "dbt_test", "fct_contacts", "warn", 3, "3 contacts without a team", at))
    return rows


def rejected_rows() -> list[tuple]:
    reason = "answer 11 is outside 0-10; correct the export or the catalogue"
    return [
        ("answers", "survey/exports/nps.csv", 40 + i, f"nps:{i}", "rejected", "q1", "out_of_scale", reason)
        for i in range(70)
    ] + [
        (
            "customers",
            "crm/customers.csv",
            7,
            "C1",
            "duplicate",
            "customer_id",
            "duplicate",
            "delivered twice",
        )
    ]


def build_serving(folder: Path, snapshot_id: str = SNAPSHOT_ID, after: str = "") -> Path:
    """Write a snapshot and publish it as the pipeline does; `after` is SQL that changes it first."""
    (folder / "snapshots").mkdir(parents=True, exist_ok=True)
    path = folder / "snapshots" / f"serving_{snapshot_id}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
        connection.execute("create table marts.dim_metrics as from read_csv($1)", [str(CATALOGUE)])
        connection.execute("create table marts.dim_assumptions as from read_csv($1)", [str(ASSUMPTIONS)])
        for table, rows in (
            ("metric_values", metric_rows()),
            ("source_freshness", source_rows()),
            ("check_results", check_rows()),
            ("rejected_rows", rejected_rows()),
        ):
            insert(connection, table, rows)
        connection.execute(COMPARISONS)
        connection.execute(SERVICE_CONTROL)
        connection.execute(after or "select 1")
    publish(folder, path)
    return path


# What two employees of one team and one of another may read of customers about themselves.
FEEDBACK = """
create schema restricted;
create table restricted.employee_feedback as
select 'R' || i as response_id, employee_id, team_id, 'C' || i as contact_id, 'phone' as channel, 'claim' as journey,
    'damage' as issue_code, (i % 11)::double as recommendation, 5.0e0 as ease, null::double as satisfaction, 1 as click,
    true as is_resolved_perceived, 'ease' as strongest_driver_code, null::varchar as weakest_driver_code,
    'positive' as sentiment, 'Woorden voor ' || employee_id || ' <&>' as words,
    timestamp '2026-06-01 09:00' + i * interval 1 hour as contacted_at,
    timestamp '2026-06-02 09:00' + i * interval 1 hour as submitted_at,
    null::timestamp as seen_at, null::double as hours_to_seen
from (values ('E1', 'T01'), ('E2', 'T01'), ('E3', 'T02')) as people(employee_id, team_id), range(4) as r(i);
create table restricted.employee_feedback_trend as
select employee_id, 'ces' as metric_code, quarter_start, team_id, 12 as n, 5.2e0 as value,
    4.9e0 as value_ci_low, 5.5e0 as value_ci_high, 30 as others_n, 5.0e0 as others_value, 4.8e0 as others_ci_low,
    5.2e0 as others_ci_high,
    'indicative' as display
from (select distinct employee_id, team_id from restricted.employee_feedback),
    (values (date '2026-01-01'), (date '2026-04-01')) as quarters(quarter_start);
"""


def build_feedback(folder: Path, snapshot_id: str = SNAPSHOT_ID) -> None:
    """Write the file of feedback that belongs to a snapshot."""
    path = folder / "snapshots" / snapshot_id / "restricted" / "feedback.duckdb"
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(FEEDBACK)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    import pandas as pd  # as a frame: executemany takes minutes for these rows

    columns = [name for name, *_ in connection.execute(f"describe marts.{table}").fetchall()]
    frame = pd.DataFrame(rows, columns=columns)
    connection.register("frame", frame)
    connection.execute(f"insert into marts.{table} select * from frame")
    connection.unregister("frame")


def publish(folder: Path, path: Path) -> None:
    """Replace the link in one step."""
    link = folder / "serving.next"
    link.unlink(missing_ok=True)
    link.symlink_to(path.relative_to(folder))
    link.replace(folder / "serving.duckdb")


def write_status(folder: Path, **fields: object) -> None:
    """build_status.json as the build writes it; the pid is that of this process unless given."""
    status = {
        "started_at": "2026-07-01T04:00:00+00:00",
        "finished_at": None,
        "failures": [],
        "pid": os.getpid(),
    }
    (folder / "build_status.json").write_text(json.dumps(status | fields), encoding="utf-8")
