"""HTML of tables: one that scrolls within itself, and the one behind a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from text import Words

Row = dict[str, Any]


class Column(NamedTuple):
    """A column of a table behind a chart: key of its label, whether it holds numbers, and its text."""

    label: str
    is_number: bool
    said: Callable[[Row], str]


def table(
    columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]], caption: str, words: Words
) -> str:
    """columns: text key and whether it holds numbers; cells are HTML."""
    kinds = [' class="number"' if is_number else "" for _, is_number in columns]
    head = "".join(
        f'<th scope="col"{kind}>{escape(words[key])}</th>'
        for (key, _), kind in zip(columns, kinds, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="sc table" lang="{words.language}" tabindex="0" role="region" '
        f'aria-label="{escape(caption, quote=True)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def rows_table(rows: Iterable[Row], columns: Sequence[Column], caption: str, words: Words) -> str:
    """The rows of a mart in words: what a chart shows, for who would rather read it."""
    cells = ([escape(column.said(row)) for column in columns] for row in rows)
    return table([(column.label, column.is_number) for column in columns], cells, caption, words)
