"""Every kind of dirty row is there in the declared number, and the clean rows are the ones that were
simulated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from service_control.demo.dirt import RULES
from service_control.demo.parameters import DIRT
from service_control.demo.write import FORMATS, Written
from tests.demo.reading import Delivered, catalogue, contract, read, seed_rows

Reader = Callable[[str], Delivered]
CONTRACT_TABLES = [name for name in FORMATS if "/exports/" not in name]
EXPORT_KEYS = {
    "survey/exports/contact_survey": ["ResponseNr"],
    "survey/exports/relation_survey": ["respondent_no"],
    "survey/exports/employee_pulse": ["response", "question"],
}
BELOW_MINIMUM = {"_eur": "negative_amount", "onds": "negative_seconds"}
IMPOSSIBLE_DAY = r"^[a-z]|-02-31|^31-02|-13-"


@pytest.fixture(scope="session")
def reader(landing: Path) -> Reader:
    return cache(lambda name: read(landing, name))


@pytest.fixture(scope="session")
def known(clean: dict[str, pa.Table]) -> dict[str, list[str]]:
    """Sound keys by referenced table: of the clean rows, and the responses that carry a dirty answer."""
    keys = {
        "customers": clean["crm/customers"]["customer_id"],
        "contacts": clean["crm/contacts"]["contact_id"],
        "employees": clean["hr/employees"]["employee_id"],
        "teams": clean["hr/teams"]["team_id"],
        "responses": clean["survey/responses"]["response_id"],
    }
    carriers = [f"E9000009{number:02d}" for number in range(DIRT["survey/responses"]["carrier"])]
    return {name: column.to_pylist() for name, column in keys.items()} | {
        "responses": keys["responses"].to_pylist() + carriers
    }


def faults(rows: pa.Table, name: str, known: dict[str, list[str]]) -> np.ndarray:
    """The first fault of each row of a contract table by its YAML alone; empty text for a sound row."""
    found = np.full(rows.num_rows, "", dtype=object)

    def mark(mask: pa.ChunkedArray, kind: str) -> None:
        found[pc.fill_null(mask, False).to_numpy() & (found == "")] = kind

    for column, rule in contract(name).items():
        if column not in rows.column_names:
            continue
        values = rows[column]
        if rule.get("required") and "default_from" not in rule:
            mark(pc.is_null(values), "missing_key")
        if rule["data_type"] in ("date", "timestamp"):
            mark(pc.match_substring(values, "2099"), "future_date")
            mark(pc.match_substring_regex(values, IMPOSSIBLE_DAY), "unparseable_date")
        if "accepted" in rule:
            mark(pc.and_(pc.is_valid(values), pc.invert(is_in(values, rule["accepted"]))), "unknown_enum")
        if "minimum" in rule:
            numbers = pc.cast(pc.replace_substring(values, ",", "."), pa.float64())
            mark(pc.less(numbers, rule["minimum"]), BELOW_MINIMUM.get(column[-4:], "out_of_range"))
            mark(pc.greater(numbers, rule.get("maximum", np.inf)), "out_of_range")
        if "references" in rule:
            table = rule["references"].split(".")[0]
            orphan = pc.and_(pc.is_valid(values), pc.invert(is_in(values, known[table])))
            mark(orphan, f"orphan_{table.removesuffix('s')}")
    return found


def is_in(values: pa.ChunkedArray, accepted: list[str]) -> pa.ChunkedArray:
    return pc.is_in(values, value_set=pa.array(accepted, pa.string()))


def repeated(rows: pa.Table, keys: list[str]) -> Counter[str]:
    """How often a key comes back with the same row, and how often a row is overruled by a later, different
    one.
    """
    filled = [pc.fill_null(rows[key], "") for key in keys]
    joined = pc.binary_join_element_wise(*filled, "|").to_numpy(zero_copy_only=False)
    _, place, number = np.unique(joined, return_inverse=True, return_counts=True)
    again = (number[place] > 1) & pc.is_valid(rows[keys[0]]).to_numpy()
    last = dict(zip(joined[again], rows.filter(pa.array(again)).to_pylist(), strict=True))
    found: Counter[str] = Counter(duplicate_identical=-len(last))
    for key, row in zip(joined[again], rows.filter(pa.array(again)).to_pylist(), strict=True):
        found["duplicate_identical" if row == last[key] else "duplicate_conflicting"] += 1
    return found


def answer_faults(answers: Counter[tuple[str, str | None]], survey_code: str, by: str) -> Counter[str]:
    """Faults of single answers (item, value) by the catalogue and the scales."""
    scales = {row["scale_id"]: row for row in seed_rows("scales")}
    items = {row[by]: row for row in catalogue(survey_code) if row["role"] == "item"}
    found: Counter[str] = Counter()
    for (code, value), number in answers.items():
        if code not in items:
            found["unknown_item"] += number
            continue
        item, scale = items[code], scales[items[code]["scale_id"]]
        no_answer = (item["missing_codes"] + "|" + item["not_applicable_codes"]).split("|")
        if value is None or scale["kind"] == "text" or value in no_answer:
            continue
        if not value.lstrip("-").replace(".", "", 1).isdigit():
            found["unknown_code"] += number
        elif not float(scale["minimum"]) <= float(value) <= float(scale["maximum"]):
            found["out_of_scale"] += number
    return found


@pytest.mark.parametrize("name", CONTRACT_TABLES)
def test_dirt_of_contract_tables_as_declared(name: str, reader: Reader, known: dict[str, list[str]]) -> None:
    table, meta = reader(name), contract(name)
    by_row = faults(table.rows, name, known)
    sound = table.rows.filter(pa.array(by_row == ""))
    keys = [column for column, rule in meta.items() if rule.get("key")]
    found = Counter(by_row.tolist()) + repeated(sound, keys)
    del found[""]
    found["too_few_fields"] = table.broken
    found["unknown_column"] = len(set(table.rows.column_names) - set(meta))
    if name == "survey/responses":
        found["carrier"] = pc.sum(pc.starts_with(sound["response_id"], "E9000009")).as_py()
    if name == "survey/answers":
        answers = Counter(zip(sound["item_code"].to_pylist(), sound["raw_value"].to_pylist(), strict=True))
        found += answer_faults(answers, "employee_click", "item_code")
    assert +found == Counter(DIRT[name])


@pytest.mark.parametrize("name", EXPORT_KEYS)
def test_dirt_of_exports_as_declared(name: str, reader: Reader, known: dict[str, list[str]]) -> None:
    table, survey_code = reader(name), name.split("/")[-1]
    rows, keys = table.rows, EXPORT_KEYS[name]
    found = repeated(rows, keys)
    declared = {row["column_name"] for row in catalogue(survey_code)}
    if "question" in rows.column_names:
        once = {(row["response"], row["question"]): row["value"] for row in rows.to_pylist()}
        answers = Counter((question, value) for (_, question), value in once.items())
    else:
        items = {row["column_name"] for row in catalogue(survey_code) if row["role"] == "item"}
        answers = Counter()
        for header in rows.column_names:
            if header.strip() in items:
                answers.update((header.strip(), value) for value in rows[header].to_pylist())
        found["unknown_column"] = len({header.strip() for header in rows.column_names} - declared)
    found += answer_faults(answers, survey_code, "column_name")
    found["missing_key"] = rows[keys[0]].null_count
    found["too_few_fields"] = table.broken
    if survey_code == "contact_survey":
        found["future_date"] = pc.sum(pc.match_substring(rows["Ingevuld op"], "2099")).as_py()
        found["unparseable_date"] = pc.sum(pc.starts_with(rows["Ingevuld op"], "31-02")).as_py()
        found["orphan_contact"] = pc.sum(pc.invert(is_in(rows["ContactNr"], known["contacts"]))).as_py()
    assert +found == Counter(DIRT[name])


@pytest.mark.parametrize("name", FORMATS)
def test_delivered_rows_are_the_clean_rows_and_the_declared_dirt(
    name: str, reader: Reader, clean: dict[str, pa.Table], written: Written
) -> None:
    extra = sum(number for kind, number in DIRT[name].items() if kind != "unknown_column")
    table = reader(name)
    assert table.rows.num_rows + table.broken == clean[name].num_rows + extra == written.rows[name]


def test_every_declared_kind_has_a_rule() -> None:
    other = {"duplicate_identical", "too_few_fields", "unknown_column"}
    assert {name: set(kinds) - other for name, kinds in DIRT.items()} == {
        name: set(rule.changes) for name, rule in RULES.items()
    }


def test_last_delivered_row_gives_the_clean_scores(reader: Reader, clean: dict[str, pa.Table]) -> None:
    """Without the extra responses and with the last row of each key, the scores are what was simulated."""
    name = "survey/exports/contact_survey"
    rows = reader(name).rows
    last = dict(zip(rows["ResponseNr"].to_pylist(), rows["NPS "].to_pylist(), strict=True))
    sound = Counter(score for key, score in last.items() if key and not key.startswith("R9"))
    assert sound == Counter(clean[name]["NPS "].to_pylist())
