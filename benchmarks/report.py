"""A page with tables and plots from one JSON file of results: `python -m benchmarks.report FILE.json`.

Belongs here: ratios, growth, the words. Not here: drawing (plots.py) and measuring.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.measuring import FAILED, NOT_AVAILABLE, OK
from benchmarks.plots import draw, gigabytes
from benchmarks.ways import UNLIMITED
from orchestration.project import ROOT

Row = dict[str, Any]
TITLES = {
    "scan": "raw scan",
    "polars": "Polars, headline metrics",
    "load": "load",
    "headline": "bare SQL, what the headline metrics need",
    "bare": "bare SQL, everything",
    "dbt": "dbt build",
    "build, first": "whole build, first",
    "build, second": "whole build, second",
    "spark, first": "on Spark, first",
    "spark, second": "on Spark, second",
    "postgres, first": "on PostgreSQL, first",
    "postgres, second": "on PostgreSQL, second",
}
# Numerator, what is added to it, denominator, and what the ratio says.
RATIOS = (
    (("build, second",), "bare", "whole build, second / bare SQL"),
    (("dbt",), "bare", "dbt build / bare SQL"),
    (("build, first",), "scan", "whole build, first / raw scan"),
    (("load", "headline"), "polars", "(load + SQL for the headline metrics) / Polars"),
    (("load", "bare"), "polars", "(load + all SQL) / Polars"),
)
SLOWEST = 12


def write_report(path: Path) -> Path:
    """Write the Markdown page and the plots beside the JSON file. Returns the page."""
    content = json.loads(path.read_text())
    plots = draw(content["results"], path.with_suffix(""))
    page = path.with_suffix(".md")
    page.write_text(report(content, [plot.name for plot in plots]))
    return page.relative_to(ROOT) if page.is_relative_to(ROOT) else page


def report(content: dict[str, Any], plots: Sequence[str]) -> str:
    """The page as Markdown."""
    rows = content["results"]
    tools = ", ".join(f"{name} {version}" for name, version in content["tools"].items())
    commits = ", ".join(sorted({row["commit"] for row in rows if row["commit"]}))
    sections = {
        "Time and memory": [
            "Seconds on the clock, processor seconds, and resident memory of the largest process."
        ]
        + [sized(rows, size) for size in sizes(rows)],
        "Growth: b in seconds ~ answersᵇ, 1 is linear": [growth(rows)],
        "What is added to the SQL": [overhead(rows)],
        "Where the time goes": [layers(rows), *(slowest(rows, size) for size in sizes(rows))],
    }
    parts = [
        f"# Benchmarks, {content['date']}",
        f"{content['machine']}, {tools}; commit {commits}. What each row means is in [the README](../README.md).",
        *(f"![{name}]({name})" for name in plots),
    ]
    for title, found in sections.items():
        if any(found):
            parts += [f"## {title}", *filter(None, found)]
    return "\n\n".join(parts) + "\n"


def sizes(rows: Iterable[Row]) -> list[int]:
    return sorted({row["size"] for row in rows})


def limits(rows: Iterable[Row]) -> list[str]:
    """Memory limits from small to large."""
    return sorted({row["memory"] for row in rows if row["memory"]}, key=gigabytes)


def measured(rows: Iterable[Row], size: int, name: str, memory: str | None) -> Row | None:
    """The result of a way that ended well."""
    for row in rows:
        if (row["size"], row["name"], row["memory"], row["outcome"]) == (size, name, memory, OK):
            return row
    return None


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right; nothing without lines."""
    body = ["| " + " | ".join(line) + " |" for line in lines]
    if not body:
        return ""
    rule = "|---|" + "---:|" * (len(header) - 1)
    return "\n".join(["| " + " | ".join(header) + " |", rule, *body])


def sized(rows: Sequence[Row], size: int) -> str:
    """One line per way and limit; what is not available here is named below the table."""
    order = list(TITLES)
    here = sorted(
        (row for row in rows if row["size"] == size),
        key=lambda row: (order.index(row["name"]), gigabytes(row["memory"])),
    )
    lines, left_out, failed = [], [], []
    for row in here:
        title, peak = TITLES[row["name"]], f"{row['peak_mb'] / 1000:.2f} GB"
        if row["outcome"] == NOT_AVAILABLE:
            left_out.append(f"{title.split(',')[0]} ({row['message']})")
            continue
        time = [row["outcome"], ""]
        if row["outcome"] == OK:
            time = [seconds(row["seconds"]), seconds(row["cpu_seconds"])]
        if row["outcome"] == FAILED:
            said = row["message"].rpartition("\n")[2]
            failed.append(f"{title} ({said[:200]})")
        lines.append([title, row["memory"] or "", *time, peak])
    size_of = here[0]
    parts = [
        f"### {size_of['answers']:,} answers: {size_of['rows']:,} rows, {size_of['raw_mb']:,.0f} MB raw",
        table(["way", "DuckDB limit", "time", "processor", "peak"], lines),
        f"Failed: {'; '.join(failed)}." if failed else "",
        f"Left out: {'; '.join(dict.fromkeys(left_out))}." if left_out else "",
    ]
    return "\n\n".join(filter(None, parts))


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 100 else f"{value:,.0f} s"


def growth(rows: Sequence[Row]) -> str:
    """One line per way and limit that was measured at two sizes: from each to the next, from the first to the last."""
    found = sizes(rows)
    pairs = list(pairwise(found))
    if len(pairs) > 1:
        pairs.append((found[0], found[-1]))
    lines = []
    for name, title in TITLES.items():
        for memory in [*limits(rows), None]:
            cells = []
            for small, large in pairs:
                ends = [measured(rows, size, name, memory) for size in (small, large)]
                cells.append(f"{exponent(*ends):.2f}" if all(ends) else "")
            if any(cells):
                lines.append([title, memory or "", *cells])
    return table(["way", "DuckDB limit", *(f"{short(a)} → {short(b)}" for a, b in pairs)], lines)


def exponent(small: Row, large: Row) -> float:
    """b in seconds ~ answersᵇ through two results."""
    return math.log(large["seconds"] / small["seconds"]) / math.log(large["answers"] / small["answers"])


def short(size: int) -> str:
    """1,000,000 as 1 M."""
    return f"{size / 1e6:g} M" if size >= 1e6 else f"{size / 1e3:g} k"


def overhead(rows: Sequence[Row]) -> str:
    """Ratios of ways measured at the same size and limit: of time, and of processor seconds in brackets."""
    lines = []
    for parts, base, says in RATIOS:
        for memory in limits(rows):
            cells = []
            for size in sizes(rows):
                over = [measured(rows, size, part, memory) for part in parts]
                under = measured(rows, size, base, None if base in UNLIMITED else memory)
                found = [
                    sum(row[kind] for row in over) / under[kind]
                    for kind in ("seconds", "cpu_seconds")
                    if under and all(over)
                ]
                cells.append("{:.1f} ({:.1f})".format(*found) if found else "")
            if any(cells):
                lines.append([says, memory, *cells])
    return table(
        ["ratio of time (of processor seconds)", "DuckDB limit", *(short(size) for size in sizes(rows))],
        lines,
    )


def timed(rows: Sequence[Row], size: int, name: str) -> Row | None:
    """The result of a way that tells seconds by model, at the largest limit."""
    found = [row for row in rows if (row["size"], row["name"]) == (size, name) and row["models"]]
    return max(found, key=lambda row: gigabytes(row["memory"]), default=None)


def layers(rows: Sequence[Row]) -> str:
    """Seconds of the SQL for the headline metrics by folder of models, at the largest limit."""
    folder = {
        file.stem: "/".join(file.parts[-3:-1])
        for file in (ROOT / "models").rglob("*")
        if file.suffix in (".sql", ".py")
    }
    columns = []
    for size in sizes(rows):
        if row := timed(rows, size, "headline"):
            spent: dict[str, float] = {}
            for model, value in row["models"].items():
                of = folder.get(model, "models that are no more")
                spent[of] = spent.get(of, 0) + value
            columns.append((short(size), spent))
    order = sorted({of for _, spent in columns for of in spent}, key=lambda of: -columns[-1][1].get(of, 0))
    lines = [[f"`{of}`", *(seconds(spent.get(of, 0)) for _, spent in columns)] for of in order]
    header = ["SQL for the headline metrics, models in", *(name for name, _ in columns)]
    return table(header, [line for line in lines if line[-1] != "0.0 s"])


def slowest(rows: Sequence[Row], size: int) -> str:
    """The slowest models of the bare SQL at the largest limit, with their share."""
    row = timed(rows, size, "bare")
    if not row:
        return ""
    total = sum(row["models"].values())
    first = sorted(row["models"].items(), key=lambda item: -item[1])[:SLOWEST]
    lines = [[f"`{name}`", seconds(value), f"{value / total:.0%}"] for name, value in first]
    rest = total - sum(value for _, value in first)
    lines.append([f"{len(row['models']) - len(first)} others", seconds(rest), f"{rest / total:.0%}"])
    return f"### {short(size)} answers: the slowest is `{first[0][0]}`\n\n" + table(
        ["model", "bare SQL", "share"], lines
    )


if __name__ == "__main__":
    print(write_report(Path(sys.argv[1]).resolve()))
