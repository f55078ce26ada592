"""What was delivered and may be used: files and input contract read anew, without the project's own code.

A row is used when it has its keys and required values, every value has its type, range and accepted value, no
moment lies in the future and what it refers to is used as well. Of a key delivered twice the last row is
used.
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import yaml

MOMENT = pl.Datetime("us", "UTC")
TYPES = {
    "varchar": pl.String,
    "double": pl.Float64,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp": MOMENT,
}
FORM = {"delimiter": ",", "encoding": "utf-8", "decimal_separator": ".", "timezone": "Europe/Amsterdam"}


class Delivery:
    """The files of a landing folder, held against contract, catalogue and seeds of a project folder."""

    def __init__(self, project: Path, landing: Path) -> None:
        self.project, self.landing = project, landing
        self._used: dict[str, pl.DataFrame] = {}

    def seed(self, name: str) -> list[dict[str, str]]:
        with (self.project / f"seeds/{name}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def assumption(self, code: str) -> float:
        return next(float(row["value"]) for row in self.seed("assumptions") if row["assumption_code"] == code)

    def contract(self, table: str) -> dict[str, dict]:
        """Columns of a contract table with their type and rules."""
        (path,) = self.project.glob(f"models/staging/*/stg_*__{table}.yml")
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        columns = model["columns"]
        rules = {c["name"]: {"type": c["data_type"], **c.get("config", {}).get("meta", {})} for c in columns}
        return {name: rule for name, rule in rules.items() if not rule.get("derived")}

    def used(self, table: str) -> pl.DataFrame:
        """The rows of a contract table that count, typed; moments in UTC."""
        if table not in self._used:
            contract = self.contract(table)
            frame = self.rows(table).with_columns(
                pl.coalesce(name, rule["default_from"])
                for name, rule in contract.items()
                if "default_from" in rule
            )
            frame = frame.filter(pl.all_horizontal(self._kept(name, rule) for name, rule in contract.items()))
            keys = [name for name, rule in contract.items() if rule.get("key")]
            self._used[table] = frame.unique(keys, keep="last", maintain_order=True)
        return self._used[table]

    def _kept(self, name: str, rule: dict) -> pl.Expr:
        column = pl.col(name)
        kept = column.is_not_null()
        if rule.get("not_future"):
            now = datetime.now(UTC)
            kept &= column <= (now.date() if rule["type"] == "date" else now)
        if "accepted" in rule:
            kept &= column.is_in(rule["accepted"])
        if "minimum" in rule:
            kept &= column >= rule["minimum"]
        if "maximum" in rule:
            kept &= column <= rule["maximum"]
        if "references" in rule:
            table, key = rule["references"].split(".")
            kept &= column.is_in(self.used(table)[key].unique().to_list())
        return kept if rule.get("required") else kept | column.is_null()

    def rows(self, table: str) -> pl.DataFrame:
        """Delivered rows of which every cell could be read as its type, in the order of delivery."""
        frames = []
        for path in sorted(p for p in self.landing.glob(f"*/{table}*") if p.stem == table):
            for file in files(path):
                frames.append(typed(self.read(file), self.contract(table), self.form(file)))
        frames += [export[table] for export in self.exports if table in export]
        return pl.concat(frames)

    def form(self, path: Path) -> dict[str, str]:
        """How a file is written: the first declaration that matches it, over the defaults."""
        relative = path.relative_to(self.landing)
        rows = [row for row in self.seed("landing_files") if relative.match(row["path_pattern"])]
        return FORM | {key: value for key, value in (rows[0] if rows else {}).items() if value}

    def read(self, path: Path) -> pl.DataFrame:
        """Trimmed cells of a file, as text; Parquet as it is. Lines with another number of fields are out."""
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".jsonl":
            records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            header = list(dict.fromkeys(key for record in records for key in record))
            lines = [[record.get(key) for key in header] for record in records]
        else:
            with path.open(newline="", encoding=self.form(path)["encoding"]) as file:
                header, *lines = csv.reader(file, delimiter=self.form(path)["delimiter"])
        whole = [[_text(cell) for cell in line] for line in lines if len(line) == len(header)]
        return pl.DataFrame(whole, schema={name.strip(): pl.String for name in header}, orient="row")

    @cached_property
    def exports(self) -> list[dict[str, pl.DataFrame]]:
        """Responses and answers of every file with a survey export, made contract rows by the catalogue."""
        folder = sorted((self.landing / "survey/exports").iterdir())
        return [self._export(file, path.stem) for path in folder for file in files(path)]

    def _export(self, path: Path, survey: str) -> dict[str, pl.DataFrame]:
        catalogue = [row for row in self.seed("survey_items") if row["survey_code"] == survey]
        items = {row["column_name"]: row["item_code"] for row in catalogue if row["role"] == "item"}
        roles = {"survey_code": pl.lit(survey), "respondent_kind": pl.lit("customer")}
        for row in catalogue:
            name = row["column_name"]
            if row["role"] != "item":
                roles[row["role"]] = pl.lit(name[1:]) if name.startswith("=") else pl.col(name)
        roles["response_id"] = pl.lit(f"{survey}:") + roles["response_id"]
        frame = self.read(path)
        responses = frame.select(
            x.alias(role) for role, x in roles.items() if role not in ("item_code", "answer")
        )
        if "item_code" in roles:
            answers = frame.select(
                response_id=roles["response_id"],
                item_code=roles["item_code"].replace(items),
                raw_value=roles["answer"],
            )
        else:
            wide = frame.select(
                roles["response_id"].alias("response_id"),
                *(pl.col(name).alias(item) for name, item in items.items()),
            )
            answers = wide.unpivot(index="response_id", variable_name="item_code", value_name="raw_value")
            answers = answers.filter(pl.col("raw_value").is_not_null())
        parts = {"responses": responses, "answers": answers}
        return {name: typed(part, self.contract(name), self.form(path)) for name, part in parts.items()}


def files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _text(value: object) -> str | None:
    if value is None:
        return None
    return (str(value).lower() if isinstance(value, bool) else str(value)).strip() or None


def typed(frame: pl.DataFrame, contract: dict[str, dict], form: dict[str, str]) -> pl.DataFrame:
    """The contract's columns with their types; rows with a cell that is not of its type are out."""
    columns, readable = {}, pl.repeat(True, frame.height, eager=True)
    for name, rule in contract.items():
        if name in frame.columns:
            cells = frame[name]
            is_text = cells.dtype == pl.String
            columns[name] = _parsed(cells, rule["type"], form) if is_text else cells.cast(TYPES[rule["type"]])
            readable &= columns[name].is_not_null() | cells.is_null()
        else:
            columns[name] = pl.repeat(None, frame.height, dtype=TYPES[rule["type"]], eager=True)
    return pl.DataFrame(columns).filter(readable)


def _parsed(cells: pl.Series, data_type: str, form: dict[str, str]) -> pl.Series:
    """Text as its type, null where it is not one."""
    if data_type == "varchar":
        return cells
    if data_type == "date":
        return cells.str.to_date(form.get("date_format", "%Y-%m-%d"), strict=False)
    if data_type == "timestamp":
        return pl.Series([_moment(text, form) for text in cells], dtype=MOMENT)
    if data_type == "boolean":
        return cells.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return cells.str.replace(form["decimal_separator"], ".", literal=True).cast(
        TYPES[data_type], strict=False
    )


def _moment(text: str | None, form: dict[str, str]) -> datetime | None:
    """A moment as written, on the file's clock where it does not say which, in UTC."""
    try:
        moment = datetime.strptime(text, form["timestamp_format"]) if "timestamp_format" in form else None
        moment = moment or datetime.fromisoformat(text or "")
    except (TypeError, ValueError):
        return None
    if moment.tzinfo:
        return moment.astimezone(UTC)
    # an hour that a clock shows twice, or not at all, is read in winter time
    return max(
        moment.replace(tzinfo=ZoneInfo(form["timezone"]), fold=fold).astimezone(UTC) for fold in (0, 1)
    )
