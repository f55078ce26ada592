"""Sheets of the feedback: what customers said to one employee or team, and the texts to be coded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import charts
import formats
import frame
import streamlit as st
from choices import label
from frame import Here
from tables import Column
from text import Words

from sheets.common import interval, number

Row = dict[str, Any]
MOST_ANSWERS, WIDTH = 50, 220
MARKS = ("recommendation", "ease", "satisfaction")
LANGUAGES = ("nl", "en")
TASKS = ("sentiment", "emotion", "driver", "value_element")
# The one task of which a text has exactly one label.
ONE_LABEL = TASKS[0]


def answers(at: Here, rows: Sequence[Row], drivers: Mapping[str, str], is_lead: bool) -> None:
    """The newest answers about contacts, with the customer's words."""
    words = at.words
    title = words["feedback_title_team" if is_lead else "feedback_title"]
    said = words["feedback_said"].format(count=formats.number(len(rows), 0, words))
    places = {
        (scope["scope_kind"], scope["scope_key"]): label(scope, words.language)
        for scope in frame.read(at.path, "scopes")
    }
    with frame.panel("answers", title, said, words):
        frame.html(
            f'<ul class="sc answers" lang="{words.language}">'
            + "".join(_answer(row, drivers, places, is_lead, words) for row in rows[:MOST_ANSWERS])
            + "</ul>"
        )
        frame.download("answers", "employee_feedback", rows, words)


def _answer(
    row: Row,
    drivers: Mapping[str, str],
    places: Mapping[tuple[str, str], str],
    is_lead: bool,
    words: Words,
) -> str:
    about = [formats.day(row["contacted_at"].date(), words)]
    for column in ("channel", "journey"):
        if row[column]:
            about.append(places.get((column, row[column]), row[column]))
    if is_lead:
        about.insert(0, row["employee_id"])
    told = [
        words[f"feedback_{name}"].format(value=formats.plain(row[name], words))
        for name in MARKS
        if row[name] is not None
    ]
    for kind, column in (("strong", "strongest_driver_code"), ("weak", "weakest_driver_code")):
        if row[column]:
            told.append(words[f"feedback_{kind}"].format(driver=drivers.get(row[column], row[column])))
    quote = f"<blockquote>{escape(row['words'])}</blockquote>" if row["words"] else ""
    return (
        f"<li><small>{escape(' · '.join(about))}</small>{quote}"
        f'<div class="marks">{"".join(f"<span>{escape(part)}</span>" for part in told)}</div></li>'
    )


def trend(at: Here, rows: Sequence[Row], names: Mapping[str, str], employee: str) -> None:
    """Own figures per quarter beside those of all others in the team."""
    words = at.words
    with frame.panel("trend", words["trend_title"], words["trend_said"], words):
        if not rows:
            frame.empty(words["absent_title"], words["absent_rows"], words)
            return
        for code in dict.fromkeys(row["metric_code"] for row in rows):
            of_metric = [row for row in rows if row["metric_code"] == code]
            name = names.get(code, code)
            frame.html(f'<div class="sc sub" role="heading" aria-level="3">{escape(name)}</div>')
            frame.chart(
                f"trend_{code}",
                _trend(of_metric, words),
                words["trend_alt"].format(metric=name, count=len(of_metric)),
            )
        columns = [
            Column("column_metric", False, lambda row: names.get(row["metric_code"], row["metric_code"])),
            Column("column_period", False, lambda row: _quarter(row, words)),
            Column("trend_own", True, number("value", 1, words)),
            Column("column_interval", True, interval("value_ci_low", "value_ci_high", 1, words)),
            Column("column_n", True, number("n", 0, words)),
            Column("trend_others", True, number("others_value", 1, words)),
        ]
        frame.evidence("trend", "employee_feedback_trend", rows, columns, words)


def _quarter(row: Row, words: Words) -> str:
    end = formats.period_end("quarter", row["quarter_start"])
    return formats.period("quarter", row["quarter_start"], end, words)


def _trend(rows: Sequence[Row], words: Words) -> charts.Specification:
    series = (("trend_own", "value", "value"), ("trend_others", "others_value", "others"))
    return charts.courses(
        [
            {
                "period": formats.short_period(
                    "quarter", formats.period_end("quarter", row["quarter_start"]), words
                ),
                "series": words[name],
                "low": row[f"{bounds}_ci_low"],
                "value": row[value],
                "high": row[f"{bounds}_ci_high"],
            }
            for name, value, bounds in series
            for row in rows
            if row[value] is not None
        ],
        words,
        "",
        from_zero=False,
    )


def coding(at: Here, names: Mapping[tuple[str, str], str]) -> None:
    """The next text that wants a code of this analyst.

    names : (task, label) to what to call it.
    """
    # Only here, and only for who codes: the learning software is heavy to load.
    from orchestration import coding as loop
    from orchestration.project import folders
    from service_control.text.coding import coded, next_text

    words, where = at.words, folders()
    with frame.panel("coding", words["coding_title"], words["coding_said"], words):
        with st.container(horizontal=True):
            task = _choice("task", TASKS, words)
            language = _choice("language", LANGUAGES, words)
        found = next_text(loop.read_samples(where), loop.read_codes(where), task, language, at.viewer.email)
        if found is None:
            frame.note(words["coding_done"], words)
            return
        frame.html(f'<blockquote class="sc to-code" lang="{language}">{escape(found.text)}</blockquote>')
        allowed = loop.labels_of(task)
        with st.form(f"code_{found.text_hash}", border=False):
            given = st.pills(
                words["coding_labels"],
                allowed,
                selection_mode="single" if task == ONE_LABEL else "multi",
                format_func=lambda name: _label(task, name, names, words),
                key=f"labels_{task}_{found.text_hash}",
            )
            if st.form_submit_button(words["coding_save"], type="primary"):
                labels = [given] if isinstance(given, str) else list(given or [])
                if task == ONE_LABEL and not labels:
                    frame.note(words["coding_one"], words)
                else:
                    loop.save_code(where, coded(found, at.viewer.email, labels, allowed, datetime.now(UTC)))
                    st.rerun()


def _label(task: str, name: str, names: Mapping[tuple[str, str], str], words: Words) -> str:
    if task == ONE_LABEL:
        return words[f"sentiment_{name}"]
    return names.get((task, name)) or label_of(name)


def _choice(name: str, options: Sequence[str], words: Words) -> str:
    return st.selectbox(
        words[f"coding_{name}"],
        options,
        format_func=lambda option: words[f"{name}_{option}"],
        key=f"coding_{name}",
        placeholder=words["choose"],
        width=WIDTH,
    )


def label_of(name: str) -> str:
    return label({"scope_name_en": None, "scope_key": str(name)}, "en")
