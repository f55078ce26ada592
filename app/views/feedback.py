"""Feedback: what customers said to you or your team, and texts to code. Only for who signed in."""

from __future__ import annotations

import duckdb
import frame
import sheets.feedback
import snapshot
import streamlit as st


def show(at: frame.Here) -> None:
    words, viewer = at.words, at.viewer
    frame.top(
        at,
        words["nav_feedback"],
        [words["feedback_closed_title"] if viewer.is_open else viewer.email],
        "",
        (),
    )
    if viewer.is_open:
        frame.empty(words["feedback_closed_title"], words["feedback_closed"], words)
        return
    if viewer.codes_texts:
        quality = frame.mart(at, "whole", "text_model_quality")
        sheets.feedback.coding(
            at, {(row["task"], row["label"]): row[f"label_name_{words.language}"] for row in quality}
        )
    if viewer.sees_feedback or not viewer.codes_texts:
        own_feedback(at)


def own_feedback(at: frame.Here) -> None:
    words, viewer = at.words, at.viewer
    path = snapshot.feedback_path(at.path)
    asked = st.query_params.get("employee")
    mine = _read(path, "own_feedback", viewer, None) if path and viewer.sees_feedback else []
    rows = [row for row in mine if asked in (None, row["employee_id"])]
    if not rows:
        # The same words for what is not there and for what is not yours: neither may tell which it is.
        frame.empty(words["feedback_none_title"], words["feedback_none"], words)
        return
    drivers = {
        row["driver_code"]: row[f"driver_name_{words.language}"]
        for row in frame.mart(at, "whole", "dim_drivers")
    }
    names = {
        row["metric_code"]: row[f"metric_name_{words.language}"]
        for row in frame.mart(at, "whole", "dim_metrics")
    }
    people = sorted({row["employee_id"] for row in mine})
    if len(people) > 1:
        labels = {"": "–"} | {name: name for name in people}
        frame.select("employee", words["choose_employee"], labels, asked or "", "")
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.feedback.answers(at, rows, drivers, is_lead=bool(viewer.teams))
    employee = rows[0]["employee_id"]
    if {row["employee_id"] for row in rows} == {employee}:
        with right:
            sheets.feedback.trend(at, _read(path, "own_trend", viewer, employee), names, employee)


def _read(path: str, query: str, viewer: frame.Viewer, employee: str | None) -> list[frame.Row]:
    try:
        return frame.read_feedback(path, query, viewer.employees, viewer.teams, employee)
    except duckdb.CatalogException:
        return []  # a snapshot without anything of the kind


show(frame.current())
