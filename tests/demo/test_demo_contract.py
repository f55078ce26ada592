"""The delivered files fit what the project declares: input contract, survey catalogue, formats, seeds."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from service_control.demo.deliver_survey import NOT_CATALOGUED
from service_control.demo.parameters import CHANNELS, DIRT, TRUTH
from service_control.demo.write import FORMATS
from tests.demo.reading import catalogue, contract, declaration, seed_rows

CONTRACT_TABLES = [name for name in FORMATS if "/exports/" not in name]
EXPORTS = [name for name in FORMATS if "/exports/" in name]


@pytest.mark.parametrize("name", CONTRACT_TABLES)
def test_contract_table_has_the_contract_columns(name: str, clean: dict[str, pa.Table]) -> None:
    columns, meta = set(clean[name].column_names), contract(name)
    assert len(columns - set(meta)) == DIRT[name].get("unknown_column", 0)
    assert {column for column, rule in meta.items() if rule.get("required")} <= columns


@pytest.mark.parametrize("name", CONTRACT_TABLES)
def test_clean_rows_satisfy_the_contract(name: str, clean: dict[str, pa.Table]) -> None:
    table, meta = clean[name], contract(name)
    keys = [column for column, rule in meta.items() if rule.get("key")]
    assert table.select(keys).group_by(keys).aggregate([]).num_rows == table.num_rows
    for column in set(meta) & set(table.column_names):
        # Without repeated values: what holds for one of them holds for all.
        rule, values = meta[column], table[column].unique().to_pylist()
        filled = [value for value in values if value is not None]
        if rule.get("required") and not rule.get("default_from"):
            assert len(filled) == len(values), column
        if "accepted" in rule:
            assert set(filled) <= set(rule["accepted"]), column
        if "minimum" in rule:
            assert min(float(str(value).replace(",", ".")) for value in filled) >= rule["minimum"], column
        if rule["data_type"] in ("date", "timestamp") and not pa.types.is_timestamp(table[column].type):
            assert all(is_moment(value, name) for value in filled), column


def is_moment(value: str, name: str) -> bool:
    """Whether a delivered value is a date or moment in the format declared for its file."""
    is_dutch = name.startswith("hr/")
    moment = datetime.strptime(value, "%d-%m-%Y") if is_dutch else datetime.fromisoformat(value)
    return isinstance(moment, datetime)


@pytest.mark.parametrize("name", EXPORTS)
def test_export_matches_the_catalogue(name: str, clean: dict[str, pa.Table]) -> None:
    rows = catalogue(name.split("/")[-1])
    headers = {header.strip() for header in clean[name].column_names}
    if any(row["role"] == "item_code" for row in rows):
        items = {row["column_name"] for row in rows if row["role"] == "item"}
        assert set(clean[name]["question"].unique().to_pylist()) == items
        rows = [row for row in rows if row["role"] != "item"]
    declared = {row["column_name"] for row in rows if not row["column_name"].startswith("=")}
    assert declared == headers - set(NOT_CATALOGUED)


def test_employee_click_items_are_catalogued(clean: dict[str, pa.Table]) -> None:
    items = {row["item_code"] for row in catalogue("employee_click")}
    assert set(clean["survey/answers"]["item_code"].unique().to_pylist()) == items


def test_catalogue_refers_to_known_scales_metrics_and_drivers() -> None:
    scales = {row["scale_id"] for row in seed_rows("scales")}
    metrics = {row["item_metric_code"] for row in seed_rows("metrics")}
    drivers = {row["driver_code"] for row in seed_rows("drivers")}
    surveys = {name.split("/")[-1] for name in EXPORTS} | {"employee_click"}
    rows = [row for row in seed_rows("survey_items") if row["survey_code"] in surveys]
    items = [row for row in rows if row["role"] == "item"]
    assert {row["scale_id"] for row in items} <= scales
    assert {row["metric_code"] for row in items} - {""} <= metrics
    assert {row["driver_code"] for row in items} - {""} == drivers
    assert len({(row["survey_code"], row["item_code"]) for row in items}) == len(items)


@pytest.mark.parametrize("name", FORMATS)
def test_declared_format_is_the_written_format(name: str, landing: Path) -> None:
    form = FORMATS[name]
    if form.extension != "csv":
        return
    for path in (f"{name}.csv", f"{name}/part-0001.csv"):
        if form.by_month and not path.endswith("part-0001.csv"):
            path = f"{name}/2024-07.csv"
        assert declaration(path) == {"delimiter": form.delimiter, "encoding": form.encoding}


def test_seeds_repeat_the_truth() -> None:
    adjacency = [(row["issue_code"], row["next_issue_code"]) for row in seed_rows("issue_adjacency")]
    assert sorted(adjacency) == sorted(TRUTH.adjacency)
    assert set(CHANNELS) <= {row["channel"] for row in seed_rows("channel_costs")}


def test_dutch_letters_survive_the_encoding(landing: Path) -> None:
    names = (landing / "hr" / "employees.csv").read_bytes().decode("cp1252")
    assert {"é", "ë"} & set(names)
    with pytest.raises(UnicodeDecodeError):
        (landing / "hr" / "employees.csv").read_bytes().decode("utf-8")


def test_history_ends_where_it_should(clean: dict[str, pa.Table]) -> None:
    span = pc.min_max(clean["crm/contacts"]["started_at"]).as_py()
    assert span["min"].date() == date(2024, 7, 1) and span["max"].date() == date(2026, 6, 30)
    assert clean["survey/exports/contact_survey"]["Ingevuld op"][-1].as_py().startswith("30-06-2026")
