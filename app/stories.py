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
import sheets.blind_spots
from text import Words

Row = dict[str, Any]
MOST_FACTS = 2


def line(sentences: Sequence[str], words: Words) -> str:
    """The story of a page; sentences are HTML. Nothing when there is nothing to tell."""
    if not sentences:
        return ""
    return f'<div class="sc story" lang="{words.language}">{" ".join(sentences)}</div>'


def changes(rows: Sequence[Row], grain: str, words: Words, after: Sequence[str] = ()) -> list[str]:
    """Sentences of demonstrated changes after others; one that says so when there are neither."""
    shown = [row for row in rows if cards.is_shown(row) and row["change"] is not None]
    compared = [row for row in shown if row["verdict"] != "not_compared"]
    sentences = []
    for verdict in ("worse", "better"):
        facts = [row for row in compared if row["verdict"] == verdict]
        facts.sort(key=lambda row: (row["p_value"] is None, row["p_value"]))
        if facts:
            sentences.append(_facts(facts, verdict, rows, grain, words))
    quiet = sum(row["verdict"] == "no_demonstrable_change" for row in compared)
    if not sentences:
        return list(after) or [escape(words["story_quiet" if compared else "story_nothing"])]
    if quiet:
        rest = words["story_rest_one" if quiet == 1 else "story_rest"].format(count=quiet)
        sentences.append(f'<span class="rest">{escape(rest)}</span>')
    return [*after, *sentences]


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


def impact(impact: Sequence[Row], asymmetry: Sequence[Row], words: Words) -> list[str]:
    """The driver with the largest demonstrated weight, and where falling short demonstrably hurts more."""
    sentences = []
    for row in impact:
        if row["importance_rank"] == 1 and row["share_pct"] is not None:
            said = escape(words["story_impact"]).format(
                outcome=escape(row[f"outcome_name_{words.language}"]),
                driver=f"<em>{escape(row[f'driver_name_{words.language}'])}</em>",
                share=f"{formats.number(row['share_pct'], 0, words)}%",
            )
            sentences.append(said)
    basic = sorted((row for row in asymmetry if row["pattern"] == "basic"), key=lambda row: row["penalty"])
    if basic:
        names = [f"<em>{escape(row[f'driver_name_{words.language}'])}</em>" for row in basic[:MOST_FACTS]]
        sentences.append(escape(words["story_basic"]).format(drivers=f" {words['story_and']} ".join(names)))
    return sentences


def value(poor: Sequence[Row], euros: Sequence[Row], names: dict[str, str], words: Words) -> list[str]:
    """What poor service demonstrably cost, and the driver with which most euros go along."""
    sentences = []
    costly = [row for row in poor if row["margin_lost_eur"] is not None and row["margin_lost_eur_ci_low"] > 0]
    if costly:
        row = max(costly, key=lambda row: row["margin_lost_eur"])
        amounts = {
            name: formats.euros(row[f"margin_lost_eur{end}"], words)
            for name, end in (("margin", ""), ("low", "_ci_low"), ("high", "_ci_high"))
        }
        experience = words[f"experience_{row['experience']}"]
        sentences.append(escape(words["story_poor"].format(experience=experience, **amounts)))
    sure = [row for row in euros if row["is_demonstrable"]]
    if sure:
        row = max(sure, key=lambda row: row["euro_per_point"])
        said = words["story_euro"].format(
            metric=names[row["metric_code"]], euro=formats.euros(row["euro_per_point"], words)
        )
        sentences.append(escape(said))
    return sentences


def marks(rows: Sequence[Row], words: Words) -> list[str]:
    """The damage behind a mark of 8 or more, with its interval."""
    for row in rows:
        if (row["mark_band"], row["relation"], row["display"]) == ("8_plus", "weakened", "normal"):
            shares = {
                name: f"{formats.number(row[column], 0, words)}%"
                for name, column in (("share", "share_pct"), ("low", "ci_low"), ("high", "ci_high"))
            }
            return [escape(words["story_marks"].format(**shares))]
    return []


def blind_spots(blind: Sequence[Row], gaps: Sequence[Row], words: Words) -> str:
    """What is certainly missed most; without that mart, what the registration of resolution does not see."""
    for row in blind:
        if row["blindness_rank"] == 1 and row["display"] == "normal":
            return line([escape(sheets.blind_spots.told(row, words))], words)
    for row in sorted(gaps, key=lambda row: row["registration"], reverse=True):
        if row["gap_ci_low"] > 0 and row["overstated_pct"] is not None:
            said = escape(words["story_gap"]).format(
                registration=escape(words[f"registration_{row['registration']}"]),
                share=f"<em>{formats.number(row['overstated_pct'], 0, words)}%</em>",
            )
            return line([said], words)
    return line([escape(words["story_gap_none"])], words) if gaps else ""
