"""The same marts from two engines, cell by cell: `python -m orchestration.compare duckdb spark postgres`.

Belongs here: building one landing folder on several targets, and what "the same" means: keys, text, dates and counts
exactly, floating point to 1e-9. Not here: how an engine builds (transform.py).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from orchestration.build import build
from orchestration.project import Folders, folders
from orchestration.transform import read_manifest
from orchestration.warehouse import quoted
from service_control.errors import ServiceControlError

# Relative to the larger of the two, absolute below 1: sums in another order differ in the last digits.
TOLERANCE = 1e-9
INEXACT_TYPES = ("DOUBLE", "FLOAT")


@dataclass(frozen=True)
class Comparison:
    """One mart in two databases. `largest_difference` is relative, over all floating-point cells of common rows."""

    table: str
    row_count: int
    other_row_count: int
    only_here: int
    only_there: int
    unequal: Mapping[str, int]
    largest_difference: float

    @property
    def is_equal(self) -> bool:
        return not (self.only_here or self.only_there or self.unequal)

    def describe(self) -> str:
        """What differs, in words; empty when nothing does."""
        parts = []
        if self.only_here or self.only_there:
            parts.append(
                f"{self.only_here} rows on the first side only, {self.only_there} on the second only"
            )
        parts += [f"{column} differs in {count} rows" for column, count in self.unequal.items()]
        return f"{self.table}: " + "; ".join(parts) if parts else ""


def compare_marts(here: Path, there: Path, keys: Mapping[str, Sequence[str]]) -> list[Comparison]:
    """Compare every table of schema `marts` of two DuckDB files.

    Parameters
    ----------
    keys : the columns that identify a row, per table; a table without them is compared by all its exact columns.
    """
    with duckdb.connect() as connection:
        for name, path in (("here", here), ("there", there)):
            connection.execute(f"attach {quoted(str(path))} as {name} (read_only)")
        columns: dict[str, dict[str, dict[str, str]]] = {"here": {}, "there": {}}
        for database, table, column, kind in connection.execute(
            "select database_name, table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'marts' and database_name in ('here', 'there') order by table_name, column_index"
        ).fetchall():
            columns[database].setdefault(table, {})[column] = kind
        return [
            _compare(
                connection,
                table,
                columns["here"].get(table),
                columns["there"].get(table),
                keys.get(table, ()),
            )
            for table in sorted(columns["here"].keys() | columns["there"].keys())
        ]


def _compare(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    here: Mapping[str, str] | None,
    there: Mapping[str, str] | None,
    key: Sequence[str],
) -> Comparison:
    if here != there:
        odd = sorted(set((here or {}).items()) ^ set((there or {}).items()))
        return Comparison(table, 0, 0, 0, 0, {f"type of {name} ({kind})": 1 for name, kind in odd}, 0.0)
    key = key or [column for column, kind in here.items() if kind not in INEXACT_TYPES]
    match = " and ".join(f'here."{column}" is not distinct from there."{column}"' for column in key)
    wanted = []
    for column, kind in here.items():
        a, b = f'here."{column}"', f'there."{column}"'
        if kind in INEXACT_TYPES:
            distance = f"abs({a} - {b}) / greatest(abs({a}), abs({b}), 1)"
            wanted.append(
                f"count(*) filter (where ({a} is null) <> ({b} is null) or {distance} > {TOLERANCE})"
            )
            wanted.append(f"max({distance})")
        else:
            wanted.append(f"count(*) filter (where {a} is distinct from {b})")
            wanted.append("cast(0 as double)")
    (counts,) = connection.execute(
        f"select (select count(*) from here.marts.{table}), (select count(*) from there.marts.{table}), count(*), "
        f"{', '.join(wanted)} from here.marts.{table} as here inner join there.marts.{table} as there on {match}"
    ).fetchall()
    row_count, other_row_count, common, *found = counts
    unequal = {column: found[2 * i] for i, column in enumerate(here) if found[2 * i]}
    return Comparison(
        table=table,
        row_count=row_count,
        other_row_count=other_row_count,
        # a key that repeats on one side makes more pairs than rows, which is a difference too
        only_here=abs(row_count - common),
        only_there=abs(other_row_count - common),
        unequal=unequal,
        largest_difference=max([value or 0.0 for value in found[1::2]], default=0.0),
    )


def mart_keys(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The key of every model that has one, from its tests `is_unique_key` and `unique`."""
    keys: dict[str, list[str]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        owner = manifest["nodes"].get(node.get("attached_node") or "", {})
        if test.get("name") == "is_unique_key":
            keys[owner["alias"]] = test["kwargs"]["columns"]
        elif test.get("name") == "unique" and owner:
            keys.setdefault(owner["alias"], [test["kwargs"]["column_name"]])
    return keys


def report(results: Mapping[str, Iterable[Comparison]]) -> str:
    """A Markdown table: marts down, engines across, each cell the largest relative difference from the first engine."""
    engines = list(results)
    lines = [
        "| mart | rows | " + " | ".join(engines) + " |",
        "|---|---:|" + "---:|" * len(engines),
    ]
    for row in zip(*results.values(), strict=True):
        cells = [f"{c.largest_difference:.0e}" if c.is_equal else f"**{c.describe()}**" for c in row]
        lines.append(f"| `{row[0].table}` | {row[0].row_count:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Build landing/ on each target in a warehouse of its own and compare every mart with the first's."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.compare", description=main.__doc__)
    parser.add_argument("targets", nargs="+", help="duckdb, spark, …; the others are compared with the first")
    options = parser.parse_args(arguments)
    where = folders()
    built: dict[str, Folders] = {}
    try:
        for target in options.targets:
            print(f"--- {target}")
            built[target] = replace(where, warehouse=where.warehouse / "compare" / target)
            if target != options.targets[0]:
                # The files are loaded once: when a file was loaded is a figure too.
                built[target].warehouse.mkdir(parents=True, exist_ok=True)
                shutil.copy(built[options.targets[0]].build_database, built[target].build_database)
            build(built[target], publishing=False, target=target)
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    first, *others = options.targets
    keys = mart_keys(read_manifest(where))
    results = {
        other: compare_marts(built[first].build_database, built[other].build_database, keys)
        for other in others
    }
    print(report(results))
    return 0 if all(c.is_equal for comparisons in results.values() for c in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
