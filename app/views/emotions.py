"""Emotions: what customers feel, what a high mark hides, and what a journey leaves behind."""

from __future__ import annotations

import cards
import definition
import frame
import queries
import sheets.common
import sheets.emotions
import stories
import streamlit as st

# Net Emotion Value in two ways, beside the flower.
METRICS = ("nev_share", "nev_intensity")
# What customers explain is counted by quarter.
GRAIN_OF_WORDS = "quarter"


def show(at: frame.Here) -> None:
    words = at.words
    profile = frame.mart(at, "latest", "emotion_profile", *at.figures)
    emotions = frame.mart(at, "whole", "dim_emotions")
    marks = frame.mart(at, "latest", "mark_divergence", *at.figures)
    lines = frame.mart(at, "whole", "journey_line")
    distance = frame.mart(at, "latest", "emotional_distance", *at.figures)
    distances = frame.mart(at, "course", "emotional_distance", *at.figures)
    consistency = sheets.common.asked(at, frame.mart(at, "whole", "emotional_consistency"), at.view.grain)
    richness = sheets.common.asked(at, frame.mart(at, "whole", "explanation_richness"), GRAIN_OF_WORDS)
    net = frame.read(at.path, "cards", *at.figures, at.view.comparison, METRICS)
    course = frame.read(at.path, "sparklines", *at.figures, METRICS)
    limits = definition.limits(frame.read(at.path, "assumptions"))
    lines, memory = (
        sheets.common.newest(rows) for rows in (lines, frame.mart(at, "whole", "journey_memory"))
    )
    names = sheets.emotions.journeys(lines, words)
    wanted = at.view.key if at.view.kind == "journey" and at.view.key in names else ""
    journey = frame.chosen("journey", [wanted, *names] if wanted else list(names) or [""])
    frame.top(
        at,
        words["nav_emotions"],
        cards.about(net, at.view.grain, frame.scope_label(at), words),
        stories.line(stories.changes(net, at.view.grain, words, stories.marks(marks, words)), words),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.emotions.flower(at, profile, emotions)
    with right:
        sheets.emotions.net_value(at, net, course, limits)
        sheets.emotions.marks(at, marks)
    sheets.emotions.journey_line(at, lines, journey)
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.emotions.memory(at, memory)
        sheets.emotions.consistency(at, consistency)
    with right:
        sheets.emotions.signature(at, distance, distances, emotions)
        sheets.emotions.richness(at, richness)


show(frame.current(queries.GRAINS_OF_MARTS))
