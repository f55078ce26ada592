"""Sheets of the emotions: what customers feel, what a high mark hides, and what a journey leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cards
import charts
import definition
import formats
import frame
from choices import label
from frame import Here
from tables import Column
from text import Words

from sheets.common import interval, number, period, sentence, share, text

Row = dict[str, Any]
BANDS = ("8_plus", "8", "9_10")
CUTS = ("journey", "channel")
# The row of journey_memory about every journey together.
ALL = "all"
RELATIONS = ("strengthened", "unchanged", "weakened")
TOLD_RELATIONS = (*RELATIONS, "not_strengthened")


def flower(at: Here, rows: Sequence[Row], emotions: Sequence[Row]) -> None:
    """How often each emotion is felt, and how intensely."""
    words = at.words
    if not rows or not emotions:
        with frame.panel("flower", words["flower_title"], "", words):
            frame.absent(at, "emotion_profile")
        return
    known = {(row["emotion_code"], row["intensity"]): row for row in emotions}
    named = [row | known[row["emotion_code"], row["intensity"]] for row in rows]
    neutral = next((row for row in rows if row["intensity"] == 0), None)
    said = words["flower_said"].format(
        neutral=share("share_pct", 0, words)(neutral) if neutral else "0%",
        period=sentence(period(words)(rows[0])),
        n=formats.number(rows[0]["n"], 0, words),
    )
    with frame.panel("flower", words["flower_title"], said, words):
        felt = [row for row in named if row["intensity"]]
        told = ", ".join(_said(petal, words) for petal in _petals(felt))
        frame.chart("flower", frame.drawn(at, _flower, felt), words["flower_alt"].format(emotions=told))
        columns = [
            Column("column_emotion", False, text(f"emotion_name_{words.language}")),
            Column("column_intensity", False, text(f"degree_name_{words.language}")),
            Column("column_count", True, number("emotion_count", 0, words)),
            Column("column_share", True, share("share_pct", 1, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 1, words)),
        ]
        order = sorted(named, key=lambda row: (row["display_position"] or 0, row["intensity"]))
        frame.evidence("flower", "emotion_profile", order, columns, words, rows)


def net_value(at: Here, rows: Sequence[Row], course: Sequence[Row], limits: definition.Limits) -> None:
    """Net Emotion Value as cards, by share and by intensity."""
    words = at.words
    with frame.panel("nev", words["nev_title"], words["nev_said"], words):
        if not any(cards.is_shown(row) for row in rows):
            frame.absent(at, "metric_values")
        else:
            frame.html(cards.row_of_cards(rows, course, at.view.grain, limits, words))


def marks(at: Here, rows: Sequence[Row]) -> None:
    """What a high mark did to the relation."""
    words = at.words
    found = {(row["mark_band"], row["relation"]): row for row in rows}
    if not found:
        with frame.panel("marks", words["marks_title"], "", words):
            frame.absent(at, "mark_divergence")
        return
    first = next(found[band, RELATIONS[0]] for band in BANDS if (band, RELATIONS[0]) in found)
    said = words["marks_said"].format(
        period=sentence(period(words)(first)), n=formats.number(first["n"], 0, words)
    )
    with frame.panel("marks", words["marks_title"], said, words):
        parts = {
            relation: share("share_pct", 0, words)(found[first["mark_band"], relation])
            for relation in RELATIONS
        }
        frame.chart("marks", frame.drawn(at, _marks, rows), words["marks_alt"].format(**parts))
        columns = [
            Column("column_mark", False, lambda row: words[f"band_{row['mark_band']}"]),
            Column("column_relation", False, lambda row: words[f"relation_{row['relation']}"]),
            Column("column_share", True, share("share_pct", 1, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        order = sorted(
            rows, key=lambda row: (BANDS.index(row["mark_band"]), TOLD_RELATIONS.index(row["relation"]))
        )
        frame.evidence("marks", "mark_divergence", order, columns, words)


def journeys(rows: Sequence[Row], words: Words) -> dict[str, str]:
    """Journeys with a line, the one that most customers made first: code to name."""
    by_size = sorted(rows, key=lambda row: -row["journey_count"])
    return {row["journey"]: row[f"journey_name_{words.language}"] for row in by_size}


def journey_line(at: Here, rows: Sequence[Row], journey: str) -> None:
    """The feeling along a journey, its peaks and its ends."""
    words = at.words
    points = sorted((row for row in rows if row["journey"] == journey), key=lambda row: row["line_position"])
    if not points:
        with frame.panel("line", words["line_title"].format(journey="…"), "", words):
            frame.absent(at, "journey_line")
        return
    first = points[0]
    title = words["line_title"].format(journey=first[f"journey_name_{words.language}"])
    said = words["line_said"].format(
        count=formats.number(first["journey_count"], 0, words), period=sentence(period(words)(first))
    )
    with frame.panel("line", title, said, words):
        names = journeys(rows, words)
        frame.select("journey", words["choose_journey"], names, journey, next(iter(names)))
        alt = words["line_alt"].format(
            count=len(points),
            first=number("mean_feeling", 1, words)(first),
            last=number("mean_feeling", 1, words)(points[-1]),
            peak=_moment(max(points, key=lambda row: row["peak_pct"]), words),
        )
        frame.chart("line", frame.drawn(at, _line, points, journey), alt)
        columns = [
            Column("column_moment", False, lambda row: _moment(row, words)),
            Column("column_feeling", True, number("mean_feeling", 2, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 2, words)),
            Column("column_peak", True, share("peak_pct", 0, words)),
            Column("column_end", True, share("end_pct", 0, words)),
            Column("column_n", True, number("moment_count", 0, words)),
        ]
        frame.evidence("line", "journey_line", points, columns, words)


def memory(at: Here, rows: Sequence[Row]) -> None:
    """What stays of a journey beside what it was."""
    words = at.words
    if not rows:
        with frame.panel("memory", words["memory_title"], "", words):
            frame.absent(at, "journey_memory")
        return
    ranked = sorted(rows, key=lambda row: (row["journey"] != ALL, row["remembering_gap"]))
    said = words["memory_said"].format(
        period=sentence(period(words)(ranked[0])), slope=_slopes(ranked[0], words)
    )
    with frame.panel("memory", words["memory_title"], said.strip(), words):
        found = sorted(row["remembering_gap"] for row in ranked)
        lowest, highest = (formats.number(gap, 1, words, signed=True) for gap in (found[0], found[-1]))
        alt = words["memory_alt"].format(count=len(ranked), lowest=lowest, highest=highest)
        frame.chart("memory", frame.drawn(at, _gaps, ranked), alt)
        columns = [
            Column("column_journey", False, text(f"journey_name_{words.language}")),
            Column("column_peak", True, number("peak_feeling", 2, words, signed=True)),
            Column("column_end", True, number("end_feeling", 2, words, signed=True)),
            Column("column_all_moments", True, number("mean_feeling", 2, words, signed=True)),
            Column("column_gap", True, number("remembering_gap", 2, words, signed=True)),
            Column(
                "column_interval",
                True,
                interval("remembering_gap_ci_low", "remembering_gap_ci_high", 2, words),
            ),
            Column("column_remembered", True, number("remembered", 2, words, signed=True)),
            Column("column_n", True, number("journey_count", 0, words)),
        ]
        frame.evidence("memory", "journey_memory", ranked, columns, words)


def signature(at: Here, rows: Sequence[Row], course: Sequence[Row], emotions: Sequence[Row]) -> None:
    """How far customers are from the feelings that the organisation wants to be known for."""
    words = at.words
    if not rows or not course:
        with frame.panel("signature", words["signature_title"], "", words):
            frame.absent(at, "emotional_distance")
        return
    names = {row["emotion_code"]: row[f"emotion_name_{words.language}"] for row in emotions}
    (row,) = rows
    said = words["signature_said"].format(
        missed=names.get(row["most_missed_emotion"], "–"),
        missed_points=number("most_missed_points", 0, words)(row),
        unwanted=names.get(row["most_unwanted_emotion"], "–"),
        unwanted_points=number("most_unwanted_points", 0, words)(row),
        period=sentence(period(words)(row)),
        n=formats.number(row["n"], 0, words),
    )
    with frame.panel("signature", words["signature_title"], said, words):
        alt = words["signature_alt"].format(
            count=len(course), last=formats.number(course[-1]["distance_pct"], 0, words)
        )
        frame.chart("signature", frame.drawn(at, _distances, course), alt)
        columns = [
            Column("column_period", False, period(words)),
            Column("column_distance", True, share("distance_pct", 1, words)),
            Column(
                "column_missed_emotion", False,
                lambda row: names.get(row["most_missed_emotion"], ""),
            ),
            Column("column_points", True, number("most_missed_points", 1, words)),
            Column(
                "column_unwanted_emotion", False,
                lambda row: names.get(row["most_unwanted_emotion"], ""),
            ),
            Column("column_points", True, number("most_unwanted_points", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]  # fmt: skip
        frame.evidence("signature", "emotional_distance", course, columns, words)


def consistency(at: Here, rows: Sequence[Row]) -> None:
    """Whether the feeling depends on the journey or the channel."""
    words = at.words
    if not rows:
        with frame.panel("consistency", words["consistency_title"], "", words):
            frame.absent(at, "emotional_consistency")
        return
    ordered = sorted(rows, key=lambda row: CUTS.index(row["dimension"]))
    parts = [words[f"consistency_{row['dimension']}"].format(share=_between(row, words)) for row in ordered]
    said = words["consistency_said"].format(
        parts=f" {words['story_and']} ".join(parts),
        period=sentence(period(words)(ordered[0])),
        n=formats.number(max(row["n"] for row in ordered), 0, words),
    )
    places = {
        (scope["scope_kind"], scope["scope_key"]): label(scope, words.language)
        for scope in frame.read(at.path, "scopes")
    }
    with frame.panel("consistency", words["consistency_title"], said, words):
        columns = [
            Column("column_cut", False, lambda row: words[f"scope_{row['dimension']}"]),
            Column("column_between", True, lambda row: _between(row, words)),
            Column("column_p", True, number("p_value", 3, words)),
            Column("column_lowest", False, lambda row: _part(row, "lowest_key", places)),
            Column("column_highest", False, lambda row: _part(row, "highest_key", places)),
            Column("column_parts", True, number("part_count", 0, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("consistency", "emotional_consistency", ordered, columns, words)


def _between(row: Row, words: Words) -> str:
    return f"{formats.number(100 * row['between_share'], 1, words)}%"


def _part(row: Row, column: str, places: Mapping[tuple[str, str], str]) -> str:
    return places.get((row["dimension"], row[column]), row[column] or "")


def richness(at: Here, rows: Sequence[Row]) -> None:
    """How much customers tell of an image, beside a mark."""
    words = at.words
    if not rows:
        with frame.panel("richness", words["richness_title"], "", words):
            frame.absent(at, "explanation_richness")
        return
    ordered = sorted(rows, key=lambda row: row["method"])
    said = words["richness_said"].format(period=sentence(period(words)(ordered[0])))
    with frame.panel("richness", words["richness_title"], said, words):
        parts = ", ".join(
            f"{words['method_' + row['method']]} {number('mean_qualifiers', 1, words)(row)}"
            for row in ordered
        )
        frame.chart(
            "richness", frame.drawn(at, _qualifiers, ordered), words["richness_alt"].format(parts=parts)
        )
        columns = [
            Column("column_method", False, lambda row: words[f"method_{row['method']}"]),
            Column("column_qualifiers", True, number("mean_qualifiers", 2, words)),
            Column("column_interval", True, interval("qualifiers_ci_low", "qualifiers_ci_high", 2, words)),
            Column("column_words", True, number("mean_words", 1, words)),
            Column("column_interval", True, interval("words_ci_low", "words_ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("richness", "explanation_richness", ordered, columns, words)


def _slopes(row: Row, words: Words) -> str:
    """How customers look back, of all journeys together; nothing where that cannot be told."""
    if row["journey"] != ALL or row["peak_end_slope"] is None or row["mean_slope"] is None:
        return ""
    parts = {
        f"{name}{end}": formats.number(row[f"{name}_slope{column}"], 1, words)
        for name in ("peak_end", "mean")
        for end, column in (("", ""), ("_low", "_ci_low"), ("_high", "_ci_high"))
    }
    return words["memory_slope"].format(**parts)


def _moment(row: Row, words: Words) -> str:
    column = f"touchpoint_name_{words.language}"  # not there in a snapshot of an older version
    name = {f"scope_name_{words.language}": row.get(column), "scope_key": row["touchpoint"]}
    return label(name, words.language)


def _petals(felt: Sequence[Row]) -> list[list[Row]]:
    """Rows per emotion in the order of the wheel, the intense first."""
    petals: dict[str, list[Row]] = {}
    for row in sorted(felt, key=lambda row: (row["display_position"], -row["intensity"])):
        petals.setdefault(row["emotion_code"], []).append(row)
    return list(petals.values())


def _said(petal: Sequence[Row], words: Words) -> str:
    part = formats.number(sum(row["share_pct"] for row in petal), 0, words)
    return f"{petal[0][f'emotion_name_{words.language}']} {part}%"


# Charts
# -----------------------------------------------------------------------------------------------------


def _flower(rows: Sequence[Row], words: Words) -> charts.Specification:
    petals = _petals(rows)
    longest = max(sum(row["emotion_count"] for row in petal) for petal in petals) or 1
    drawn = []
    for petal in petals:
        filled = 0
        for row in petal:
            filled += row["emotion_count"]
            is_edge = row is petal[-1]
            drawn.append(
                {
                    "emotion": row["emotion_code"],
                    "place": row["display_position"],
                    "intensity": row["intensity"],
                    "reach": filled / longest,
                    "said": _said(petal, words).replace(" ", "\n") if is_edge else "",
                }
            )
    return charts.flower(drawn, words)


def _marks(rows: Sequence[Row], words: Words) -> charts.Specification:
    signs = dict(zip(RELATIONS, ("▲", "=", "▼"), strict=True))
    names = {relation: f"{signs[relation]} {words[f'relation_{relation}']}" for relation in RELATIONS}
    return charts.shares(
        [
            {
                "label": words[f"band_{band}"],
                "part": names[row["relation"]],
                "at": RELATIONS.index(row["relation"]),
                "share": row["share_pct"],
                "said": f"{signs[row['relation']]} {share('share_pct', 0, words)(row)}",
            }
            for band in BANDS
            for row in rows
            if row["mark_band"] == band and row["relation"] in RELATIONS
        ],
        words,
        list(names.values()),
    )


def _gaps(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": row[f"journey_name_{words.language}"],
                "low": row["remembering_gap_ci_low"],
                "value": row["remembering_gap"],
                "high": row["remembering_gap_ci_high"],
                "tone": "none",
                "said": f"{number('remembering_gap', 1, words, signed=True)(row)} · "
                f"n = {formats.number(row['journey_count'], 0, words)}",
            }
            for row in rows
        ],
        words,
        words["memory_axis"],
    )


def _distances(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.courses(
        [
            {
                "period": formats.short_period(row["period_grain"], row["period_end"], words),
                "series": words["signature_axis"],
                **dict.fromkeys(("low", "value", "high"), row["distance_pct"]),
            }
            for row in rows
        ],
        words,
        words["signature_axis"],
    )


def _qualifiers(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": words[f"method_{row['method']}"],
                "low": row["qualifiers_ci_low"],
                "value": row["mean_qualifiers"],
                "high": row["qualifiers_ci_high"],
                "tone": "none",
                "said": f"{number('mean_qualifiers', 1, words)(row)} · n = {formats.number(row['n'], 0, words)}",
            }
            for row in rows
        ],
        words,
        words["richness_axis"],
    )


def _line(rows: Sequence[Row], words: Words, journey: str) -> charts.Specification:
    return charts.steps(
        [
            {
                "label": _moment(row, words),
                "low": row["ci_low"],
                "value": row["mean_feeling"],
                "high": row["ci_high"],
                "above": words["line_peak"].format(share=share("peak_pct", 0, words)(row)),
                "below": words["line_end"].format(share=share("end_pct", 0, words)(row)),
            }
            for row in rows
        ],
        words,
        words["line_axis"],
    )
