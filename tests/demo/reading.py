"""Reads delivered files and the project's declarations, independently of the code that wrote them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

PROJECT = Path(__file__).parents[2]


@dataclass
class Delivered:
    """All data rows of a table in order, as text (null is empty), and the lines with another number of
    fields.
    """

    rows: pa.Table
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


def _text_table(header: list[str], columns: list[list[str | None]]) -> pa.Table:
    return pa.table([pa.array(column, pa.string()) for column in columns], header)


def _read_csv(path: Path, form: dict[str, str]) -> Delivered:
    with path.open(encoding=form["encoding"], newline="") as file:
        header, *lines = csv.reader(file, delimiter=form["delimiter"])
    whole = [line for line in lines if len(line) == len(header)]
    columns = [[value or None for value in column] for column in zip(*whole, strict=True)]
    return Delivered(_text_table(header, columns), len(lines) - len(whole))


def _read_jsonl(path: Path) -> Delivered:
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    header = list(dict.fromkeys(key for record in records for key in record))
    values = [[record.get(key) for record in records] for key in header]
    return Delivered(
        _text_table(header, [[None if v is None else str(v) for v in column] for column in values])
    )


def _read_parquet(path: Path) -> Delivered:
    table = pq.read_table(path)
    return Delivered(table.cast(pa.schema([(name, pa.string()) for name in table.column_names])))


def read(landing: Path, name: str) -> Delivered:
    """All files of table `name` under each other."""
    paths = sorted(landing.glob(f"{name}.*")) + sorted((landing / name).glob("*"))
    assert paths, f"nothing delivered for {name}"
    parts = []
    for path in paths:
        if path.suffix == ".csv":
            parts.append(_read_csv(path, declaration(path.relative_to(landing).as_posix())))
        else:
            parts.append(_read_jsonl(path) if path.suffix == ".jsonl" else _read_parquet(path))
    return Delivered(pa.concat_tables([part.rows for part in parts]), sum(part.broken for part in parts))
