"""Drivers: what makes or breaks engagement, and how the organisation does on it."""

from __future__ import annotations

import cards
import frame
import queries
import sheets
import stories
import streamlit as st


def show(at: frame.Here) -> None:
    words = at.words
    scores = sheets.compared(at, frame.mart(at, "latest", "driver_scores", *at.figures))
    pyramid = frame.mart(at, "latest", "service_pyramid", *at.figures)
    figures = sheets.as_figures(scores)
    frame.top(
        at,
        words["nav_drivers"],
        cards.about(figures, at.view.grain, frame.scope_label(at), words),
        stories.changes(figures, at.view.grain, words),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.drivers(at, scores, "customer_driver")
        sheets.pyramid(at, pyramid)
    with right:
        sheets.drivers(at, scores, "employee_driver")
        sheets.drivers(at, scores, "engagement_facet")
        sheets.items(at, frame.read(at.path, "items", at.view.until))


show(frame.current(queries.GRAINS_OF_MARTS))
