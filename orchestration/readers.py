"""Rows of a delivered file into table `rows` of its stage: every column as trimmed text, c0, c1, …, in the order
of the file.

Belongs here: CSV, JSON Lines and Parquet in DuckDB SQL, lines that do not fit, files that were cut off. Not
here: what the columns mean (reshape.py).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from orchestration.catalogue import Declaration
from orchestration.files import Inspection, LandingFile, read_header, with_one_newline
from orchestration.refusals import FileRefused, Problem
from orchestration.warehouse import quoted

# The module's own limit of 128 kB is less than one long text.
csv.field_size_limit(1 << 30)
# Above this share of lines that do not fit the header, the header or delimiter is wrong rather than the
# lines.
MOSTLY_UNREADABLE = 0.5
RAW_RECORD_LENGTH = 2_000
FIELDS_FOUND = re.compile(r"Columns: (\d+) Found: (\d+)")
REJECTED_KINDS = {
    "MISSING COLUMNS": "wrong_field_count",
    "TOO MANY COLUMNS": "wrong_field_count",
    "UNQUOTED VALUE": "bad_quote",
}


@dataclass(frozen=True)
class Delivered:
    """A file that was read. `columns` name c0, c1, …; `relation` is the SQL that has these and `_row`, from
    1."""

    columns: list[str]
    row_count: int
    rejected: list[Problem]
    relation: str


def query(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> list[tuple]:
    """All rows of a statement: DuckDB refuses further work while a result is half fetched."""
    return connection.execute(sql, parameters).fetchall()


def _trimmed(text: str) -> str:
    # Trimming took longer than reading; next to all values are ASCII without a space at either end.
    plain = f"{text} between '!' and '~' and strlen({text}) = length({text}) and not ends_with({text}, ' ')"
    return f"case when {plain} then {text} else nullif(trim({text}), '') end"


def _trimmed_columns(width: int) -> str:
    return ", ".join(f"{_trimmed(f'c{i}')} as c{i}" for i in range(width))


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    stage: str,
    landed: LandingFile,
    inspected: Inspection,
    declaration: Declaration,
) -> Delivered:
    """Fill table `rows` of the schema `stage` from a file. The connection is used for no other file.

    Raises
    ------
    FileRefused : `truncated`, `unreadable`, `no_header`, `empty`.
    """
    reader = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}[landed.format]
    delivered = reader(connection, stage, landed, inspected, declaration)
    total = delivered.row_count + len(delivered.rejected)
    if total == 0:
        raise FileRefused(
            "empty",
            "the file has a header but no rows",
            where=landed.file,
            remedy="deliver it again; remove the file when there is nothing to deliver",
        )
    if len(delivered.rejected) > MOSTLY_UNREADABLE * total:
        first = delivered.rejected[0]
        raise FileRefused(
            "unreadable",
            f"{len(delivered.rejected)} of {total} lines cannot be read, the first in row "
            f"{first.row_number}: "
            f"{first.reason}",
            where=landed.file,
            remedy="check the delimiter, the header and the quotes of the export",
            row_number=first.row_number,
        )
    return delivered


def _read_csv(
    connection, stage: str, landed: LandingFile, inspected: Inspection, declaration: Declaration
) -> Delivered:
    names = read_header(landed, inspected.text, declaration)
    # DuckDB stops at a file that mixes \r\n and \n outside quotes, as files glued together do, or reads it
    # wrongly.
    text = with_one_newline(inspected) if inspected.has_mixed_newlines else inspected.text
    rows = f"{stage}.rows"
    try:
        scan = _scan_csv(text, len(names), declaration.delimiter)
        ((row_count,),) = query(connection, f"create table {rows} as {scan}")
    except duckdb.OutOfMemoryException:
        # Nothing is wrong with the file.
        raise
    except duckdb.Error as error:
        raise FileRefused(
            "unreadable",
            f"the file cannot be read as CSV: {str(error).splitlines()[0]}",
            where=landed.file,
            remedy="export it again as CSV with quoted text fields",
        ) from None
    rejected = _rejected_lines(connection, text)
    _refuse_cut_off(
        connection, rows, landed, inspected, len(names), declaration.delimiter, row_count, rejected, text
    )
    problems = [problem for problem, _ in rejected]
    if not problems:
        return Delivered(names, row_count, problems, f"(select *, rowid + 1 as _row from {rows})")
    # Rows keep the number they have in the file: the accepted ones take the numbers the rejected ones left
    # free.
    query(
        connection,
        f"""
        create table {stage}.gaps as
        with lines as (select distinct line - 1 as row_number from rejected_lines),
             ranked as (select row_number, row_number() over (order by row_number) as skipped from lines)
        select row_number - skipped as rows_before, max(skipped) as skipped from ranked group by rows_before
        """,
    )
    relation = f"""(select r.*, r.rowid + 1 + coalesce(g.skipped, 0) as _row
                    from {rows} as r asof left join {stage}.gaps as g on r.rowid >= g.rows_before)"""
    return Delivered(names, row_count, problems, relation)


def _scan_csv(text: Path, width: int, delimiter: str) -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    # Nothing is guessed: the sniffer would turn a wrong line into another dialect or another number of
    # columns.
    return f"""
        select {_trimmed_columns(width)} from read_csv({quoted(str(text))}, auto_detect = false, header = true,
            columns = {{{columns}}},
            delim = {quoted(delimiter)}, quote = '"', escape = '"', nullstr = '', strict_mode = true,
            store_rejects = true, rejects_table = 'rejected_lines', rejects_scan = 'rejected_scans')
    """


def _rejected_lines(connection, text: Path) -> list[tuple[Problem, int]]:
    """One problem per line that did not fit, with the byte position of the line."""
    found = query(
        connection,
        """
        select line, min(line_byte_position), arg_min(error_type::varchar, byte_position),
               arg_min(error_message, byte_position), arg_min(csv_line, byte_position)
        from rejected_lines group by line order by line
        """,
    )
    rejected = []
    with text.open("rb") as stream:
        for line, position, kind, message, raw in found:
            if not raw:
                # DuckDB leaves the text out when one line has several errors.
                stream.seek(max(position - 1, 0))
                raw = stream.read(RAW_RECORD_LENGTH).decode("utf-8", "replace").lstrip("\r\n").split("\n")[0]
            reason_code = REJECTED_KINDS.get(kind, "unreadable_line")
            fields = FIELDS_FOUND.search(message)
            said = (
                f"{fields[1]} fields expected, {fields[2]} found" if fields else message.strip().rstrip(".")
            )
            reason = f"{said} (record {line} of the file, the header being 1)"
            problem = Problem(
                "rejected", reason_code, reason, line - 1, None, raw.strip("\r\n")[:RAW_RECORD_LENGTH]
            )
            rejected.append((problem, position))
    return rejected


def _refuse_cut_off(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    landed: LandingFile,
    inspected: Inspection,
    width: int,
    delimiter: str,
    row_count: int,
    rejected: list[tuple[Problem, int]],
    text: Path,
) -> None:
    """Refuse a file that ends in the middle of a record, as far as that shows."""
    if rejected:
        problem, position = rejected[-1]
        # Cheap first: rows that were accepted after it make the rest of the file no business of this record.
        if problem.row_number < row_count + len(rejected):
            return
        with text.open("rb") as stream:
            stream.seek(position)
            rest = stream.read().decode("utf-8").lstrip("\r\n")
        if len(list(islice(csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter), 2))) != 1:
            return
        if problem.reason_code == "bad_quote" and rest.count('"') % 2:
            raise FileRefused(
                "truncated",
                f"the quote opened in row {problem.row_number} is never closed: the file was cut off, or the "
                "quote is a stray one",
                where=landed.file,
                remedy="deliver the whole file again; double the quotes inside text",
                row_number=problem.row_number,
            )
        if problem.reason_code == "wrong_field_count" and not inspected.ends_with_newline:
            raise FileRefused(
                "truncated",
                f"the last record (row {problem.row_number}) is incomplete: the file was cut off",
                where=landed.file,
                remedy="deliver the whole file again",
                row_number=problem.row_number,
            )
        return
    if inspected.ends_with_newline or row_count < 2:
        return
    # Without a final line end the last value may be half a value. Two habits of the column tell: it never is
    # this short, or it has few values and never this one.
    last = f"c{width - 1}"
    ((value, is_shortest, is_strange),) = query(
        connection,
        f"""
        with others as (select {last} as value from {rows} where rowid < {row_count - 1}),
             habits as (select min(length(coalesce(value, ''))) as shortest,
                               approx_count_distinct(value) <= 20 and count(value) >= 100 as has_few
                        from others),
             ending as (select {last} as value from {rows} where rowid = {row_count - 1})
        select ending.value, length(coalesce(ending.value, '')) < habits.shortest,
               habits.has_few and ending.value is not null
                   and not exists (select 1 from others where others.value = ending.value)
        from ending, habits
        """,
    )
    if is_shortest or is_strange:
        raise FileRefused(
            "truncated",
            f'the last line has no line end and its last value "{value or ""}" looks cut off',
            where=landed.file,
            remedy="deliver the whole file again",
            row_number=row_count,
        )


def _read_jsonl(
    connection, stage: str, landed: LandingFile, inspected: Inspection, declaration: Declaration
) -> Delivered:
    lines, rows = f"{stage}.lines", f"{stage}.rows"
    # One column, no quotes: a line of JSON holds no raw control character, so \x01 never splits one.
    query(
        connection,
        f"""
        create table {lines} as
        select line from read_csv({quoted(str(inspected.text))}, auto_detect = false, header = false,
            quote = '', escape = '', delim = '\x01', columns = {{'line': 'VARCHAR'}},
            max_line_size = 33554432, nullstr = '', strict_mode = false)
        """,
    )
    broken = query(
        connection,
        f"""
        select rowid + 1, line, rowid = (select max(rowid) from {lines} where trim(line) <> '')
        from {lines} where trim(line) <> '' and coalesce(json_type(try_cast(line as json)), '') <> 'OBJECT'
        order by 1
        """,
    )
    if broken and broken[-1][2] and not inspected.ends_with_newline:
        raise FileRefused(
            "truncated",
            f"the last line (row {broken[-1][0]}) is incomplete: the file was cut off",
            where=landed.file,
            remedy="deliver the whole file again",
            row_number=broken[-1][0],
        )
    rejected = [
        Problem(
            "rejected", "bad_json", "the line is not a JSON object", number, None, line[:RAW_RECORD_LENGTH]
        )
        for number, line, _ in broken
    ]
    query(
        connection,
        f"delete from {lines} where line is null or trim(line) = '' "
        "or coalesce(json_type(try_cast(line as json)), '') <> 'OBJECT'",
    )
    keys = query(
        connection,
        f"""
        select key, min(place) from (
            select unnest(json_keys(line)) as key,
                rowid * 10000 + unnest(range(len(json_keys(line)))) as place
            from {lines}) group by key order by 2
        """,
    )
    names = [key for key, _ in keys]
    # JSON pointers, because a name may hold any character.
    pointers = ", ".join(quoted("/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
    columns = ", ".join(f"list_extract(found, {i + 1}) as c{i}" for i in range(len(names)))
    ((row_count,),) = query(
        connection,
        f"""
        create table {rows} as
        select {_trimmed_columns(len(names)) or "null as c0"}, _row
        from (select {columns or "null as c0"}, _row
              from (select json_extract_string(line, [{pointers}]::varchar[]) as found, rowid + 1 as _row
                    from {lines}))
        """,
    )
    query(connection, f"drop table {lines}")
    return Delivered([name.strip() for name in names], row_count, rejected, rows)


def _read_parquet(
    connection, stage: str, landed: LandingFile, inspected: Inspection, declaration: Declaration
) -> Delivered:
    with landed.path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(-min(4, inspected.bytes), 2)
        end = stream.read(4)
    if start != b"PAR1":
        raise FileRefused(
            "unreadable", "the file is not Parquet", where=landed.file, remedy="write it again as Parquet"
        )
    if end != b"PAR1":
        raise FileRefused(
            "truncated",
            "the Parquet footer is missing: the file was cut off",
            where=landed.file,
            remedy="deliver the whole file again",
        )
    source = f"read_parquet({quoted(str(landed.path))}, binary_as_string = true)"
    try:
        described = query(connection, f"describe select * from {source}")
        columns = ", ".join(
            f"{_parquet_text(name, type_)} as c{i}" for i, (name, type_, *_) in enumerate(described)
        )
        rows = f"{stage}.rows"
        ((row_count,),) = query(
            connection,
            f"create table {rows} as select {_trimmed_columns(len(described))} "
            f"from (select {columns} from {source})",
        )
    except duckdb.OutOfMemoryException:
        # Nothing is wrong with the file.
        raise
    except duckdb.Error as error:
        raise FileRefused(
            "unreadable",
            f"the Parquet file cannot be read: {str(error).splitlines()[0]}",
            where=landed.file,
            remedy="write it again; parts of it are damaged",
        ) from None
    names = [name.strip() for name, *_ in described]
    return Delivered(names, row_count, [], f"(select *, rowid + 1 as _row from {rows})")


def _parquet_text(name: str, type_: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if type_ in ("DOUBLE", "FLOAT"):
        # A whole number that became a float because its column has gaps is still the key or code 12, not
        # 12.0.
        whole = f"{column} = trunc({column}) and abs({column}) < 1e15"
        number = f"cast(cast({column} as bigint) as varchar)"
        return f"case when {whole} then {number} else cast({column} as varchar) end"
    return f"cast({column} as varchar)"
