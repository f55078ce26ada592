"""Reads delivered files and the project's declarations, independently of the code that wrote them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import yaml

PROJECT = Path(__file__).parents[2]


@dataclass
class Delivered:
    """All data rows of a table in order, as text (None is empty), and the lines that have another number of fields."""

    header: list[str]
    rows: list[dict[str, str | None]]
    broken: int = 0


def seed_rows(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def catalogue(survey_code: str) -> list[dict[str, str]]:
    return [row for row in seed_rows("survey_items") if row["survey_code"] == survey_code]


def contract(name: str) -> dict[str, dict]:
    """Columns of `area/table` with type and meta."""
    area, table = name.split("/")
    text = (PROJECT / "models" / "staging" / area / f"stg_{area}__{table}.yml").read_text(encoding="utf-8")
    columns = yaml.safe_load(text)["models"][0]["columns"]
    return {
        column["name"]: {"data_type": column["data_type"], **column.get("config", {}).get("meta", {})}
        for column in columns
    }


def declaration(path: str) -> dict[str, str]:
    """The row of landing_files that holds for a path: delimiter and encoding, with the defaults filled in."""
    for row in seed_rows("landing_files"):
        if Path(path).match(row["path_pattern"]):
            return {"delimiter": row["delimiter"] or ",", "encoding": row["encoding"] or "utf-8"}
    return {"delimiter": ",", "encoding": "utf-8"}


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_csv(path: Path, form: dict[str, str]) -> Delivered:
    with path.open(encoding=form["encoding"], newline="") as file:
        header, *lines = csv.reader(file, delimiter=form["delimiter"])
    whole = [line for line in lines if len(line) == len(header)]
    rows = [dict(zip(header, map(_text, line), strict=True)) for line in whole]
    return Delivered(header, rows, len(lines) - len(whole))


def read(landing: Path, name: str) -> Delivered:
    """All files of table `name` under each other."""
    paths = sorted(landing.glob(f"{name}.*")) + sorted((landing / name).glob("*"))
    assert paths, f"nothing delivered for {name}"
    whole = Delivered([], [])
    for path in paths:
        if path.suffix == ".csv":
            part = _read_csv(path, declaration(path.relative_to(landing).as_posix()))
        elif path.suffix == ".jsonl":
            records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            header = list(dict.fromkeys(key for record in records for key in record))
            part = Delivered(header, [{key: _text(record.get(key)) for key in header} for record in records])
        else:
            table = pq.read_table(path)
            columns = [[_text(value) for value in column.to_pylist()] for column in table.columns]
            rows = [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]
            part = Delivered(table.column_names, rows)
        whole = Delivered(part.header, whole.rows + part.rows, whole.broken + part.broken)
    return whole
