"""Sheets of the drivers: what makes or breaks an outcome, and how the organisation does on each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import charts
import formats
import frame
from frame import Here
from tables import Column
from text import Words

from sheets.common import (
    count_range,
    interval,
    number,
    period,
    refusal,
    sentence,
    share,
    span,
    text,
)

Row = dict[str, Any]
EXPECTATIONS = ("below", "as_expected", "above")


def compared(at: Here, scores: Sequence[Row]) -> list[Row]:
    """driver_scores with the comparison that the reader chose; the mart itself has the previous period."""
    view = at.view
    found = frame.read(at.path, "comparisons", view.grain, view.comparison, view.kind, view.key)
    changes = {(row["metric_code"], row["period_start"]): row for row in found}
    nothing = {
        "comparison": None,
        "comparison_period_start": None,
        "change": None,
        "p_value": None,
        "verdict": "not_compared",
    }
    rows = []
    for row in scores:
        change = changes.get((row["metric_code"], row["period_start"]), nothing)
        rows.append(row | {column: change[column] for column in nothing})
    return rows


def as_figures(scores: Sequence[Row]) -> list[Row]:
    """Rows of driver_scores as figures with a name, a unit and a value."""
    return [
        row
        | {
            "metric_name_en": row["driver_name_en"],
            "metric_name_nl": row["driver_name_nl"],
            "value": row["mean_score"],
            "unit": "score",
            "decimals": 2,
        }
        for row in scores
    ]


def drivers(at: Here, scores: Sequence[Row], kind: str) -> None:
    """Means of the drivers of one kind."""
    words, title = at.words, at.words[f"drivers_{kind}"]
    rows = sorted(
        (row for row in scores if row["driver_kind"] == kind), key=lambda row: row["display_position"]
    )
    if not rows:
        with frame.panel(kind, title, "", words):
            frame.absent(at, "driver_scores")
        return
    said = words["read_interval"].format(
        period=sentence(period(words)(rows[0])), **count_range([row["n"] for row in rows], words)
    )
    means = [
        formats.number(row["mean_score"], 2, words) for row in sorted(rows, key=lambda r: r["mean_score"])
    ]
    with frame.panel(kind, title, said, words):
        alt = words["drivers_alt"].format(title=title, count=len(rows), lowest=means[0], highest=means[-1])
        frame.chart(kind, frame.drawn(at, _means, rows, kind), alt)
        columns = [
            Column("column_driver", False, text(f"driver_name_{words.language}")),
            Column("column_mean", True, number("mean_score", 2, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 2, words)),
            Column("column_favourable", True, share("top_box_pct", 1, words)),
            Column("column_n", True, number("n", 0, words)),
            Column("column_change", True, number("change", 2, words, signed=True)),
            Column("column_verdict", False, lambda row: words[f"verdict_{row['verdict']}"]),
            Column("column_period", False, period(words)),
        ]
        whole = {row["driver_code"] for row in rows}
        as_in_mart = [
            row
            for row in frame.mart(at, "latest", "driver_scores", *at.figures)
            if row["driver_code"] in whole
        ]
        frame.evidence(kind, "driver_scores", rows, columns, words, as_in_mart)


def pyramid(at: Here, rows: Sequence[Row]) -> None:
    """The levels of the service experience, from promise kept to a good feeling."""
    words = at.words
    scored = [row for row in rows if row["level_score"] is not None]
    said = words["pyramid_said"].format(period=sentence(period(words)(rows[0]))) if scored else ""
    with frame.panel("pyramid", words["pyramid_title"], said, words):
        if not scored:
            frame.absent(at, "service_pyramid")
            return
        levels = {
            row[f"level_name_{words.language}"]: formats.number(row["level_score"], 1, words)
            for row in scored
        }
        alt = words["pyramid_alt"].format(
            levels=", ".join(f"{name} {score}" for name, score in levels.items())
        )
        frame.chart("pyramid", frame.drawn(at, _levels, rows), alt)
        columns = [
            Column("column_level", False, text(f"level_name_{words.language}")),
            Column("column_metric", False, text(f"metric_name_{words.language}")),
            Column("column_score", True, number("score", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("pyramid", "service_pyramid", rows, columns, words)


def items(at: Here, rows: Sequence[Row]) -> None:
    """Every survey question with its score: only a table."""
    words = at.words
    said = ""
    if rows:
        latest = max(row["period_start"] for row in rows)
        said = words["items_said"].format(period=formats.period("month", latest, latest, words))
    with frame.panel("items", words["items_title"], said, words):
        if not rows:
            frame.absent(at, "item_scores")
            return
        columns = [
            Column("column_question", False, text(f"item_label_{words.language}")),
            Column("column_mean", True, number("mean_score", 2, words)),
            Column("column_interval", True, interval("ci_low", "ci_high", 2, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("items", "item_scores", rows, columns, words)


def impact(at: Here, rows: Sequence[Row], instead: bool) -> None:
    """Importance against performance of the drivers of one outcome."""
    words = at.words
    outcome = _outcome(rows, words)
    if any(row["marginal_effect_pct"] is not None for row in rows):
        effects(at, rows, instead)
        return
    with_answer = [row for row in rows if row["share_pct"] is not None]
    title = words["impact_title"].format(outcome=outcome)
    if not with_answer:
        with frame.panel("impact", title, "", words):
            _refused(at, rows, "driver_impact", instead)
        return
    first = with_answer[0]
    said = words["impact_said"].format(
        r2=f"{formats.number(100 * first['r_squared'], 0, words)}%",
        outcome=outcome,
        n=formats.number(first["n"], 0, words),
        period=span(first, words),
    )
    ranked = sorted(with_answer, key=lambda row: -row["share_pct"])
    with frame.panel("impact", title, said, words):
        _instead(at, instead)
        sure = [row for row in ranked if row["importance_rank"] is not None]
        alt = words["impact_alt" if sure else "impact_alt_none"].format(
            count=len(ranked), outcome=outcome, first=_driver(sure[0], words) if sure else ""
        )
        frame.chart("impact", frame.drawn(at, _importance, ranked, ranked[0]["outcome_metric_code"]), alt)
        frame.html(_list(ranked, words))
        columns = [
            Column("column_driver", False, text(f"driver_name_{words.language}")),
            Column("column_importance", True, share("share_pct", 1, words)),
            Column("column_interval", True, interval("share_pct_ci_low", "share_pct_ci_high", 1, words)),
            Column("column_performance", True, number("performance", 1, words)),
            Column("column_effect", False, lambda row: words[f"state_{row['state']}"]),
            Column(
                "column_quadrant",
                False,
                lambda row: words[f"quadrant_{row['quadrant']}"] if row["quadrant"] else "",
            ),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("impact", "driver_impact", ranked, columns, words)


def effects(at: Here, rows: Sequence[Row], instead: bool) -> None:
    """What a point on each driver goes along with, for an outcome that happens or not."""
    words = at.words
    ranked = sorted(
        (row for row in rows if row["marginal_effect_pct"] is not None),
        key=lambda row: row["marginal_effect_pct"],
    )
    first = ranked[0]
    outcome = _outcome(rows, words)
    said = words["effect_said"].format(
        outcome=outcome,
        n=formats.number(first["n"], 0, words),
        events=formats.number(first["event_count"], 0, words),
        period=span(first, words),
    )
    with frame.panel("impact", words["impact_title"].format(outcome=outcome), said, words):
        _instead(at, instead)
        told = ", ".join(
            f"{_driver(row, words)} {number('marginal_effect_pct', 2, words, signed=True)(row)}"
            for row in ranked
        )
        alt = words["effect_alt"].format(outcome=outcome, effects=told)
        frame.chart("impact", frame.drawn(at, _effects, ranked, first["outcome_metric_code"]), alt)
        columns = [
            Column("column_driver", False, text(f"driver_name_{words.language}")),
            Column("column_effect", True, number("marginal_effect_pct", 2, words, signed=True)),
            Column(
                "column_interval",
                True,
                interval("marginal_effect_pct_ci_low", "marginal_effect_pct_ci_high", 2, words),
            ),
            Column("column_verdict", False, lambda row: words[f"state_{row['state']}"]),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("impact", "driver_impact", ranked, columns, words)


def asymmetry(at: Here, rows: Sequence[Row], instead: bool) -> None:
    """What a low and what a high answer on each driver go along with."""
    words = at.words
    found = [row for row in rows if row["penalty"] is not None]
    if not found:
        with frame.panel("asymmetry", words["asymmetry_title"], "", words):
            _refused(at, rows, "driver_asymmetry", instead)
        return
    said = words["asymmetry_said"].format(
        outcome=_outcome(rows, words), n=formats.number(found[0]["n"], 0, words)
    )
    ranked = sorted(found, key=lambda row: row["penalty"])
    with frame.panel("asymmetry", words["asymmetry_title"], said, words):
        _instead(at, instead)
        basic = [_driver(row, words) for row in ranked if row["pattern"] == "basic"]
        alt = words["asymmetry_alt"].format(count=len(ranked), basic=", ".join(basic) or "–")
        frame.chart("asymmetry", frame.drawn(at, _contrasts, ranked, ranked[0]["outcome_metric_code"]), alt)
        columns = [
            Column("column_driver", False, text(f"driver_name_{words.language}")),
            Column("column_penalty", True, number("penalty", 2, words, signed=True)),
            Column("column_interval", True, interval("penalty_ci_low", "penalty_ci_high", 2, words)),
            Column("column_reward", True, number("reward", 2, words, signed=True)),
            Column("column_interval", True, interval("reward_ci_low", "reward_ci_high", 2, words)),
            Column("column_pattern", False, lambda row: words[f"pattern_{row['pattern']}"]),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("asymmetry", "driver_asymmetry", ranked, columns, words)


def expectation(at: Here, rows: Sequence[Row], instead: bool) -> None:
    """The outcome below, as and above what customers expected."""
    words = at.words
    row = next((row for row in rows if not row["is_refused"]), None)
    if row is None:
        with frame.panel("expectation", words["expectation_title"], "", words):
            _refused(at, rows, "expectation_curve", instead)
        return
    ratio = ""
    if row["loss_gain_ratio"] is not None:
        ratio = words["expectation_ratio"].format(
            ratio=formats.number(row["loss_gain_ratio"], 1, words),
            low=formats.number(row["loss_gain_ratio_ci_low"], 1, words),
            high=formats.number(row["loss_gain_ratio_ci_high"], 1, words),
        )
    outcome = _outcome([row], words)
    said = words["expectation_said"].format(
        outcome=outcome, n=formats.number(row["n"], 0, words), ratio=ratio
    )
    with frame.panel("expectation", words["expectation_title"], said.strip(), words):
        _instead(at, instead)
        means = {name: formats.number(row[name], 1, words) for name in EXPECTATIONS}
        frame.chart(
            "expectation", frame.drawn(at, _expectations, [row]), words["expectation_alt"].format(**means)
        )
        cells = [
            {
                "label": words[f"expectation_{name}"],
                "n": row[f"{name}_n"],
                **{
                    part: row[f"{name}{end}"]
                    for part, end in (("mean", ""), ("low", "_ci_low"), ("high", "_ci_high"))
                },
            }
            for name in EXPECTATIONS
        ]
        columns = [
            Column("column_expectation", False, text("label")),
            Column("column_mean", True, number("mean", 2, words)),
            Column("column_interval", True, interval("low", "high", 2, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("expectation", "expectation_curve", cells, columns, words, rows)


def outcomes(rows: Sequence[Row], words: Words) -> dict[str, str]:
    """Outcomes that drivers were weighed for, by code, those of customers first."""
    found = sorted(rows, key=lambda row: (row["audience"], row["outcome_metric_code"]))
    return {row["outcome_metric_code"]: row[f"outcome_name_{words.language}"] for row in found}


def _outcome(rows: Sequence[Row], words: Words) -> str:
    return rows[0][f"outcome_name_{words.language}"] if rows else words["choose_outcome"].lower()


def _driver(row: Row, words: Words) -> str:
    return row[f"driver_name_{words.language}"]


def _instead(at: Here, instead: bool) -> None:
    if instead:
        frame.note(at.words["organisation_instead"], at.words)


def _refused(at: Here, rows: Sequence[Row], mart: str, instead: bool) -> None:
    """No chart: the mart says why, or has nothing."""
    refused = [row for row in rows if row["refusal_reason"]]
    if refused:
        _instead(at, instead)
        frame.empty(at.words["absent_title"], refusal(refused[0], at.words), at.words)
    else:
        frame.absent(at, mart)


def _list(ranked: Sequence[Row], words: Words) -> str:
    """The legend of the numbers: name, importance and advice."""
    items = "".join(
        f"<li><b>{escape(_driver(row, words))}</b> {escape(share('share_pct', 0, words)(row))} · "
        f"{escape(_advice(row, words))}</li>"
        for row in ranked
    )
    return f'<ol class="sc numbered" lang="{words.language}">{items}</ol>'


def _advice(row: Row, words: Words) -> str:
    # A driver without a demonstrated effect is not to be ranked, nor steered by.
    return words[f"quadrant_{row['quadrant']}" if row["importance_rank"] else f"state_{row['state']}"]


# Charts
# -----------------------------------------------------------------------------------------------------


def _means(rows: Sequence[Row], words: Words, kind: str) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": _driver(row, words),
                "low": row["ci_low"],
                "value": row["mean_score"],
                "high": row["ci_high"],
                "tone": row["verdict"] if row["verdict"] in ("better", "worse") else "none",
                "said": " ".join(
                    filter(None, (formats.number(row["mean_score"], 2, words), _verdict(row, words)))
                ),
            }
            for row in rows
        ],
        words,
        words["chart_scale"],
    )


def _verdict(row: Row, words: Words) -> str:
    if row["verdict"] not in ("better", "worse"):
        return ""
    return f"{'▲' if row['change'] > 0 else '▼'} {words['verdict_' + row['verdict']]}"


def _levels(rows: Sequence[Row], words: Words) -> charts.Specification:
    """The highest level on top."""
    levels = {row["level_number"]: row for row in rows if row["level_score"] is not None}
    return charts.dots(
        [
            {
                "label": row[f"level_name_{words.language}"],
                "low": row["level_ci_low"],
                "value": row["level_score"],
                "high": row["level_ci_high"],
                "tone": "none",
                "said": formats.number(row["level_score"], 1, words)
                + (f" · {words['pyramid_weakest']}" if row["is_weakest_level"] else ""),
            }
            for _, row in sorted(levels.items(), reverse=True)
        ],
        words,
        words["chart_score"],
    )


def _importance(rows: Sequence[Row], words: Words, outcome: str) -> charts.Specification:
    return charts.scatter(
        [
            {
                "x": row["performance"],
                "low": row["share_pct_ci_low"],
                "value": row["share_pct"],
                "high": row["share_pct_ci_high"],
                "said": str(place),
                "is_sure": row["importance_rank"] is not None,
            }
            for place, row in enumerate(rows, 1)
        ],
        words,
        words["impact_x"],
        words["impact_y"],
    )


def _effects(rows: Sequence[Row], words: Words, outcome: str) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": _driver(row, words),
                "low": row["marginal_effect_pct_ci_low"],
                "value": row["marginal_effect_pct"],
                "high": row["marginal_effect_pct_ci_high"],
                "tone": "none",
                "said": number("marginal_effect_pct", 2, words, signed=True)(row)
                + (f" · {words['state_demonstrated']}" if row["state"] == "demonstrated" else ""),
            }
            for row in rows
        ],
        words,
        words["effect_axis"],
    )


def _contrasts(rows: Sequence[Row], words: Words, outcome: str) -> charts.Specification:
    sides = {side: words[f"asymmetry_{side}"] for side in ("penalty", "reward")}
    return charts.contrasts(
        [
            {
                "label": _driver(row, words),
                "side": name,
                "low": row[f"{side}_ci_low"],
                "value": row[side],
                "high": row[f"{side}_ci_high"],
                "said": words[f"pattern_{row['pattern']}"]
                if side == "penalty" and row["pattern"] in ("basic", "excitement")
                else "",
            }
            for row in rows
            for side, name in sides.items()
        ],
        words,
        words["asymmetry_axis"],
        *sides.values(),
    )


def _expectations(rows: Sequence[Row], words: Words) -> charts.Specification:
    (row,) = rows
    return charts.steps(
        [
            {
                "label": words[f"expectation_{name}"],
                "low": row[f"{name}_ci_low"],
                "value": row[name],
                "high": row[f"{name}_ci_high"],
                "above": formats.number(row[name], 1, words),
                "below": f"n = {formats.number(row[f'{name}_n'], 0, words)}",
            }
            for name in EXPECTATIONS
        ],
        words,
        row[f"outcome_name_{words.language}"],
    )
