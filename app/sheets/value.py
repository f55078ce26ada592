"""Sheets of the value: the chain to euros, what engagement is worth, what poor service costs, and what if."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import charts
import formats
import frame
import streamlit as st
from frame import Here
from tables import Column
from text import Words

from sheets.common import euros, interval, months, number, refusal

Row = dict[str, Any]
STAGES = (
    "employee_experience", "employee_engagement", "customer_experience", "customer_engagement", "result",
)  # fmt: skip
COMPONENTS = (
    "clv", "crv", "civ", "cfv", "cev", "allocated",
    "cfv_ideas", "cfv_contacts_prevented", "cfv_research", "cfv_recovered_margin",
)  # fmt: skip
TILES = COMPONENTS[:6]
EXPERIENCES = ("one_bad", "several_bad", "frustration")
LAGS = ("lag_0", "lag_1")


def chain(at: Here, links: Sequence[Row], euro: Sequence[Row], names: Mapping[str, str]) -> None:
    """The five stages with the links between them, and the euros at the end of each."""
    words = at.words
    with frame.panel("chain", words["chain_title"], words["chain_said"], words):
        if not links:
            frame.absent(at, "value_chain_links")
            return
        worth = {row["metric_code"]: row for row in euro if row["is_demonstrable"]}
        parts = []
        for before, after in pairwise(STAGES):
            here = sorted(
                (row for row in links if row["driver_stage"] == before), key=lambda row: row["position"]
            )
            found = "".join(_link(row, worth.get(row["outcome_metric_code"]), names, words) for row in here)
            parts.append(
                f'<li><div class="stage">{escape(words[f"stage_{before}"])} <i aria-hidden="true">→</i> '
                f"{escape(words[f'stage_{after}'])}</div><ul>{found}</ul></li>"
            )
        frame.html(f'<ol class="sc chain" lang="{words.language}">{"".join(parts)}</ol>')
        columns = [
            Column("column_link", False, lambda row: _pair(row, names, words)),
            Column("column_slope", True, number("slope", 2, words, signed=True)),
            Column("column_interval", True, interval("slope_ci_low", "slope_ci_high", 2, words)),
            Column("column_lag", False, lambda row: _lag(row, words)),
            Column("column_verdict", False, lambda row: _verdict(row, words)),
            Column("column_n", False, lambda row: _size(row, words)),
        ]
        order = sorted(links, key=lambda row: row["position"])
        frame.evidence("chain", "value_chain_links", order, columns, words)


def _link(row: Row, worth: Row | None, names: Mapping[str, str], words: Words) -> str:
    kind = "sure" if row["is_demonstrable"] else "unsure"
    if row["refusal_reason"]:
        told = [refusal(row, words)]
    else:
        bounds = {
            name: formats.number(row[f"slope{end}"], 2, words, signed=True)
            for name, end in (("slope", ""), ("low", "_ci_low"), ("high", "_ci_high"))
        }
        told = [words["link_slope"].format(**bounds), _lag(row, words), _size(row, words)]
    mark = "✓" if row["is_demonstrable"] else "–"
    said = " · ".join(told)
    euro = ""
    if worth:
        amount = formats.euros(worth["euro_per_point"], words)
        tag = words["link_euro"].format(euro=amount, metric=_name(worth["metric_code"], names, words))
        euro = f'<span class="euro">{escape(tag)}</span>'
    return (
        f'<li class="{kind}"><b><i aria-hidden="true">{mark}</i> {escape(_pair(row, names, words))}</b>'
        f'<span class="pill">{escape(_verdict(row, words))}</span>{euro}<small>{escape(said)}</small></li>'
    )


def _name(code: str, names: Mapping[str, str], words: Words) -> str:
    return names.get(code) or words["retention_name"]


def _pair(row: Row, names: Mapping[str, str], words: Words) -> str:
    return " → ".join(_name(row[f"{side}_metric_code"], names, words) for side in ("driver", "outcome"))


def _lag(row: Row, words: Words) -> str:
    if row["lag_periods"] is None:
        return ""
    if row["lag_periods"] < len(LAGS):
        return words[LAGS[row["lag_periods"]]]
    return words["lag_more"].format(count=row["lag_periods"])


def _verdict(row: Row, words: Words) -> str:
    if row["refusal_reason"]:
        return words["state_refused"]
    return words["link_demonstrated" if row["is_demonstrable"] else "link_not_demonstrated"]


def _size(row: Row, words: Words) -> str:
    if row["unit_count"] is None:
        return ""
    return words["link_size"].format(units=row["unit_count"], periods=row["period_count"])


def per_point(at: Here, rows: Sequence[Row], names: Mapping[str, str]) -> None:
    """Euros per point of the drivers, which share one scale; all other measures are in the table."""
    words = at.words
    known = [row for row in rows if row["euro_per_point"] is not None]
    same_scale = [row for row in known if row["metric_code"].startswith("driver_")]
    with frame.panel("euro", words["euro_title"], words["euro_said"], words):
        if not same_scale:
            frame.absent(at, "euro_per_point")
            return
        ranked = sorted(same_scale, key=lambda row: -row["euro_per_point"])
        said = [formats.euros(row["euro_per_point"], words) for row in ranked]
        alt = words["euro_alt"].format(count=len(ranked), lowest=said[-1], highest=said[0])
        labelled = [row | {"label": names[row["metric_code"]]} for row in ranked]
        frame.chart("euro", frame.drawn(at, _euros, labelled), alt)
        columns = [
            Column("column_metric", False, lambda row: names[row["metric_code"]]),
            Column("column_euro", True, euros("euro_per_point", words)),
            Column("column_interval", True, _between("euro_per_point", words)),
            Column(
                "column_verdict", False,
                lambda row: words["link_demonstrated" if row["is_demonstrable"] else "link_not_demonstrated"],
            ),
            Column("column_n", True, number("answer_count", 0, words)),
        ]  # fmt: skip
        frame.evidence(
            "euro", "euro_per_point", sorted(rows, key=lambda row: names[row["metric_code"]]), columns, words
        )


def _between(column: str, words: Words) -> Any:
    """Text of an interval in euros."""

    def said(row: Row) -> str:
        if row[f"{column}_ci_low"] is None:
            return ""
        low, high = (formats.euros(row[f"{column}_ci_{end}"], words) for end in ("low", "high"))
        return words["bounds"].format(low=low, high=high)

    return said


def engagement(at: Here, rows: Sequence[Row]) -> None:
    """Customer engagement value by component."""
    words = at.words
    found = {row["component"]: row for row in rows}
    if not found:
        with frame.panel("cev", words["cev_title"], "", words):
            frame.absent(at, "engagement_value_by_scope")
        return
    count = formats.number(max(row["customer_count"] for row in rows), 0, words)
    with frame.panel("cev", words["cev_title"], words["cev_said"].format(count=count), words):
        tiles = "".join(_tile(found[name], words) for name in TILES if name in found)
        frame.html(f'<ul class="sc tiles" lang="{words.language}">{tiles}</ul>')
        columns = [
            Column("column_component", False, lambda row: words[f"component_{row['component']}"]),
            Column("column_per_customer", True, lambda row: _cents(row["mean_eur"], words)),
            Column(
                "column_interval", True,
                lambda row: words["bounds"].format(
                    low=_cents(row["mean_eur_ci_low"], words), high=_cents(row["mean_eur_ci_high"], words)
                ),
            ),
            Column("column_total", True, euros("total_eur", words)),
            Column("column_n", True, number("customer_count", 0, words)),
        ]  # fmt: skip
        order = sorted(rows, key=lambda row: COMPONENTS.index(row["component"]))
        frame.evidence("cev", "engagement_value_by_scope", order, columns, words)


def _tile(row: Row, words: Words) -> str:
    bounds = words["interval"].format(
        low=_cents(row["mean_eur_ci_low"], words), high=_cents(row["mean_eur_ci_high"], words)
    )
    total = ""
    if row["total_eur"] is not None:
        total = (
            f"<span>{escape(words['cev_total'].format(total=formats.euros(row['total_eur'], words)))}</span>"
        )
    name, mean = words[f"component_{row['component']}"], _cents(row["mean_eur"], words)
    return f"<li><span>{escape(name)}</span><b>{escape(mean)}</b><span>{escape(bounds)}</span>{total}</li>"


def _cents(amount: float, words: Words) -> str:
    return formats.value({"unit": "eur", "decimals": 2}, amount, words)


def poor_service(at: Here, rows: Sequence[Row]) -> None:
    """Margin lost with customers who left after poor service."""
    words = at.words
    known = [row for row in rows if row["margin_lost_eur"] is not None]
    if not known:
        with frame.panel("poor", words["poor_title"], "", words):
            if rows:
                frame.empty(words["absent_title"], refusal(rows[0], words), words)
            else:
                frame.absent(at, "cost_of_poor_service")
        return
    said = words["poor_said"].format(period=months(known[0]["first_month"], known[0]["last_month"], words))
    ranked = sorted(known, key=lambda row: EXPERIENCES.index(row["experience"]))
    with frame.panel("poor", words["poor_title"], said, words):
        parts = ", ".join(
            f"{words['experience_' + row['experience']]} {formats.euros(row['margin_lost_eur'], words)}"
            for row in ranked
        )
        frame.chart("poor", frame.drawn(at, _costs, ranked), words["poor_alt"].format(parts=parts))
        columns = [
            Column("column_experience", False, lambda row: words[f"experience_{row['experience']}"]),
            Column("column_margin", True, euros("margin_lost_eur", words)),
            Column("column_interval", True, _between("margin_lost_eur", words)),
            Column("column_customers_lost", True, number("customers_lost", 0, words)),
            Column(
                "column_interval", True, interval("customers_lost_ci_low", "customers_lost_ci_high", 0, words)
            ),
            Column("column_customers", True, number("customer_count", 0, words)),
        ]
        frame.evidence("poor", "cost_of_poor_service", ranked, columns, words)


def what_if(at: Here, links: Sequence[Row], euro: Sequence[Row], names: Mapping[str, str]) -> None:
    """A change the reader tries, carried along demonstrated links to euros by the statistics of the project."""
    from service_control.statistics.results import Refusal
    from service_control.what_if import what_if_of_rows

    words = at.words
    paths = _paths(links, euro)
    with frame.panel("whatif", words["whatif_title"], words["whatif_said"], words):
        if not paths:
            frame.absent(at, "euro_per_point")
            return
        labels = {">".join(codes): " → ".join(_name(code, names, words) for code in codes) for codes in paths}
        path = frame.chosen("whatif", list(labels))
        frame.select("whatif", words["choose_whatif"], labels, path, next(iter(labels)))
        along, last = paths[tuple(path.split(">"))]
        level, lowest, highest = _range(along, last)
        points = _points(at, level, lowest, highest)
        level_of_significance = next(
            row["value"]
            for row in frame.read(at.path, "assumptions")
            if row["assumption_code"] == "significance_level"
        )
        found = what_if_of_rows(points, along, last, significance_level=level_of_significance)
        if isinstance(found, Refusal):
            row = {
                "refusal_reason": found.reason,
                "refusal_needed": found.needed,
                "refusal_found": found.found,
            }
            frame.note(refusal(row, words), words)
            return
        bounds = sorted((found.euros.low, found.euros.high))
        first = path.split(">")[0]
        said = words["whatif_result"].format(
            euro=formats.euros(found.euros.value, words),
            low=formats.euros(bounds[0], words),
            high=formats.euros(bounds[1], words),
        )
        reached = words["whatif_from"].format(
            metric=_name(first, names, words),
            level=formats.number(level, DECIMALS, words),
            reached=formats.number(level + points, DECIMALS, words),
        )
        frame.html(
            f'<div class="sc result" role="status" lang="{words.language}"><small>{escape(reached)}</small>'
            f"<b>{escape(said)}</b></div>"
        )


DECIMALS = 2
# A slider over all that was ever measured has at least so many stops.
STOPS = 7


def _paths(links: Sequence[Row], euro: Sequence[Row]) -> dict[tuple[str, ...], tuple[list[Row], Row]]:
    """Every way along demonstrated links to demonstrated euros: codes of the metrics to the rows, the shortest
    first."""
    sure = [row for row in links if row["is_demonstrable"]]
    found = {(row["metric_code"],): ([], row) for row in euro if row["is_demonstrable"]}
    ways = list(found.items())
    while ways:
        ways = [
            ((link["driver_metric_code"], *codes), ([link, *along], last))
            for codes, (along, last) in ways
            for link in sure
            if link["outcome_metric_code"] == codes[0] and link["driver_metric_code"] not in codes
        ]
        found |= dict(ways)
    return found


def _range(along: Sequence[Row], last: Row) -> tuple[float, float, float]:
    """Level of the first measure, and the lowest and highest that was seen of it."""
    row, name = (along[0], "driver") if along else (last, "metric")
    return row[f"{name}_level"], row[f"{name}_lowest"], row[f"{name}_highest"]


def _points(at: Here, level: float, lowest: float, highest: float) -> float:
    """The change that the reader tries, within what was ever measured; a step up until another is picked."""
    step = 10.0 ** math.floor(math.log10((highest - lowest) / STOPS))
    first, last = (math.trunc((edge - level) / step) for edge in (lowest, highest))
    changes = {f"{stop * step:g}": stop * step for stop in range(first, last + 1)}
    default = f"{min(1, last) * step:g}"
    asked = st.query_params.get("points", default)
    st.session_state["choice_points"] = asked if asked in changes else default
    picked = st.select_slider(
        at.words["choose_points"].format(level=formats.number(level, DECIMALS, at.words)),
        list(changes),
        format_func=lambda name: formats.number(changes[name], DECIMALS, at.words, signed=True),
        key="choice_points",
        on_change=frame.remember,
        args=("points", default),
    )
    return changes[picked]


# Charts
# -----------------------------------------------------------------------------------------------------


def _euros(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": row["label"],
                "low": row["euro_per_point_ci_low"],
                "value": row["euro_per_point"],
                "high": row["euro_per_point_ci_high"],
                "tone": "none",
                "said": formats.euros(row["euro_per_point"], words)
                + ("" if row["is_demonstrable"] else f" · {words['link_not_demonstrated']}"),
            }
            for row in rows
        ],
        words,
        words["euro_axis"],
    )


def _costs(rows: Sequence[Row], words: Words) -> charts.Specification:
    return charts.dots(
        [
            {
                "label": words[f"experience_{row['experience']}"],
                "low": row["margin_lost_eur_ci_low"],
                "value": row["margin_lost_eur"],
                "high": row["margin_lost_eur_ci_high"],
                "tone": "none",
                "said": formats.euros(row["margin_lost_eur"], words),
            }
            for row in rows
        ],
        words,
        words["poor_axis"],
    )
