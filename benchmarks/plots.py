"""Plots of the results as SVG files, readable on a white page.

Belongs here: drawing. Not here: what is in a result (results.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt

from benchmarks.measuring import OK

WIDTH, HEIGHT = 640, 340
MODELS = 12
# Colour-blind safe (Okabe and Ito); the same way has the same colour in every plot.
COLOURS = {
    "whole build, first": "#d55e00",
    "whole build, second": "#e69f00",
    "dbt build": "#0072b2",
    "bare SQL": "#56b4e9",
    "Polars": "#cc79a7",
    "Spark": "#f0c000",
    "PostgreSQL": "#009e73",
    "raw scan": "#999999",
}
NAMES = {
    "build, first": "whole build, first",
    "build, second": "whole build, second",
    "dbt": "dbt build",
    "bare": "bare SQL",
    "polars": "Polars",
    "spark, second": "Spark",
    "postgres, second": "PostgreSQL",
    "scan": "raw scan",
}


def gigabytes(limit: str | None) -> float:
    """A memory limit such as 512MB or 4GB as a number, to sort by; 0 for a way that knows none."""
    number, unit = (limit or "0GB")[:-2], (limit or "0GB")[-2:]
    return float(number) / {"MB": 1000, "GB": 1}[unit]


def draw(results: Sequence[dict[str, Any]], stem: Path) -> list[Path]:
    """Write the plots that the results allow to <stem>_….svg. Returns their paths."""
    points = shown(results)
    charts = {
        "seconds": lines(points, "seconds", "seconds"),
        "memory": lines(points, "gigabytes", "peak memory, GB"),
        "models": bars(results),
    }
    paths = []
    for name, chart in charts.items():
        if chart is not None:
            path = stem.with_name(f"{stem.name}_{name}.svg")
            chart.configure_view(stroke=None).configure(background="white", font="sans-serif").save(path)
            paths.append(path)
    return paths


def shown(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One point per way and size: that of the largest limit that ended well."""
    found = {}
    for row in results:
        if row["name"] in NAMES and row["outcome"] == OK:
            limit = gigabytes(row["memory"])
            key = row["name"], row["size"]
            if key not in found or limit > found[key][0]:
                found[key] = limit, row
    return [
        {
            "way": NAMES[row["name"]],
            "answers": row["answers"],
            "seconds": row["seconds"],
            "gigabytes": row["peak_mb"] / 1000,
        }
        for _, row in found.values()
    ]


def lines(points: Sequence[dict[str, Any]], field: str, title: str) -> alt.Chart | None:
    """A value against answers, both logarithmic, a line per way; the numbers are in the tables."""
    if not points:
        return None
    sizes = sorted({point["answers"] for point in points})
    ways = [way for way in COLOURS if any(point["way"] == way for point in points)]
    base = alt.Chart(alt.Data(values=list(points)), width=WIDTH, height=HEIGHT).encode(
        x=alt.X("answers:Q", title="survey answers", axis=alt.Axis(format=".3~s", values=sizes)).scale(
            type="log", nice=False, padding=20
        ),
        y=alt.Y(f"{field}:Q", title=title, axis=alt.Axis(format="~g", tickCount=6)).scale(type="log"),
        color=alt.Color("way:N", title=None, sort=ways).scale(
            domain=ways, range=[COLOURS[way] for way in ways]
        ),
    )
    return base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=50, opacity=1)


def bars(results: Sequence[dict[str, Any]]) -> alt.Chart | None:
    """Seconds by model of the bare SQL at the largest size."""
    measured = [row for row in results if row["name"] == "bare" and row["models"]]
    if not measured:
        return None
    row = max(measured, key=lambda each: (each["size"], gigabytes(each["memory"])))
    slowest = sorted(row["models"].items(), key=lambda item: -item[1])[:MODELS]
    values = [{"model": name, "seconds": seconds} for name, seconds in slowest]
    rest = sum(row["models"].values()) - sum(seconds for _, seconds in slowest)
    values.append({"model": f"{len(row['models']) - len(slowest)} others", "seconds": rest})
    base = alt.Chart(
        alt.Data(values=values), width=WIDTH - 120, title=f"bare SQL at {row['answers']:,} answers"
    ).encode(
        x=alt.X("seconds:Q", title="seconds"),
        y=alt.Y(
            "model:N", title=None, sort=[value["model"] for value in values], axis=alt.Axis(labelLimit=260)
        ),
    )
    label = alt.Text("seconds:Q", format=".2~f")
    return base.mark_bar(color=COLOURS["bare SQL"]) + base.mark_text(align="left", dx=4).encode(text=label)
