"""HTML that answers "can I trust this?": the strip with freshness and checks, its tables, and build
notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

import definition
import formats
import messages
from snapshot import Build
from tables import table
from text import TEXT, Words

Row = dict[str, Any]
MOST_FAILURES = 2
HINTS = ("keep", "watch", "retire")
# Sources of an assumption that are no publication.
OWN_SOURCES = ("measured", "project choice")
GOOD, WARNING, BAD = "good", "warning", "bad"
ICONS = {GOOD: "✓", WARNING: "!", BAD: "✕"}
LEVELS = {
    "ok": GOOD,
    "pass": GOOD,
    "stale": WARNING,
    "warn": WARNING,
    "warning": WARNING,
    "refused": BAD,
    "fail": BAD,
    "rejected": BAD,
}


def story(counts: Row, published_at: datetime | None, words: Words) -> str:
    """The line on top of the page: of when the figures are, and the worst of sources and checks."""
    return f'<div class="sc story strip" lang="{words.language}"><div>{_said(counts, published_at, words)}</div></div>'


def strip(counts: Row, published_at: datetime | None, words: Words) -> str:
    """One line under the board: worst source status, last date, checks passed, rejected rows, snapshot
    time."""
    said = _said(counts, published_at, words)
    keys = "".join(
        f'<span class="key"><i class="{kind}"></i>{escape(words[f"legend_{kind}"])}</span>'
        for kind in ("line", "band", "target")
    )
    return (
        f'<div class="sc strip" lang="{words.language}"><div>{said}</div>'
        f'<div class="legend" aria-hidden="true">{keys}</div></div>'
    )


def _said(counts: Row, published_at: datetime | None, words: Words) -> str:
    parts = [_sources(counts, words)]
    if counts["data_until"]:
        parts.append(_item(words["trust_until"].format(date=formats.day(counts["data_until"], words))))
    parts.append(_checks(counts, words))
    rejected = counts["rejected_count"]
    key = "trust_rejected_one" if rejected == 1 else "trust_rejected"
    parts.append(_item(words[key].format(count=formats.number(rejected, 0, words))))
    if published_at:
        parts.append(_item(words["trust_snapshot"].format(time=formats.clock(published_at, words))))
    return "".join(parts)


def _item(said: str, level: str = "") -> str:
    icon = f'<i class="{level}" aria-hidden="true">{ICONS[level]}</i>' if level else ""
    return f"<span>{icon}{escape(said)}</span>"


def _sources(counts: Row, words: Words) -> str:
    # A table that was never supplied is not a fault: its metrics say so on their own cards.
    total = counts["source_count"] - counts["absent_count"]
    if total == 0:
        return _item(words["trust_sources_none"], WARNING)
    for status, level in (("refused", BAD), ("stale", WARNING)):
        if count := counts[f"{status}_count"]:
            return _item(words[f"trust_sources_{status}"].format(count=count, total=total), level)
    return _item(words["trust_sources_ok"], GOOD)


def _checks(counts: Row, words: Words) -> str:
    if not counts["check_count"]:
        return _item(words["trust_checks_none"], WARNING)
    level = BAD if counts["fail_count"] else WARNING if counts["warn_count"] else GOOD
    passed, total = (formats.number(counts[key], 0, words) for key in ("pass_count", "check_count"))
    return _item(words["trust_checks"].format(passed=passed, total=total), level)


def _status(status: str, words: Words) -> str:
    level = LEVELS.get(status, "")
    icon = f'<i class="{level}" aria-hidden="true">{ICONS[level]}</i>' if level else ""
    return f'<span class="status">{icon}{escape(words[f"status_{status}"])}</span>'


def _text(value: object) -> str:
    return "" if value is None else escape(str(value))


def _delivery(table: str | None, words: Words) -> str:
    """Name of a contract table, with its code for who delivers it; any other is known by its code."""
    key = f"contract_{table}"
    return f'<span title="{table}">{escape(words[key])}</span>' if key in TEXT else _text(table)


def _count(value: int | None, words: Words) -> str:
    return "" if value is None else formats.number(value, 0, words)


def sources_table(rows: Sequence[Row], words: Words) -> str:
    """Freshness, row counts and message per contract table."""
    columns = (
        ("column_table", False), ("column_status", False), ("column_until", False), ("column_loaded", False),
        ("column_raw", True), ("column_accepted", True), ("column_duplicate", True),
        ("column_rejected", True),         ("column_message", False),
    )  # fmt: skip
    cells = (
        (
            f"<b>{_delivery(row['contract_table'], words)}</b>",
            _status(row["status"], words),
            escape(formats.day(row["data_until"], words)) if row["data_until"] else "",
            escape(formats.clock(row["last_loaded_at"], words)) if row["last_loaded_at"] else "",
            *(
                _count(row[f"row_count_{kind}"], words)
                for kind in ("raw", "accepted", "duplicate", "rejected")
            ),
            _text(messages.in_words(row["message"], words)),
        )
        for row in rows
    )
    return table(columns, cells, words["tab_sources"], words)


def checks_table(rows: Sequence[Row], words: Words) -> str:
    """Status per check, failures first."""
    columns = (
        ("column_status", False), ("column_check", False), ("column_kind", False), ("column_table", False),
        ("column_failing", True), ("column_message", False),
    )  # fmt: skip
    cells = (
        (
            _status(row["status"], words),
            _text(messages.in_words(row["check_name"], words)),
            f"<span class='status'>{escape(words['kind_' + row['kind']])}</span>",
            _delivery(row["target_table"], words),
            _count(row["failing_count"], words),
            _text(messages.in_words(row["message"], words)),
        )
        for row in rows
    )
    return table(columns, cells, words["tab_checks"], words)


def rejected_table(rows: Sequence[Row], limit: int, words: Words) -> str:
    """Rejected rows grouped by file and reason."""
    if not rows:
        return f'<div class="sc plain" lang="{words.language}">{escape(words["nothing_rejected"])}</div>'
    columns = (
        ("column_table", False), ("column_file", False), ("column_status", False), ("column_column", False),
        ("column_rows", True), ("column_first_row", True), ("column_reason", False),
    )  # fmt: skip
    cells = (
        (
            _delivery(row["contract_table"], words),
            _text(row["source_file"]),
            _status(row["status"], words),
            _text(row["column_name"]),
            _count(row["row_count"], words),
            _count(row["first_row"], words),
            _text(messages.reason(row["reason_code"], row["reason"], words)),
        )
        for row in rows
    )
    found = table(columns, cells, words["tab_rejected"], words)
    if len(rows) < limit:
        return found
    part = escape(words["table_part"].format(count=_count(limit, words)))
    return found + f'<div class="sc plain" lang="{words.language}">{part}</div>'


def definitions_table(rows: Sequence[Row], limits: definition.Limits, words: Words) -> str:
    """The headline metrics: label, definition, and the card with how each is measured, to be opened."""
    columns = (("column_metric", False), ("column_definition", False), ("column_facts", False))
    cells = (
        (
            f"<b>{_text(row[f'metric_name_{words.language}'])}</b>",
            _text(row[f"definition_{words.language}"]),
            _facts(row, limits, words),
        )
        for row in rows
    )
    return table(columns, cells, words["tab_definitions"], words)


def _facts(row: Row, limits: definition.Limits, words: Words) -> str:
    told = definition.facts(row, limits, words)
    summary = escape(told.pop("formula"))
    return f"<details><summary>{summary}</summary>{facts_list(told, words)}</details>"


def facts_list(told: Mapping[str, str], words: Words) -> str:
    """What `definition.facts` tells, as a list of labels and sentences."""
    items = "".join(
        f"<dt>{escape(words[f'fact_{name}'])}</dt><dd>{_text(said)}</dd>" for name, said in told.items()
    )
    return f"<dl>{items}</dl>"


def assumptions_table(rows: Sequence[Row], words: Words) -> str:
    """The choices behind the figures, with their reason."""
    columns = (
        ("column_assumption", False), ("column_value", True), ("column_unit", False), ("column_why", False),
        ("column_source", False),
    )  # fmt: skip
    cells = (
        (
            f"<b>{_text(row[f'assumption_name_{words.language}'])}</b>",
            escape(formats.plain(row["value"], words)),
            _text(_translated(row, "unit", words)),
            _text(_translated(row, "reason", words)),
            _text(words[f"source_{row['source']}"] if row["source"] in OWN_SOURCES else row["source"]),
        )
        for row in rows
    )
    return table(columns, cells, words["tab_assumptions"], words)


def _translated(row: Row, column: str, words: Words) -> str:
    # The mart has English without a suffix; a snapshot of an older version has nothing else.
    return row.get(f"{column}_{words.language}") or row[column]


def _reasons(build: Build, words: Words) -> str:
    message = build.message.strip()
    # A build that failed on one thing has it in its list too, after the kind of error.
    others = (failure for failure in build.failures if not message or not failure.endswith(message))
    reasons = list(dict.fromkeys(filter(None, (message, *others))))
    if not reasons:
        return ""
    told = "".join(_reason(reason, words) for reason in reasons[:MOST_FAILURES])
    if len(reasons) > MOST_FAILURES:
        told += f"<li>{escape(words['build_more'].format(count=len(reasons) - MOST_FAILURES))}</li>"
    return f'<ul aria-label="{escape(words["build_reason"], quote=True)}">{told}</ul>'


def _reason(said: str, words: Words) -> str:
    # The page keeps a reason to a line (a phone to three); the whole of it is in the title. A message of several
    # lines begins with what failed and goes on with the list that follows here anyway.
    told = messages.in_words(said, words)
    line = escape(told.splitlines()[0])
    if not messages.is_known(said, words):
        # What dbt and DuckDB say themselves is for who mends it, as it stands in their logs.
        line = escape(words["build_technical"]).format(said=f'<span lang="en">{line}</span>')
    return f'<li title="{escape(" ".join(told.split()), quote=True)}">{line}</li>'


def _progress(build: Build, words: Words) -> str:
    if not (build.step_number and build.step_count):
        return escape(words["build_running"])
    step = words["build_step"].format(
        number=build.step_number, count=build.step_count, step=messages.in_words(build.step, words)
    )
    return f"{escape(words['build_running'])} · {escape(step)}"


def build_note(build: Build, published_at: datetime | None, words: Words) -> str:
    """Banner of a failed or interrupted build, discreet note of a running one, else nothing."""
    language = f'lang="{words.language}"'
    if build.state == "running":
        progress = _progress(build, words)
        return f'<div class="sc note" role="status" {language}><i class="pulse"></i>{progress}</div>'
    if build.state not in ("failed", "interrupted"):
        return ""
    time = formats.clock(published_at, words) if published_at else "?"
    said = escape(words[f"build_{build.state}"].format(time=time))
    return f'<div class="sc banner" role="alert" {language}><b>{said}</b>{_reasons(build, words)}</div>'


def message(title: str, text: str, words: Words) -> str:
    """A page that only says something. title : key of `text`."""
    return (
        f'<div class="sc full" lang="{words.language}"><div class="title" role="heading" aria-level="1">'
        f"{escape(words[title])}</div><p>{escape(text)}</p></div>"
    )


def quality_table(rows: Sequence[Row], words: Words) -> str:
    """How good the text models are on texts that people coded."""
    columns = (
        ("column_task", False), ("column_language", False), ("column_label", False), ("column_held_out", True),
        ("column_f1", True), ("column_precision", True), ("column_recall", True), ("column_kappa", True),
    )  # fmt: skip
    cells = (
        (
            escape(words[f"task_{row['task']}"]),
            escape(words[f"language_{row['language_code']}"]),
            f"<b>{_text(row[f'label_name_{words.language}'])}</b>",
            _count(row["held_out_count"], words),
            *(
                escape(
                    words["not_measured"]
                    if row[name] is None and name == "f1"
                    else _decimal(row[name], words)
                )
                for name in ("f1", "precision", "recall", "kappa_model_human")
            ),
        )
        for row in rows
    )
    return table(columns, cells, words["tab_quality"], words)


def review_said(rows: Sequence[Row], words: Words) -> str:
    """What the last review found, in a line. rows : at least one."""
    counts = Counter(row["hint"] for row in rows)
    through = rows[0]["reviewed_through"]
    month = formats.period("month", through, through, words)
    said = words["review_said"].format(month=month, **{hint: counts[hint] for hint in HINTS})
    return f'<div class="sc plain" lang="{words.language}">{escape(said)}</div>'


def review_table(rows: Sequence[Row], words: Words) -> str:
    """Which metrics to keep, to watch and to do without, and why."""
    columns = (
        ("column_metric", False), ("column_hint", False), ("column_why", False), ("column_correlation", True),
        ("column_interval", True), ("column_n", True),
    )  # fmt: skip
    cells = (
        (
            f"<b>{_text(row[f'metric_name_{words.language}'])}</b>",
            escape(words[f"hint_{row['hint']}"]),
            escape(words[f"because_{row['reason']}"].format(other=row[f"other_name_{words.language}"])),
            _decimal(row["correlation"], words),
            _bounds(row["correlation_ci_low"], row["correlation_ci_high"], words),
            _count(row["n"], words),
        )
        for row in rows
    )
    return table(columns, cells, words["tab_review"], words)


def _bounds(low: float | None, high: float | None, words: Words) -> str:
    if low is None or high is None:
        return ""
    return escape(words["bounds"].format(low=_decimal(low, words), high=_decimal(high, words)))


def _decimal(value: float | None, words: Words) -> str:
    return "" if value is None else formats.number(value, 2, words)


def rights_table(rows: Sequence[Mapping[str, str]], words: Words) -> str:
    """Who may see what, for the privacy officer."""
    names = ("email", "role", "effect_of_right", "employee", "team")
    cells = (
        (
            _text(row["email"]),
            _text(words[f"role_{row['role'] or 'all'}"]),
            _text(words[f"effect_{row['effect']}"]),
            _text(row["employee_id"]),
            _text(row["team_id"]),
        )
        for row in rows
    )
    return table([(f"column_{name}", False) for name in names], cells, words["tab_rights"], words)


def full_page(kind: str, build: Build, words: Words) -> str:
    """The page when there are no figures to show. kind: empty | unreadable."""
    state = ""
    if build.state == "running":
        state = f'<div class="state" role="status"><i class="pulse"></i>{_progress(build, words)}</div>'
    elif build.state in ("failed", "interrupted"):
        said = escape(words[f"empty_{build.state}"])
        state = f'<div class="state banner" role="alert"><b>{said}</b>{_reasons(build, words)}</div>'
    return (
        f'<div class="sc full" lang="{words.language}">'
        '<div class="squares" aria-hidden="true"><i></i><i></i><i></i><i></i></div>'
        f'<div class="title" role="heading" aria-level="1">{escape(words[f"{kind}_title"])}</div>'
        f"<p>{escape(words[f'{kind}_text'])}</p><p>{escape(words['empty_run'])}</p>"
        f"<code>make build</code>{state}</div>"
    )
