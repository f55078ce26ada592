"""Trust: how fresh the figures are, what was checked and rejected, what they mean and what was assumed."""

from __future__ import annotations

import definition
import frame
import snapshot
import streamlit as st
import trust

REJECTED_LIMIT = 200
TABS = ("sources", "checks", "rejected", "definitions", "assumptions")


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
    tabs = st.tabs([words[f"tab_{name}"] for name in TABS], key="trust_tabs", on_change="rerun")
    for name, tab in zip(TABS, tabs, strict=True):
        if tab.open:
            with tab:
                frame.html(table(at, name))


def table(at: frame.Here, name: str) -> str:
    words = at.words
    if name == "rejected":
        return trust.rejected_table(frame.read(at.path, name, REJECTED_LIMIT), REJECTED_LIMIT, words)
    rows = frame.read(at.path, name)
    if name == "definitions":
        return trust.definitions_table(rows, definition.limits(frame.read(at.path, "assumptions")), words)
    return getattr(trust, f"{name}_table")(rows, words)


show(frame.current())
