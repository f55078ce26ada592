"""Writes docs/metrics, docs/assumptions.md and docs/reference-figures.md from the seeds, in the words of the app.

    python app/metric_cards.py

Run it from the root of the project after a change of a seed; a test compares the files with what it writes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import definition
import formats
import yaml
from text import LANGUAGES, Words

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "docs/metrics"
WORDS = {language: Words(language) for language in sorted(LANGUAGES)}
NAMES = {"en": "English", "nl": "Nederlands"}
FLAGS = ("is_headline", "is_higher_better", "has_finite_population")
WHOLE = ("display_position", "decimals", "thinking_system", "follow_up_days")
REAL = ("scale_minimum", "scale_maximum")
SQL = """select period_start, value, ci_low, ci_high, n, verdict
from marts.metric_values
where metric_code = '{code}' and period_grain = 'month' and scope_kind = 'organisation'
order by period_start"""

Row = dict[str, Any]


def seed(name: str) -> list[Row]:
    """Rows of a seed as text; what is empty is None."""
    with (ROOT / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return [{column: value or None for column, value in row.items()} for row in csv.DictReader(file)]


def catalogue() -> list[Row]:
    """The metrics as dim_metrics holds them, the headline ones first."""
    rows = []
    for row in seed("metrics"):
        row |= {column: row[column] == "true" for column in FLAGS}
        row |= {column: int(row[column]) for column in WHOLE if row[column]}
        row |= {column: float(row[column]) for column in REAL if row[column]}
        rows.append(row)
    return sorted(rows, key=lambda row: (not row["is_headline"], row["display_position"] or 0))


def semantic_groups() -> dict[str, list[str]]:
    """By metric of the semantic layer: the names it can be grouped by besides time."""
    groups = {}
    for path in sorted((ROOT / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            entities = [column.get("entity") or {} for column in model.get("columns", [])]
            names = [entity["name"] for entity in entities if entity.get("type") == "foreign"]
            groups |= {metric["name"]: names for metric in model.get("metrics", [])}
    return groups


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def model_link(model: str) -> str:
    found = sorted((ROOT / "models").rglob(f"{model}.sql"))
    if not found:
        return f"`{model}` (not built yet)"
    return f"[{model}](../../{found[0].relative_to(ROOT).as_posix()})"


def target_said(target: Row, metric: Row, words: Words) -> str:
    said = words["target_since"].format(
        target=formats.value(metric, float(target["target"]), words),
        date=formats.day(date.fromisoformat(target["valid_from"]), words),
        source=target["source"],
    )
    scope = "/".join(target[part] for part in ("scope_kind", "scope_key") if target[part])
    about = [words[f"grain_{target['period_grain']}"]] if target["period_grain"] else []
    return " · ".join([*([scope] if scope else []), *about, said])


def card(metric: Row, limits: definition.Limits, targets: list[Row], groups: dict[str, list[str]]) -> str:
    """One page: names and definitions, the facts in both languages, and how to ask for it."""
    code = metric["metric_code"]
    told = {language: definition.facts(metric, limits, words) for language, words in WORDS.items()}
    lines = [(name, *(told[language][name] for language in WORDS)) for name in told["en"] if name != "model"]
    for target in targets:
        if target["metric_code"] == code:
            lines.append(("target", *(target_said(target, metric, words) for words in WORDS.values())))
    lines.append(("model", model_link(metric["owner_model"]), ""))
    named = [(" · ".join(label("fact", name)), *texts) for name, *texts in lines]
    parts = [
        f"# {metric['metric_name_en']}",
        f"`{code}` · Nederlands: {metric['metric_name_nl']} · [all metrics](README.md)",
        *(f"**{NAMES[language]}.** {metric[f'definition_{language}']}" for language in WORDS),
        table(("", *NAMES.values()), named),
        "## Ask for it",
        f"```sql\n{SQL.format(code=code)}\n```",
    ]
    if code in groups:
        by = ["metric_time__month", *(name for name in groups[code] if name in ("team", "segment"))][:2]
        parts.append(f'```\nmake query ARGS="--metrics {code} --group-by {",".join(by)}"\n```')
    else:
        parts.append("Not in the semantic layer yet.")
    return page(*parts)


def label(kind: str, name: str) -> list[str]:
    """The word in both languages, once where they are the same."""
    return list(dict.fromkeys(words[f"{kind}_{name}"] for words in WORDS.values()))


def page(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def index(metrics: Iterable[Row]) -> str:
    rows = [
        (
            f"[{metric['metric_name_en']}]({metric['metric_code']}.md)",
            metric["metric_name_nl"],
            " · ".join(label("quadrant", f"{metric['audience']}_{metric['side']}")),
            str(metric["display_position"] or ""),
        )
        for metric in metrics
    ]
    said = (
        "Every metric of the catalogue (`seeds/metrics.csv`) has a card; the number is its place on the dashboard. "
        "[matrix.md](matrix.md) shows what stands behind each. Written by `make cards`."
    )
    return page("# Metrics", said, table(("English", "Nederlands", "Place · Plaats", ""), rows))


def assumptions_page(assumptions: Iterable[Row]) -> str:
    rows = [
        (
            f"`{row['assumption_code']}`",
            f"{row['value']} {row['unit']}",
            row["assumption_name_en"],
            row["assumption_name_nl"],
            row["reason"],
            row["source"],
        )
        for row in assumptions
    ]
    said = (
        "The choices behind the figures that a user may change: rows of `seeds/assumptions.csv`, and in the marts "
        "`dim_assumptions`, as they were when the figures were made. Written by `make cards`.\n\n"
        "Other choices have seeds of their own: the top and bottom boxes of a scale in `scales.csv`, cost per contact "
        "in `channel_costs.csv`, which issues are adjacent in `issue_adjacency.csv`, targets in `targets.csv`. "
        "A window that is part of a metric’s code (7, 14, 30 days) is none: another window is another metric."
    )
    head = ("Code", "Value", "English", "Nederlands", "Why", "Source")
    return page("# Assumptions", said, table(head, rows))


def reference_page(figures: Iterable[Row]) -> str:
    rows = [
        (
            row["figure_name_en"],
            row["figure_name_nl"],
            f"{formats.plain(float(row['value']), WORDS['en'])}{'%' if row['unit'] == 'percent' else ''}",
            " ".join(filter(None, (row["said_by"], row["year_as_cited"]))),
            f"{row['paper']}: {row['section']}",
        )
        for row in figures
    ]
    said = (
        "Figures that the two source papers cite. They are about other companies and are kept apart from your own: "
        "seed `cited_figures.csv`, mart `reference_figures`. Nobody here has seen the studies behind them; source and "
        "year are as the paper gives them. Written by `make cards`."
    )
    head = ("English", "Nederlands", "Figure", "Said by, as cited", "Paper")
    return page("# Figures from the source papers", said, table(head, rows))


def pages() -> dict[str, str]:
    """Every file that is written, by its path in the project."""
    metrics, targets, groups = catalogue(), seed("targets"), semantic_groups()
    assumptions = seed("assumptions")
    values = [row | {"value": float(row["value"])} for row in assumptions]
    limits = definition.limits(values)
    cards = {f"{FOLDER}/{m['metric_code']}.md": card(m, limits, targets, groups) for m in metrics}
    return cards | {
        f"{FOLDER}/README.md": index(metrics),
        "docs/assumptions.md": assumptions_page(assumptions),
        "docs/reference-figures.md": reference_page(seed("cited_figures")),
    }


def main() -> None:
    written = pages()
    for path in (ROOT / FOLDER).glob("*.md"):
        if f"{FOLDER}/{path.name}" not in written and path.name != "matrix.md":
            path.unlink()
    for name, text in written.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
