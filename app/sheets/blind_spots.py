"""Sheets of the blind spots: where the own figures disagree with what customers say or do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import charts
import formats
import frame
from frame import Here
from tables import Column
from text import Words

from sheets.common import interval, number, period, sentence, share, span, text

Row = dict[str, Any]
CLICKS = ("click", "neutral", "no_click")
BANDS = ("promoter", "passive", "detractor")


def ranking(at: Here, rows: Sequence[Row]) -> None:
    """Blind spots by how much is certainly missed."""
    words = at.words
    if not rows:
        with frame.panel("blind", words["blind_title"], "", words):
            frame.absent(at, "blind_spots")
        return
    ranked = sorted(rows, key=lambda row: row["blindness_rank"])
    said = words["blind_said"].format(period=sentence(span(ranked[0], words)))
    with frame.panel("blind", words["blind_title"], said, words):
        first = ranked[0][f"blind_spot_name_{words.language}"]
        frame.chart(
            "blind",
            frame.drawn(at, _missed, ranked),
            words["blind_alt"].format(count=len(ranked), first=first),
        )
        columns = [
            Column("column_blind_spot", False, text(f"blind_spot_name_{words.language}")),
            Column("column_missed", True, share("missed_pct", 1, words)),
            Column("column_interval", True, interval("missed_pct_ci_low", "missed_pct_ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
            Column("column_sentence", False, lambda row: told(row, words)),
        ]
        frame.evidence("blind", "blind_spots", ranked, columns, words)


def told(row: Row, words: Words) -> str:
    """The sentence of a blind spot, its numbers filled in."""
    return row[f"sentence_{words.language}"].format(
        missed_pct=number("missed_pct", 0, words)(row),
        called_good_pct=number("called_good_pct", 0, words)(
            row
        ),  # empty where no own figure calls anything good
        n=number("n", 0, words)(row),
    )


def service_levels(at: Here, rows: Sequence[Row], outcome: str) -> None:
    """Which service levels move what customers experience."""
    words = at.words
    found = [row for row in rows if row["outcome_metric_code"] == outcome and row["effect"] is not None]
    if not found:
        with frame.panel("fit", words["fit_title"], "", words):
            frame.absent(at, "service_level_fit")
        return
    name = found[0][f"outcome_name_{words.language}"]
    said = words["fit_said"].format(outcome=name, period=span(found[0], words))
    ranked = sorted(found, key=lambda row: -row["effect"])
    with frame.panel("fit", words["fit_title"], said, words):
        verdicts = ", ".join(
            f"{row[f'service_level_name_{words.language}']}: {words['fit_' + row['verdict']]}"
            for row in ranked
        )
        alt = words["fit_alt"].format(count=len(ranked), outcome=name, verdicts=verdicts)
        frame.chart("fit", frame.drawn(at, _fits, ranked, outcome), alt)
        columns = [
            Column("column_service_level", False, text(f"service_level_name_{words.language}")),
            Column("column_effect", True, number("effect", 2, words, signed=True)),
            Column("column_interval", True, interval("effect_ci_low", "effect_ci_high", 2, words)),
            Column("column_verdict", False, lambda row: words[f"fit_{row['verdict']}"]),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("fit", "service_level_fit", ranked, columns, words)


def say_do(at: Here, rows: Sequence[Row]) -> None:
    """What customers said they would do beside what they did."""
    words = at.words
    if not rows:
        with frame.panel("say", words["say_title"], "", words):
            frame.absent(at, "say_do")
        return
    ordered = sorted(rows, key=lambda row: (row["behaviour"], BANDS.index(row["band"])))
    said = words["say_said"].format(days=rows[0]["follow_up_days"], period=sentence(span(rows[0], words)))
    with frame.panel("say", words["say_title"], said, words):
        parts = "; ".join(f"{_band_did(row, words)} {share('did_pct', 1, words)(row)}" for row in ordered)
        frame.chart("say", frame.drawn(at, _did, ordered), words["say_alt"].format(parts=parts))
        columns = [
            Column("column_behaviour", False, lambda row: words[f"behaviour_{row['behaviour']}"]),
            Column("column_said", False, lambda row: words[f"bands_{row['band']}"]),
            Column("column_did", True, share("did_pct", 1, words)),
            Column("column_interval", True, interval("did_pct_ci_low", "did_pct_ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("say", "say_do", ordered, columns, words)


def gaps(at: Here, rows: Sequence[Row], course: Sequence[Row]) -> None:
    """Resolution as registered against resolution as perceived."""
    words = at.words
    said = words["gap_said"].format(n=formats.number(max(row["n"] for row in rows), 0, words)) if rows else ""
    with frame.panel("gap", words["gap_title"], said, words):
        if not rows:
            frame.absent(at, "resolution_gap")
            return
        last = formats.number(course[-1]["gap"], 1, words)
        alt = words["gap_alt"].format(count=len({row["period_start"] for row in course}), last=last)
        frame.chart("gap", frame.drawn(at, _gaps, course), alt)
        columns = [
            Column("column_registration", False, lambda row: words[f"registration_{row['registration']}"]),
            Column("column_period", False, period(words)),
            Column("column_gap", True, number("gap", 1, words, signed=True)),
            Column("column_interval", True, interval("gap_ci_low", "gap_ci_high", 1, words)),
            Column("column_overstated", True, share("overstated_pct", 1, words)),
            Column("column_understated", True, share("understated_pct", 1, words)),
            Column("column_n", True, number("n", 0, words)),
        ]
        frame.evidence("gap", "resolution_gap", course, columns, words)


def clicks(at: Here, rows: Sequence[Row]) -> None:
    """Clicks of employee and customer on the same contact."""
    words = at.words
    if not rows:
        with frame.panel("clicks", words["clicks_title"], "", words):
            frame.absent(at, "emo_click_agreement")
        return
    (row,) = rows
    numbers = {
        name: number(name, 2, words)(row) or "–" for name in ("kappa", "kappa_ci_low", "kappa_ci_high")
    }
    count = formats.number(row["n"], 0, words)
    said = words["clicks_said"].format(
        kappa=numbers["kappa"], low=numbers["kappa_ci_low"], high=numbers["kappa_ci_high"], n=count,
        period=sentence(period(words)(row)),
    )  # fmt: skip
    with frame.panel("clicks", words["clicks_title"], said, words):
        both = formats.number(row["click_click_count"], 0, words)
        frame.chart("clicks", frame.drawn(at, _clicks, rows), words["clicks_alt"].format(both=both, n=count))
        cells = [
            {"employee": words[f"click_{e}"], "customer": words[f"click_{c}"], "n": row[f"{e}_{c}_count"]}
            for e in CLICKS
            for c in CLICKS
        ]
        columns = [
            Column("clicks_employee", False, text("employee")),
            Column("clicks_customer", False, text("customer")),
            Column("column_contacts", True, number("n", 0, words)),
        ]
        frame.evidence("clicks", "emo_click_agreement", cells, columns, words, rows)


def _band_did(row: Row, words: Words) -> str:
    return f"{words['bands_' + row['band']]} {words['behaviour_' + row['behaviour']]}"


# Charts
# -----------------------------------------------------------------------------------------------------


def _missed(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": row[f"blind_spot_name_{words.language}"],
                "low": row["missed_pct_ci_low"],
                "value": row["missed_pct"],
                "high": row["missed_pct_ci_high"],
                "tone": "none",
                "said": f"{share('missed_pct', 0, words)(row)} · n = {formats.number(row['n'], 0, words)}",
            }
            for row in rows
        ],
        words,
        words["blind_axis"],
    )


def _fits(rows: Sequence[Row], words: Words, outcome: str) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": row[f"service_level_name_{words.language}"],
                "low": row["effect_ci_low"],
                "value": row["effect"],
                "high": row["effect_ci_high"],
                "tone": "better" if row["verdict"] == "moves_experience" else "none",
                "said": words[f"fit_{row['verdict']}"],
            }
            for row in rows
        ],
        words,
        words["fit_axis"].format(outcome=rows[0][f"outcome_name_{words.language}"]),
    )


def _did(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": _band_did(row, words),
                "low": row["did_pct_ci_low"],
                "value": row["did_pct"],
                "high": row["did_pct_ci_high"],
                "tone": "none",
                "said": f"{share('did_pct', 1, words)(row)} · n = {formats.number(row['n'], 0, words)}",
            }
            for row in rows
        ],
        words,
        words["say_axis"],
    )


def _gaps(rows: Sequence[Row], words: Words) -> charts.Specification:
    """Gap of both ways of registering over the periods."""
    return charts.courses(
        [
            {
                "period": formats.short_period(row["period_grain"], row["period_end"], words),
                "series": words[f"registration_{row['registration']}"],
                "low": row["gap_ci_low"],
                "value": row["gap"],
                "high": row["gap_ci_high"],
            }
            for row in rows
        ],
        words,
        words["gap_axis"],
    )


def _clicks(rows: Sequence[Row], words: Words) -> charts.Specification:
    (row,) = rows
    return charts.squares(
        [
            {
                "x": f"{words['clicks_customer']}:\n{words[f'click_{customer}']}",
                "y": f"{words['clicks_employee']}:\n{words[f'click_{employee}']}",
                "share": row[f"{employee}_{customer}_count"] / row["n"],
                "said": formats.number(row[f"{employee}_{customer}_count"], 0, words),
            }
            for employee in CLICKS
            for customer in CLICKS
        ]
    )
