"""Erase one person from what is kept of texts: `python -m orchestration.erase --customer ID`, which is `make erase`.

    remove the person from the sources and landing/ -> erase -> build

Belongs here: the copies of words that outlive a build, which are texts.duckdb and warehouse/coding. Not here: the
tables of a build and what is published, which follow from landing/. build.duckdb is removed, so that the next build
makes it from what is delivered then, and no freed block of it holds a word.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

import duckdb

from orchestration.coding import keep_coded
from orchestration.project import Folders, folders
from orchestration.text_store import STORE, TABLES, TEXT_HASH, TextStore, text_store_file
from orchestration.warehouse import build_lock, limits, quoted
from service_control.errors import InputError, ServiceControlError

# Column of int_text__delivered that names the person, and the words that are not theirs.
PEOPLE = {"customer": "true", "employee": "speaker <> 'customer'", "respondent": "true"}
# By its first of these columns a table of texts.duckdb says what of it stays.
KEPT = {"source_key": "kept_sources", "text_hash": "kept_texts", "text_id": "kept_text_ids"}


@dataclass(frozen=True)
class Erased:
    """Texts delivered of the person; texts, codes and drawn texts that were kept and are no longer."""

    delivered: int
    texts: int
    coded: int


def erase(where: Folders, kind: str, person: str) -> Erased:
    """Forget the texts of a person, and those that no source delivers any more: nobody can tell whose they were.

    A text that somebody else said in the same words stays, as theirs.

    Parameters
    ----------
    kind : customer (also what others said of their contacts), employee (their own words) or respondent.

    Raises
    ------
    InputError : no text is delivered in the last build, so whose texts are whose is not known.
    BuildError : a build is running.
    """
    remedy = "run `make build` first, while a source still delivers the texts of the others"
    if not where.build_database.exists():
        raise InputError("there are no texts yet", where=str(where.build_database), remedy=remedy)
    with build_lock(where):
        with duckdb.connect(config=limits(where)) as connection:
            connection.execute(f"attach {quoted(str(where.build_database))} as build (read_only)")
            TextStore(connection, where)
            connection.execute(
                f"""
                create temp table delivered as
                select source_key, coalesce({kind}_id = ? and {PEOPLE[kind]}, false) as is_of_person
                from build.intermediate.int_text__delivered""",
                [person],
            )
            delivered, of_person = connection.execute(
                "select count(*), count(*) filter (where is_of_person) from delivered"
            ).fetchall()[0]
            if not delivered:
                raise InputError("no text is delivered", where=str(where.build_database), remedy=remedy)
            connection.execute(f"""
                create temp table kept_sources as
                select distinct source_key from delivered where not is_of_person;
                create temp table kept_texts as
                select distinct {TEXT_HASH} as text_hash
                from {STORE}.scrubbed semi join kept_sources using (source_key);
                create temp table kept_text_ids as
                select text_id from {STORE}.texts semi join kept_texts using (text_hash)""")
            texts = connection.execute(
                f"select count(distinct scrubbed_text) from {STORE}.scrubbed "
                f"where {TEXT_HASH} not in (from kept_texts)"
            ).fetchall()[0][0]
            kept = {row[0] for row in connection.execute("select text_hash from kept_texts").fetchall()}
            _rewrite(connection, where)
        coded = keep_coded(where, kept)
        for file in (where.build_database, where.build_database.with_suffix(".duckdb.wal")):
            file.unlink(missing_ok=True)
    return Erased(of_person, texts, coded)


def _rewrite(connection: duckdb.DuckDBPyConnection, where: Folders) -> None:
    """A new file with what is kept takes the place of the old one: deleted rows would stay readable in its blocks."""
    file = text_store_file(where)
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    connection.execute(f"attach {quoted(str(fresh))} as fresh")
    connection.execute(f"use fresh; {TABLES}; use memory")
    columns: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'fresh'"
    ).fetchall():
        columns.setdefault(table, set()).add(column)
    for table, names in columns.items():
        kept = next((f"semi join {known} using ({key})" for key, known in KEPT.items() if key in names), "")
        connection.execute(f"insert into fresh.{table} by name select * from {STORE}.{table} {kept}")
    connection.execute(f"detach fresh; detach {STORE}")
    fresh.replace(file)


def main(arguments: list[str] | None = None) -> int:
    """Erase one person from the texts that were read and coded. The next build makes all tables anew."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.erase", description=main.__doc__)
    who = parser.add_mutually_exclusive_group(required=True)
    for kind in PEOPLE:
        who.add_argument(f"--{kind}", metavar="ID")
    given = {kind: person for kind, person in vars(parser.parse_args(arguments)).items() if person}
    ((kind, person),) = given.items()
    try:
        erased = erase(folders(), kind, person)
    except ServiceControlError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{erased.delivered} texts of {kind} {person} were delivered in the last build")
    print(
        f"{erased.texts} distinct texts and {erased.coded} rows of coding erased, those no longer delivered among them"
    )
    print("run `make build` now; landing/ must not hold the person any more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
