"""Every kind of dirty row is there in the declared number, and the clean rows are the ones that were simulated."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from service_control.demo.dirt import RULES
from service_control.demo.parameters import DIRT
from service_control.demo.write import FORMATS, Written

from .reading import Delivered, catalogue, contract, read, seed_rows

CONTRACT_TABLES = [name for name in FORMATS if "/exports/" not in name]
KEYS = {
    "survey/exports/contact_survey": ["ResponseNr"],
    "survey/exports/relation_survey": ["respondent_no"],
    "survey/exports/employee_pulse": ["response", "question"],
}
DATES = {"survey/exports/contact_survey": ["Ingevuld op"]}
FAULT_OF_REFERENCE = {"customers": "orphan_customer", "contacts": "orphan_contact", "employees": "orphan_employee",
                      "teams": "orphan_team", "responses": "orphan_response"}  # fmt: skip


@pytest.fixture(scope="session")
def reader(landing: Path):
    return cache(lambda name: read(landing, name))


def key_columns(name: str) -> list[str]:
    return KEYS.get(name) or [column for column, meta in contract(name).items() if meta.get("key")]


def key_of(row: dict[str, str | None], columns: list[str]) -> tuple[str | None, ...]:
    return tuple(row[column] for column in columns)


def repeated(table: Delivered, columns: list[str]) -> Counter:
    """How often a key comes back identical, and how often a row is overruled by a later one."""
    last = {key_of(row, columns): row for row in table.rows}
    seen: set[tuple] = set()
    found: Counter = Counter()
    for row in table.rows:
        key = key_of(row, columns)
        if columns[0] and row[columns[0]] is None:
            continue
        if row != last[key]:
            found["duplicate_conflicting"] += 1
        elif key in seen:
            found["duplicate_identical"] += 1
        else:
            seen.add(key)
    return found


def fault(row: dict[str, str | None], meta: dict[str, dict], known: dict[str, set[str]]) -> str | None:
    """The fault of a row of a contract table, by the contract alone."""
    for column, rule in meta.items():
        value = row.get(column)
        if value is None:
            if rule.get("required"):
                return "missing_key"
            continue
        if rule["data_type"] in ("date", "timestamp"):
            if "2099" in value:
                return "future_date"
            if "-02-31" in value or value.startswith("31-02") or not value[:4].replace("-", "").isdigit() or "-13-" in value:
                return "unparseable_date"
        if "accepted" in rule and value not in rule["accepted"]:
            return "unknown_enum"
        low, high = rule.get("minimum"), rule.get("maximum")
        number = float(value.replace(",", ".")) if low is not None else 0.0
        if low is not None and number < low:
            return {"_eur": "negative_amount", "onds": "negative_seconds"}.get(column[-4:], "out_of_range")
        if high is not None and number > high:
            return "out_of_range"
        if "references" in rule and value not in known[rule["references"].split(".")[0]]:
            return FAULT_OF_REFERENCE[rule["references"].split(".")[0]]
    return None


@pytest.fixture(scope="session")
def known(clean: dict[str, pa.Table]) -> dict[str, set[str]]:
    """Keys of the clean rows, by referenced table; responses count all that are sound."""
    keys = {name.split("/")[1]: set(clean[name][column].to_pylist()) for name, column in (
        ("crm/customers", "customer_id"), ("crm/contacts", "contact_id"), ("hr/employees", "employee_id"),
        ("hr/teams", "team_id"), ("survey/responses", "response_id"))}  # fmt: skip
    carriers = DIRT["survey/responses"]["carrier"]
    keys["responses"] |= {f"E9000009{number:02d}" for number in range(carriers)}
    return keys


@pytest.mark.parametrize("name", CONTRACT_TABLES)
def test_dirt_of_contract_tables_as_declared(name: str, reader, known: dict[str, set[str]]) -> None:
    table, meta = reader(name), contract(name)
    found = Counter(kind for row in table.rows if (kind := fault(row, meta, known)))
    sound = Delivered(table.header, [row for row in table.rows if fault(row, meta, known) is None])
    found += repeated(sound, key_columns(name))
    found["too_few_fields"] += table.broken
    found["unknown_column"] += len(set(table.header) - set(meta))
    if name == "survey/responses":
        found["carrier"] = sum((row["response_id"] or "").startswith("E900000900") for row in sound.rows)
    if name == "survey/answers":
        found += answer_faults([(row["item_code"], row["raw_value"]) for row in sound.rows], "employee_click", "item_code")
    assert +found == Counter(DIRT[name])


def answer_faults(answers: list[tuple[str, str | None]], survey_code: str, by: str) -> Counter:
    """Faults of single answers by the catalogue and the scales."""
    scales = {row["scale_id"]: row for row in seed_rows("scales")}
    items = {row[by]: row for row in catalogue(survey_code) if row["role"] == "item"}
    found: Counter = Counter()
    for (column, value), number in Counter(answers).items():
        item = items.get(column)
        if item is None:
            found["unknown_item"] += number
        elif value is None or scales[item["scale_id"]]["kind"] == "text":
            continue
        elif value in (item["missing_codes"] + "|" + item["not_applicable_codes"]).split("|"):
            continue
        elif not value.lstrip("-").replace(".", "", 1).isdigit():
            found["unknown_code"] += number
        elif not float(scales[item["scale_id"]]["minimum"]) <= float(value) <= float(scales[item["scale_id"]]["maximum"]):
            found["out_of_scale"] += number
    return found


@pytest.mark.parametrize("name", KEYS)
def test_dirt_of_exports_as_declared(name: str, reader, known: dict[str, set[str]]) -> None:
    table, survey_code = reader(name), name.split("/")[-1]
    keys, items = key_columns(name), [row for row in catalogue(survey_code) if row["role"] == "item"]
    found = repeated(table, keys)
    if "question" in table.header:
        unique = {key_of(row, keys): row["value"] for row in table.rows}
        found += answer_faults([(key[1], value) for key, value in unique.items()], survey_code, "column_name")
    else:
        answers = [(header.strip(), row[header]) for header in table.header for row in table.rows]
        columns = {row["column_name"] for row in items}
        found += answer_faults([a for a in answers if a[0] in columns], survey_code, "column_name")
        found["unknown_column"] = len(
            {header.strip() for header in table.header} - {row["column_name"] for row in catalogue(survey_code)}
        )
    found["missing_key"] = sum(row[keys[0]] is None for row in table.rows)
    found["too_few_fields"] = table.broken
    if survey_code == "contact_survey":
        found["future_date"] = sum("2099" in row["Ingevuld op"] for row in table.rows)
        found["unparseable_date"] = sum(row["Ingevuld op"].startswith("31-02") for row in table.rows)
        found["orphan_contact"] = sum(row["ContactNr"] not in known["contacts"] for row in table.rows)
    assert +found == Counter(DIRT[name])


@pytest.mark.parametrize("name", FORMATS)
def test_delivered_rows_are_the_clean_rows_and_the_declared_dirt(
    name: str, reader, clean: dict[str, pa.Table], written: Written
) -> None:
    extra = sum(number for kind, number in DIRT[name].items() if kind != "unknown_column")
    table = reader(name)
    assert len(table.rows) + table.broken == clean[name].num_rows + extra == written.rows[name]


def test_every_declared_kind_has_a_rule() -> None:
    other = {"duplicate_identical", "too_few_fields", "unknown_column"}
    assert {name: set(kinds) - other for name, kinds in DIRT.items()} == {
        name: set(rule.changes) for name, rule in RULES.items()
    }


def test_last_delivered_row_gives_the_clean_score(reader, clean: dict[str, pa.Table]) -> None:
    """Without rejected rows and with the last of each key, NPS is what was simulated."""
    name = "survey/exports/contact_survey"
    sound = {row["ResponseNr"]: row["NPS "] for row in reader(name).rows if (row["ResponseNr"] or "R9").startswith("R0")}
    clean_scores = clean[name]["NPS "].to_pylist()
    assert Counter(sound.values()) == Counter(clean_scores)
    assert np.mean([int(score) for score in clean_scores if score != "99"]) > 7
