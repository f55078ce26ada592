"""Drivers: what makes or breaks engagement, and how the organisation does on it."""

from __future__ import annotations

import cards
import frame
import queries
import sheets.common
import sheets.drivers
import stories
import streamlit as st


def show(at: frame.Here) -> None:
    words = at.words
    scores = sheets.drivers.compared(at, frame.mart(at, "latest", "driver_scores", *at.figures))
    pyramid = frame.mart(at, "latest", "service_pyramid", *at.figures)
    impact, instead = sheets.common.of_scope(at, "driver_impact")
    asymmetry, _ = sheets.common.of_scope(at, "driver_asymmetry")
    expectation, without_curve = sheets.common.of_scope(at, "expectation_curve")
    names = sheets.drivers.outcomes(impact, words)
    outcome = frame.chosen("outcome", list(names) or [""])
    impact, asymmetry = (
        [row for row in rows if row["outcome_metric_code"] == outcome] for rows in (impact, asymmetry)
    )
    figures = sheets.drivers.as_figures(scores)
    first = stories.impact(impact, asymmetry, words)
    story = stories.changes(figures, at.view.grain, words, first)
    frame.top(
        at,
        words["nav_drivers"],
        cards.about(figures, at.view.grain, frame.scope_label(at), words),
        stories.line(story, words),
    )
    if names:
        frame.select("outcome", words["choose_outcome"], names, outcome, next(iter(names)))
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.drivers.impact(at, impact, instead)
        sheets.drivers.expectation(at, expectation, without_curve)
        sheets.drivers.drivers(at, scores, "customer_driver")
        sheets.drivers.items(at, frame.read(at.path, "items", at.view.until))
    with right:
        sheets.drivers.asymmetry(at, asymmetry, instead)
        sheets.drivers.pyramid(at, pyramid)
        sheets.drivers.drivers(at, scores, "employee_driver")
        sheets.drivers.drivers(at, scores, "engagement_facet")


show(frame.current(queries.GRAINS_OF_MARTS))
