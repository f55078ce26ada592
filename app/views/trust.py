"""Trust: how fresh the figures are, what was checked and rejected, what they mean and what was assumed."""

from __future__ import annotations

import access
import definition
import frame
import snapshot
import streamlit as st
import trust

REJECTED_LIMIT = 200
TABS = ("sources", "checks", "rejected", "definitions", "assumptions", "review", "quality")


def show(at: frame.Here) -> None:
    words = at.words
    published = snapshot.snapshot_time(at.path)
    frame.top(
        at,
        words["nav_trust"],
        [words["whole_organisation"]],
        trust.story(frame.read(at.path, "trust"), published, words),
        (),
    )
    names = [*TABS, "rights"] if at.viewer.sees_rights else TABS
    tabs = st.tabs([words[f"tab_{name}"] for name in names], key="trust_tabs", on_change="rerun")
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            with tab:
                if name == "review":
                    review(at)
                else:
                    frame.html(table(at, name))


def review(at: frame.Here) -> None:
    words = at.words
    rows = frame.read(at.path, "reviewed") if frame.read(at.path, "exists", "metric_review") else []
    if not rows:
        frame.empty(words["review_none_title"], words["review_none"], words)
        return
    frame.html(trust.review_said(rows, words))
    frame.html(trust.review_table(rows, words))
    frame.download("review", "metric_review", frame.read(at.path, "review"), words)


def table(at: frame.Here, name: str) -> str:
    words = at.words
    if name == "rejected":
        return trust.rejected_table(frame.read(at.path, name, REJECTED_LIMIT), REJECTED_LIMIT, words)
    if name == "rights":
        return trust.rights_table(access.read_rights(access.roles_file()), words)
    if name == "quality":
        rows = frame.mart(at, "whole", "text_model_quality")
        return trust.quality_table(rows, words) if rows else frame.absence(at, "text_model_quality")
    rows = frame.read(at.path, name)
    if name == "definitions":
        return trust.definitions_table(rows, definition.limits(frame.read(at.path, "assumptions")), words)
    return getattr(trust, f"{name}_table")(rows, words)


show(frame.current())
