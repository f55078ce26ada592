"""From delivered columns to contract columns: SELECT statements as text.

Belongs here: which delivered column fills which contract column, normalised dates and numbers, the unpivot of
survey exports. Pure functions: no connection, no file. Not here: the judgement of single values, which is
staging SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestration.catalogue import RESPONSE_ROLES, Declaration, Survey, repeated
from orchestration.files import LandingFile, other_delimiter
from orchestration.project import Column, Table
from orchestration.readers import Delivered
from orchestration.refusals import FileRefused, Problem, near_misses
from orchestration.warehouse import quoted

LINEAGE = ("_file", "_row", "_loaded_at")


@dataclass(frozen=True)
class Reshaped:
    """One SELECT per raw table that a file fills, and what is worth knowing about its columns.

    The session's TimeZone must be the declared one while the SELECT runs: a timestamp without offset is local
    time.
    """

    selects: Mapping[str, str]
    warnings: tuple[Problem, ...]


def value_sql(text: str, data_type: str, declaration: Declaration) -> str:
    """SQL for one delivered value as ISO text in UTC, or as delivered where it does not parse."""
    if data_type == "date":
        # Only ten characters are cast as a date: DuckDB ignores whatever follows a valid beginning.
        parsed = (
            f"case when length({text}) <= 10 then try_cast({text} as date) "
            f"else cast(try_cast({text} as timestamptz) as date) end"
        )
        if declaration.date_format:
            declared = f"cast(try_strptime({text}, {quoted(declaration.date_format)}) as date)"
            parsed = f"coalesce({declared}, {parsed})"
        return f"coalesce(cast({_only_digits_first(text, parsed)} as varchar), {text})"
    if data_type == "timestamp":
        parsed = f"try_cast({text} as timestamptz)"
        if declaration.timestamp_format:
            declared = f"cast(try_strptime({text}, {quoted(declaration.timestamp_format)}) as timestamptz)"
            parsed = f"coalesce({declared}, {parsed})"
        return f"coalesce(cast(timezone('UTC', {_only_digits_first(text, parsed)}) as varchar), {text})"
    if data_type in ("double", "integer", "bigint") and declaration.decimal_separator == ",":
        # A point is a thousands sign only in groups of three; 12.5 stays what it is.
        grouped = f"regexp_matches({text}, '^[-+]?[0-9]{{1,3}}(\\.[0-9]{{3}})+(,[0-9]*)?$')"
        return f"replace(case when {grouped} then replace({text}, '.', '') else {text} end, ',', '.')"
    return text


def _only_digits_first(text: str, parsed: str) -> str:
    # 'infinity' and 'epoch' are dates to DuckDB.
    return f"case when {text} between '0' and ':' then {parsed} end"


def reshape_contract(
    landed: LandingFile, table: Table, delivered: Delivered, declaration: Declaration
) -> Reshaped:
    """A contract-shaped file: columns by name (trimmed, any case), absent ones NULL.

    Raises
    ------
    FileRefused : `duplicate_column`, `missing_column`.
    """
    folded = [name.casefold() for name in delivered.columns]
    for name in repeated(name for name in folded if name):
        raise FileRefused(
            "duplicate_column",
            f'the column "{name}" occurs {folded.count(name)} times',
            where=landed.file,
            remedy="remove or rename one",
            column_name=name,
        )
    position = {name: index for index, name in enumerate(folded)}
    for name in table.required:
        if name not in position:
            unknown = [d for d in delivered.columns if d.casefold() not in {c.name for c in table.columns}]
            clause = other_delimiter(delivered.columns, declaration.delimiter) or near_misses(name, unknown)
            raise FileRefused(
                "missing_column",
                f'the required column "{name}" is absent{clause}',
                where=landed.file,
                remedy="deliver the column: " + ", ".join(table.required) + " are required",
                column_name=name,
            )

    def expression(column: Column) -> str:
        if column.name not in position:
            return f"cast(null as varchar) as {column.name}"
        return f"{value_sql(f'c{position[column.name]}', column.data_type, declaration)} as {column.name}"

    columns = ",\n  ".join(expression(column) for column in table.columns)
    known = {column.name for column in table.columns}
    warnings = tuple(
        Problem(
            "warning",
            "unknown_column",
            f'the column "{name}" is not part of {table.name} and is ignored'
            + near_misses(name, known - set(folded)),
            column_name=name,
        )
        for name in delivered.columns
        if name.casefold() not in known
    )
    return Reshaped({table.name: f"select {columns},\n  _row from {delivered.relation}"}, warnings)


def reshape_system(landed: LandingFile, delivered: Delivered) -> tuple[list[str], str]:
    """Another system's own file: all columns as text, under their own names. Returns names and SELECT.

    A repeated or empty name is made unique, because the export is not ours to change.

    Raises
    ------
    FileRefused : `no_header` for JSON objects without a single name.
    """
    if not delivered.columns:
        raise FileRefused(
            "no_header", "its objects name no columns", where=landed.file, remedy="deliver named values"
        )
    taken: set[str] = {name.casefold() for name in LINEAGE}
    names = []
    for index, name in enumerate(delivered.columns):
        base = name or f"column_{index + 1}"
        unique, suffix = base, 0
        while unique.casefold() in taken:
            suffix += 1
            unique = f"{base}_{suffix}"
        taken.add(unique.casefold())
        names.append(unique)
    columns = ", ".join(f"c{i} as {identifier_sql(name)}" for i, name in enumerate(names))
    return names, f"select {columns}, _row from {delivered.relation}"


def identifier_sql(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def reshape_export(
    landed: LandingFile,
    survey: Survey,
    tables: Mapping[str, Table],
    delivered: Delivered,
    declaration: Declaration,
) -> Reshaped:
    """A survey export: responses and answers by the survey catalogue, wide or long.

    Raises
    ------
    FileRefused : `missing_column`, `duplicate_column` for the columns the catalogue names.
    """
    position = {name: index for index, name in enumerate(delivered.columns)}
    named = set(survey.roles.values()) | (
        set() if survey.is_long else {item.column_name for item in survey.items}
    )
    for name in repeated(name for name in delivered.columns if name in named):
        raise FileRefused(
            "duplicate_column",
            f'the column "{name}", which the catalogue uses, occurs more than once',
            where=landed.file,
            remedy="remove or rename one",
            column_name=name,
        )
    for role, name in survey.roles.items():
        if name not in position and not name.startswith(("=", "#")):
            clause = other_delimiter(delivered.columns, declaration.delimiter) or near_misses(name, position)
            raise FileRefused(
                "missing_column",
                f'the column "{name}" with role {role} is absent{clause}',
                where=landed.file,
                remedy="deliver the column, or correct column_name in the survey catalogue",
                column_name=name,
            )
    prefix = quoted(f"{survey.code}:")
    id_column = survey.roles["response_id"]
    if id_column == "#row":
        response_id = f"{prefix} || {quoted(landed.path.stem)} || ':' || _row"
    else:
        response_id = f"{prefix} || c{position[id_column]}"
    rows = f"(select {response_id} as response_id, * from {delivered.relation})"
    if survey.is_long:
        answers, warnings = _long_answers_sql(rows, survey, position, declaration), []
    else:
        answers, warnings = _wide_answers_sql(rows, landed, survey, position, declaration)
    unknown = [name for name in delivered.columns if name and name not in named]
    if unknown:
        reason = f"{len(unknown)} columns are not in the survey catalogue and are ignored: " + ", ".join(
            unknown
        )
        warnings.append(Problem("warning", "unknown_column", reason))
    responses = _responses_sql(rows, survey, tables["responses"], position, declaration)
    return Reshaped({"responses": responses, "answers": answers}, tuple(warnings))


def _role_sql(
    role: str, survey: Survey, position: Mapping[str, int], declaration: Declaration, data_type: str
) -> str:
    name = survey.roles.get(role)
    if name is None:
        return "'customer'" if role == "respondent_kind" else "cast(null as varchar)"
    text = f"cast({quoted(name[1:].strip())} as varchar)" if name.startswith("=") else f"c{position[name]}"
    return value_sql(text, data_type, declaration)


def _responses_sql(
    rows: str, survey: Survey, table: Table, position: Mapping[str, int], declaration: Declaration
) -> str:
    filled = {"response_id": "response_id", "survey_code": quoted(survey.code)}
    for role in RESPONSE_ROLES:
        filled[role] = _role_sql(role, survey, position, declaration, table.column(role).data_type)
    columns = ",\n  ".join(
        f"{filled.get(column.name, 'cast(null as varchar)')} as {column.name}" for column in table.columns
    )
    select = f"select {columns},\n  _row from {rows}"
    if not survey.is_long:
        return select
    # A long export repeats the response on every row: its first row speaks for it.
    others = ", ".join(
        f"arg_min({column.name}, _row) filter (where {column.name} is not null) as {column.name}"
        for column in table.columns
        if column.name != "response_id"
    )
    return f"select response_id, {others}, min(_row) as _row from ({select}) group by response_id"


def _long_answers_sql(
    rows: str, survey: Survey, position: Mapping[str, int], declaration: Declaration
) -> str:
    code, answer = (f"c{position[survey.roles[role]]}" for role in ("item_code", "answer"))
    pairs = [(item.column_name, item.item_code) for item in survey.items]
    known = f"map([{_list(a for a, _ in pairs)}]::varchar[], [{_list(b for _, b in pairs)}]::varchar[])"
    if declaration.decimal_separator == ",":
        numeric = _list(item.column_name for item in survey.items if item.is_numeric)
        as_number = value_sql(answer, "double", declaration)
        answer = f"case when {code} in ({numeric or 'null'}) then {as_number} else {answer} end"
    # A code that is not in the catalogue is kept as delivered: staging rejects and counts it.
    return f"""
        select response_id, coalesce({known}[{code}], {code}) as item_code, {answer} as raw_value, _row
        from {rows} where {answer} is not null
    """


def _wide_answers_sql(
    rows: str, landed: LandingFile, survey: Survey, position: Mapping[str, int], declaration: Declaration
) -> tuple[str, list[Problem]]:
    present = [item for item in survey.items if item.column_name in position]
    warnings = [
        Problem(
            "warning",
            "missing_item",
            f'the column "{item.column_name}" of item {item.item_code} is not in the file'
            + near_misses(item.column_name, position),
            column_name=item.column_name,
        )
        for item in survey.items
        if item.column_name not in position
    ]
    if survey.items and not present:
        raise FileRefused(
            "missing_column",
            "none of the items of the catalogue is in the file"
            + other_delimiter(list(position), declaration.delimiter),
            where=landed.file,
            remedy="check the survey code (the name of the file or its folder) and the delimiter",
        )
    if not present:
        nothing = "cast(null as varchar)"
        return (
            f"select {nothing} as response_id, {nothing} as item_code, {nothing} as raw_value, 0 as _row "
            f"where false",
            [],
        )

    def cell(item) -> str:
        text = f"c{position[item.column_name]}"
        return value_sql(text, "double", declaration) if item.is_numeric else text

    # Names with # cannot be item codes' business: an item may be called response_id.
    cells = ", ".join(f"{cell(item)} as {identifier_sql(item.item_code)}" for item in present)
    names = ", ".join(identifier_sql(item.item_code) for item in present)
    wide = f'select response_id as "#response_id", {cells}, _row as "#row" from {rows}'
    answers = (
        f'select "#response_id" as response_id, "#item" as item_code, "#value" as raw_value, "#row" as _row '
        f'from ({wide}) unpivot ("#value" for "#item" in ({names}))'
    )
    return answers, warnings


def _list(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in values)
