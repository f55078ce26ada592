"""Sheets of the voice of the customer: words that were released, and what words are about."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import charts
import formats
import frame
from frame import Here
from tables import Column, rows_table
from text import Words

from sheets.common import count_range, interval, number, period, sentence, share, text

Row = dict[str, Any]
MOST_VOICES, MOST_TOPICS = 12, 10
TASKS = ("driver", "emotion")


def voices(at: Here, rows: Sequence[Row]) -> None:
    """What customers let everybody read."""
    words = at.words
    with frame.panel("voices", words["voice_title"], words["voice_said"], words):
        if not rows:
            frame.absent(at, "public_voice")
            return
        newest = sorted(rows, key=lambda row: (row["said_month"], row["voice_id"]), reverse=True)
        items = "".join(_voice(row, words) for row in newest[:MOST_VOICES])
        frame.html(f'<ul class="sc answers" lang="{words.language}">{items}</ul>')
        frame.download("voices", "public_voice", newest, words)


def _voice(row: Row, words: Words) -> str:
    about = [formats.period("month", row["said_month"], row["said_month"], words)]
    if row["rating"] is not None:
        about.append(words["voice_rating"].format(value=formats.plain(row["rating"], words)))
    return (
        f"<li><small>{escape(' · '.join(about))}</small>"
        f'<blockquote lang="{escape(row["language"] or "", quote=True)}">{escape(row["words"])}</blockquote></li>'
    )


def topics(at: Here, rows: Sequence[Row]) -> None:
    """What customers write and speak about."""
    found = [row for row in rows if row["task"] in TASKS]
    _shares(at, "topics", "text_topics", found, "share_pct", "share_pct")


def latent(at: Here, rows: Sequence[Row]) -> None:
    """What words are about that the registered reason does not contain."""
    found = [row for row in rows if row["label"] != "all"]
    _shares(at, "latent", "latent_share", found, "latent_pct", "latent_pct")


def _shares(at: Here, key: str, mart: str, rows: Sequence[Row], column: str, by: str) -> None:
    words, title = at.words, at.words[f"{key}_title"]
    if not rows:
        with frame.panel(key, title, "", words):
            frame.absent(at, mart)
        return
    ranked = sorted(rows, key=lambda row: -row[by])
    said = words[f"{key}_said"].format(
        period=sentence(period(words)(ranked[0])), n=formats.number(ranked[0]["n"], 0, words)
    )
    with frame.panel(key, title, said, words):
        alt = words["topics_alt"].format(count=len(ranked), first=_topic(ranked[0], words))
        frame.chart(key, frame.drawn(at, _dots, ranked[:MOST_TOPICS], column), alt)
        columns = [
            Column("column_topic", False, lambda row: _topic(row, words)),
            Column("column_share", True, share(column, 1, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence(key, mart, ranked, columns, words)


def _topic(row: Row, words: Words) -> str:
    name = row[f"label_name_{words.language}"]
    # Trust is a driver and an emotion.
    return words["topic_emotion"].format(name=name) if row["task"] == "emotion" else name


def elements(at: Here, rows: Sequence[Row], breadths: Sequence[Row]) -> None:
    """Elements of value by how many customers say they are delivered."""
    words, title = at.words, at.words["elements_title"]
    known = [row for row in rows if row["delivered_pct"] is not None]
    # What customers say when asked, else what they write of their own accord.
    asked = [row for row in known if row["evidence"] == "survey"]
    found, key = (asked, "elements_said") if asked else (known, "elements_said_text")
    if not found:
        with frame.panel("elements", title, "", words):
            frame.absent(at, "value_elements")
        return
    ranked = sorted(found, key=lambda row: -row["delivered_pct"])
    said = words[key].format(
        period=sentence(period(words)(ranked[0])), **count_range([row["n"] for row in ranked], words)
    )
    by_evidence = {row["evidence"]: row for row in breadths}
    shown, told = by_evidence.get(ranked[0]["evidence"]), by_evidence.get("text")
    if shown and shown["period_start"] == ranked[0]["period_start"]:
        said = f"{said} {_breadth(shown, 'elements_breadth', words)}"
    if asked and told:
        said = f"{said} {_breadth(told, 'elements_breadth_text', words)}"
    with frame.panel("elements", title, said, words):
        first = ranked[0][f"element_name_{words.language}"]
        alt = words["elements_alt"].format(count=len(ranked), first=first)
        frame.chart("elements", frame.drawn(at, _elements, ranked[:MOST_TOPICS]), alt)
        columns = [
            Column("column_element", False, text(f"element_name_{words.language}")),
            Column("column_share", True, share("delivered_pct", 1, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("elements", "value_elements", ranked, columns, words)


def _breadth(row: Row, key: str, words: Words) -> str:
    return words[key].format(
        breadth=row["breadth"], measured=row["measured_count"], period=period(words)(row)
    )


def consensus(at: Here, rows: Sequence[Row]) -> None:
    """Needs and the drives behind them, of interviews; nothing where nobody was interviewed."""
    words = at.words
    if not rows:
        return
    ranked = sorted(rows, key=lambda row: -row["interview_pct"])
    with frame.panel("consensus", words["consensus_title"], words["consensus_said"], words):
        columns = [
            Column("column_need", False, text(f"need_{words.language}")),
            Column("column_drive", False, text(f"drive_{words.language}")),
            Column("column_field", False, text("quadrant")),
            Column("column_element", False, text(f"element_name_{words.language}")),
            Column("column_level", False, lambda row: words[f"rung_{row['level_code']}"]),
            Column("column_share", True, share("interview_pct", 0, words)),
            Column("column_interviews", True, number("interview_count", 0, words)),
        ]
        frame.html(rows_table(ranked, columns, words["consensus_title"], words))
        frame.download("consensus", "consensus_map", ranked, words)


# Charts
# -----------------------------------------------------------------------------------------------------


def _dots(rows: Sequence[Row], words: Words, column: str) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": _topic(row, words),
                "low": row["ci_low"],
                "value": row[column],
                "high": row["ci_high"],
                "tone": "none",
                "said": share(column, 0, words)(row),
            }
            for row in rows
        ],
        words,
        words["topics_axis"],
    )


def _elements(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": row[f"element_name_{words.language}"],
                "low": row["ci_low"],
                "value": row["delivered_pct"],
                "high": row["ci_high"],
                "tone": "better" if row["is_delivered"] else "none",
                "said": share("delivered_pct", 0, words)(row)
                + (f" · {words['elements_delivered']}" if row["is_delivered"] else ""),
            }
            for row in rows
        ],
        words,
        words["topics_axis"],
    )
