"""Blind spots: where the organisation's own figures disagree with what customers say or do."""

from __future__ import annotations

import frame
import queries
import sheets.blind_spots
import sheets.common
import stories
import streamlit as st


def show(at: frame.Here) -> None:
    words = at.words
    blind = frame.mart(at, "of_scope", "blind_spots", at.view.kind, at.view.key)
    fits, _ = sheets.common.of_scope(at, "service_level_fit")
    said, _ = sheets.common.of_scope(at, "say_do")
    gaps = frame.mart(at, "latest", "resolution_gap", *at.figures)
    course = frame.mart(at, "course", "resolution_gap", *at.figures)
    clicks = frame.mart(at, "latest", "emo_click_agreement", *at.figures)
    frame.top(
        at,
        words["nav_blind_spots"],
        [frame.scope_label(at)],
        stories.blind_spots(blind, gaps, words),
        ("per", "until", "view"),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.blind_spots.ranking(at, blind)
        sheets.blind_spots.say_do(at, said)
    with right:
        outcomes = {row["outcome_metric_code"]: row[f"outcome_name_{words.language}"] for row in fits}
        sheets.blind_spots.service_levels(at, fits, frame.chosen("outcome", list(outcomes) or [""]))
        sheets.blind_spots.gaps(at, gaps, course)
        sheets.blind_spots.clicks(at, clicks)


show(frame.current(queries.GRAINS_OF_MARTS))
