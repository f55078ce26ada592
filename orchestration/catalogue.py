"""The reviewed seeds that describe files: the survey catalogue, the scales and the file declarations.

Belongs here: reading them and judging them, as pure functions. Not here: opening delivered files (files.py)
and the contract of the tables (project.py).
"""

from __future__ import annotations

import csv
from codecs import lookup
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from orchestration.refusals import FileRefused, near_misses
from service_control.errors import InputError

CATALOGUE = "seeds/survey_items.csv"
DECLARATIONS = "seeds/landing_files.csv"

# Roles that become a column of responses; response_id, item_code and answer steer the reading itself.
RESPONSE_ROLES = (
    "respondent_id", "respondent_kind", "contact_id", "submitted_at", "language", "weight", "mode",
    "journey", "touchpoint", "channel", "segment", "region", "product", "team_id",
)  # fmt: skip
ROLES = ("response_id", *RESPONSE_ROLES, "item_code", "answer", "item")

# An NPS on any other scale is a different number with the same name.
NPS_METRICS = frozenset({"nps_transaction", "nps_relation", "enps"})


@dataclass(frozen=True)
class Declaration:
    """How files matching a pattern deviate: delimiter, encoding, decimal sign, strptime formats, time
    zone."""

    path_pattern: str = "*"
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal_separator: str = "."
    date_format: str = ""
    timestamp_format: str = ""
    timezone: str = "Europe/Amsterdam"


@dataclass(frozen=True)
class Item:
    """One catalogue row with role item. In a long export `column_name` is a value of the item_code column."""

    column_name: str
    item_code: str
    metric_code: str
    scale_id: str
    is_numeric: bool


@dataclass(frozen=True)
class Survey:
    """The catalogue rows of one survey. `problems` is empty when they can be used."""

    code: str
    roles: Mapping[str, str]
    items: tuple[Item, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[FileRefused, ...] = field(default=(), compare=False)

    @property
    def is_long(self) -> bool:
        return "item_code" in self.roles


def read_declarations(path: Path, timezones: Container[str]) -> tuple[Declaration, ...]:
    """File declarations in order of precedence; none when the seed is absent. `timezones` are the known
    names.

    Raises
    ------
    InputError : a row names an encoding or time zone that does not exist, or a delimiter that is not one
    character.
    """
    declarations = []
    for number, row in _read_seed(path, ("path_pattern",)):
        given = {name: row.get(name, "") for name in Declaration.__dataclass_fields__ if row.get(name)}
        if given.get("delimiter") in (r"\t", "tab"):
            given["delimiter"] = "\t"
        declaration = Declaration(**given)
        where = f"{DECLARATIONS}, row {number}"
        if len(declaration.delimiter) != 1:
            raise InputError("a delimiter is one character", where=where, remedy=r"write \t for a tab")
        if declaration.decimal_separator not in (".", ","):
            raise InputError("a decimal separator is a point or a comma", where=where, remedy="write . or ,")
        try:
            lookup(declaration.encoding)
        except LookupError:
            raise InputError(
                f'there is no encoding "{declaration.encoding}"',
                where=where,
                remedy="use for instance utf-8, cp1252 or latin-1",
            ) from None
        if declaration.timezone not in timezones:
            raise InputError(
                f'there is no time zone "{declaration.timezone}"',
                where=where,
                remedy="use a name such as Europe/Amsterdam or UTC",
            )
        declarations.append(declaration)
    return tuple(declarations)


def declaration_for(file: str, declarations: Iterable[Declaration]) -> Declaration:
    """The first declaration whose pattern matches the path relative to landing/, else the defaults."""
    return next((found for found in declarations if fnmatchcase(file, found.path_pattern)), Declaration())


def read_scales(path: Path) -> dict[str, dict[str, str]]:
    """Scales by scale_id, as text."""
    return {row["scale_id"]: row for _, row in _read_seed(path, ("scale_id", "kind", "minimum", "maximum"))}


def read_catalogue(path: Path, scales: Mapping[str, Mapping[str, str]]) -> dict[str, Survey]:
    """Surveys by survey_code. What is wrong with a survey is kept in its `problems`: the others go on."""
    columns = ("survey_code", "column_name", "role", "item_code", "metric_code", "scale_id")
    by_survey: dict[str, list[dict[str, str]]] = {}
    for number, row in _read_seed(path, columns):
        by_survey.setdefault(row["survey_code"], []).append({**row, "row": str(number)})
    return {code: _survey(code, rows, scales) for code, rows in by_survey.items()}


def _survey(code: str, rows: list[dict[str, str]], scales: Mapping[str, Mapping[str, str]]) -> Survey:
    items = tuple(
        Item(
            column_name=row["column_name"],
            item_code=row["item_code"],
            metric_code=row["metric_code"],
            scale_id=row["scale_id"],
            is_numeric=scales.get(row["scale_id"], {}).get("kind") == "numeric",
        )
        for row in rows
        if row["role"] == "item"
    )
    return Survey(
        code=code,
        roles={row["role"]: row["column_name"] for row in rows if row["role"] != "item"},
        items=items,
        rows=tuple(
            tuple(value for name, value in row.items() if name != "row")
            + tuple(scales.get(row["scale_id"], {}).values())
            for row in rows
        ),
        problems=tuple(_judge_survey(code, rows, scales)),
    )


def _judge_survey(
    code: str, rows: list[dict[str, str]], scales: Mapping[str, Mapping[str, str]]
) -> Iterable[FileRefused]:
    def refused(reason_code: str, problem: str, remedy: str, row: Mapping[str, str]) -> FileRefused:
        where = f"{CATALOGUE}, row {row['row']}, survey {code}"
        return FileRefused(reason_code, problem, where=where, remedy=remedy, column_name=row["column_name"])

    for row in rows:
        if row["role"] not in ROLES:
            hint = near_misses(row["role"], ROLES)
            yield refused(
                "unknown_role", f'there is no role "{row["role"]}"{hint}', "use a role of the catalogue", row
            )
        elif row["role"] == "item" and not row["item_code"]:
            yield refused("unknown_role", "an item has no item_code", "give the item a code", row)
    yield from _judge_claims(rows, refused)
    yield from _judge_scales(rows, scales, refused)


def _judge_claims(rows, refused) -> Iterable[FileRefused]:
    is_long = any(row["role"] == "item_code" for row in rows)
    by_role: dict[str, dict[str, str]] = {}
    by_column: dict[str, dict[str, str]] = {}
    for row in rows:
        claim = f"item {row['item_code']}" if row["role"] == "item" else f"role {row['role']}"
        # Two codes that differ in case only are one column name to SQL.
        if claim.casefold() in by_role:
            other = by_role[claim.casefold()]["column_name"]
            problem = f'the {claim} is claimed by the columns "{other}" and "{row["column_name"]}"'
            yield refused("two_roles", problem, "keep one of the two rows", row)
        by_role.setdefault(claim.casefold(), row)

        column = row["column_name"]
        # Constants and row numbers are no columns; in a long export an item names a value, not a column.
        if column.startswith(("=", "#")) or (is_long and row["role"] == "item"):
            continue
        earlier = by_column.setdefault(column, row)
        if earlier is not row and not (earlier["role"] == row["role"] == "item"):
            problem = f'the column "{column}" has two roles: {earlier["role"]} and {row["role"]}'
            yield refused("two_roles", problem, "keep one of the two rows", row)


def _judge_scales(rows, scales, refused) -> Iterable[FileRefused]:
    scale_of_metric: dict[str, str] = {}
    for row in (row for row in rows if row["role"] == "item"):
        scale, metric = scales.get(row["scale_id"]), row["metric_code"]
        if scale is None:
            problem = f'the scale "{row["scale_id"]}" of item {row["item_code"]} does not exist'
            hint = near_misses(row["scale_id"], scales)
            yield refused(
                "unknown_scale", problem + hint, "use a scale_id of seeds/scales.csv, or add the scale", row
            )
            continue
        if metric in NPS_METRICS and (_number(scale["minimum"]), _number(scale["maximum"])) != (0, 10):
            lowest, highest = scale["minimum"] or "none", scale["maximum"] or "none"
            problem = (
                f"{metric} is an NPS, but item {row['item_code']} is measured from {lowest} to {highest}"
            )
            yield refused(
                "nps_scale", problem, "an NPS needs the answers 0 to 10; use another metric_code", row
            )
        if metric and scale["kind"] != "text":
            other = scale_of_metric.setdefault(metric, row["scale_id"])
            if other != row["scale_id"]:
                problem = f"{metric} is fed by the scales {other} and {row['scale_id']}"
                yield refused("mixed_scales", problem, "feed a metric by one scale per survey", row)


def judge_export(survey: Survey) -> None:
    """Refuse an export of a survey whose catalogue rows cannot be used.

    Raises
    ------
    FileRefused : with the first problem of the catalogue rows, or the role that is missing.
    """
    if survey.problems:
        raise survey.problems[0]
    where = f"{CATALOGUE}, survey {survey.code}"
    if "response_id" not in survey.roles:
        raise FileRefused(
            "no_response_id",
            "no column has the role response_id, so answers of one person cannot be told from those of "
            "another",
            where=where,
            remedy="add a row with role response_id; column_name #row counts the rows when the export "
            "has no id",
        )
    needed = ("submitted_at", "answer") if survey.is_long else ("submitted_at",)
    for role in needed:
        if role not in survey.roles:
            raise FileRefused(
                "incomplete_catalogue",
                f"no column has the role {role}",
                where=where,
                remedy=f"add a row with role {role}; column_name =value sets one value for the whole export",
            )
    if survey.is_long and survey.roles["response_id"] == "#row":
        raise FileRefused(
            "no_response_id",
            "a long export has several rows per response, so #row cannot be its response id",
            where=where,
            remedy="name the column that holds the response id",
        )


def repeated(names: Iterable[str]) -> list[str]:
    """Names that occur more than once, in order of first appearance."""
    return [name for name, count in Counter(names).items() if count > 1]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _read_seed(path: Path, needed: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    """Rows of a seed with their line number, values trimmed; nothing when the seed is absent."""
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        absent = [name for name in needed if name not in (reader.fieldnames or ())]
        if absent:
            raise InputError(
                f"the column {absent[0]} is absent",
                where=f"seeds/{path.name}",
                remedy="restore the header of the seed",
            )
        for row in reader:
            yield reader.line_num, {name: (value or "").strip() for name, value in row.items() if name}
