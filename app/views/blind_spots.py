"""Blind spots: where the organisation's own figures disagree with what customers say or do."""

from __future__ import annotations

import cards
import frame
import queries
import sheets
import stories
import streamlit as st


def show(at: frame.Here) -> None:
    words = at.words
    gaps = frame.mart(at, "latest", "resolution_gap", *at.figures)
    course = frame.mart(at, "course", "resolution_gap", *at.figures)
    clicks = frame.mart(at, "latest", "emo_click_agreement", *at.figures)
    about = cards.about([], at.view.grain, frame.scope_label(at), words)[1:]
    frame.top(at, words["nav_blind_spots"], about, stories.blind_spots(gaps, words), ("per", "until", "view"))
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.gaps(at, gaps, course)
    with right:
        sheets.clicks(at, clicks)


show(frame.current(queries.GRAINS_OF_MARTS))
