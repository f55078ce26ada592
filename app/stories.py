"""The line on top of each page, in plain words and from significant facts only. Says so when there are none.

Which changes are demonstrated is decided by the marts (verdict, after correction for all that a page shows); here
they are only put into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import cards
import formats
from text import Words

Row = dict[str, Any]
MOST_FACTS = 2


def line(sentences: Sequence[str], words: Words) -> str:
    """The story of a page; sentences are HTML."""
    return f'<div class="sc story" lang="{words.language}">{" ".join(sentences)}</div>'


def changes(rows: Sequence[Row], grain: str, words: Words) -> str:
    """The line on top, from demonstrated changes only; says so when there are none."""
    shown = [row for row in rows if cards.is_shown(row) and row["change"] is not None]
    compared = [row for row in shown if row["verdict"] != "not_compared"]
    sentences = []
    for verdict in ("worse", "better"):
        facts = [row for row in compared if row["verdict"] == verdict]
        facts.sort(key=lambda row: (row["p_value"] is None, row["p_value"]))
        if facts:
            sentences.append(_facts(facts, verdict, rows, grain, words))
    quiet = sum(row["verdict"] == "no_demonstrable_change" for row in compared)
    if not compared:
        sentences = [escape(words["story_nothing"])]
    elif not sentences:
        sentences = [escape(words["story_quiet"])]
    elif quiet:
        rest = words["story_rest_one" if quiet == 1 else "story_rest"].format(count=quiet)
        sentences.append(f'<span class="rest">{escape(rest)}</span>')
    return line(sentences, words)


def _facts(facts: list[Row], verdict: str, rows: Sequence[Row], grain: str, words: Words) -> str:
    told = []
    for row in facts[:MOST_FACTS]:
        key = "story_rose" if row["change"] > 0 else "story_fell"
        fact = escape(words[key]).format(
            name=f"<em>{escape(cards.name(row, words))}</em>",
            change=escape(formats.change(row, words, signed=False)),
            value=escape(formats.value(row, row["value"], words)),
        )
        if other := cards.other_period(row, cards.page_period(rows), grain, words):
            fact = escape(words["story_in_period"]).format(fact=fact, period=escape(other))
        told.append(fact)
    if len(facts) > MOST_FACTS:
        told.append(escape(words["story_more"]).format(count=len(facts) - MOST_FACTS))
    listed = ", ".join(told[:-1]) + f" {words['story_and']} {told[-1]}" if len(told) > 1 else told[0]
    lead, _, tail = words[f"story_{verdict}"].partition("{facts}")
    return f'<span class="{verdict}"><b>{escape(lead.strip())}</b> {listed}{escape(tail)}</span>'


def blind_spots(gaps: Sequence[Row], words: Words) -> str:
    """What the registration does not see, where the interval of the gap leaves 0 out."""
    sentences = []
    for row in sorted(gaps, key=lambda row: row["registration"], reverse=True):
        if row["gap_ci_low"] > 0 and row["overstated_pct"] is not None:
            said = escape(words["story_gap"]).format(
                registration=escape(words[f"registration_{row['registration']}"]),
                share=f"<em>{formats.number(row['overstated_pct'], 0, words)}%</em>",
            )
            sentences.append(said)
    if gaps and not sentences:
        sentences = [escape(words["story_gap_none"])]
    return line(sentences[:1], words) if sentences else ""
