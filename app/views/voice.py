"""Voice of the customer: words that customers released, and what their words are about."""

from __future__ import annotations

import cards
import definition
import frame
import queries
import sheets.voice
import stories
import streamlit as st

# Sentiment of what customers wrote and spoke, beside their words.
METRICS = ("sentiment_text", "sentiment_voice")


def show(at: frame.Here) -> None:
    words = at.words
    voices = frame.mart(at, "whole", "public_voice")
    topics = frame.mart(at, "latest", "text_topics", *at.figures)
    latent = frame.mart(at, "latest", "latent_share", *at.figures)
    elements = frame.mart(at, "latest", "value_elements", *at.figures)
    breadths = frame.mart(at, "latest", "value_breadth", *at.figures)
    interviews = frame.mart(at, "whole", "consensus_map")
    figures = frame.read(at.path, "cards", *at.figures, at.view.comparison, METRICS)
    course = frame.read(at.path, "sparklines", *at.figures, METRICS)
    limits = definition.limits(frame.read(at.path, "assumptions"))
    frame.top(
        at,
        words["nav_voice"],
        cards.about(figures, at.view.grain, frame.scope_label(at), words),
        stories.line(stories.changes(figures, at.view.grain, words), words),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.voice.voices(at, voices)
        sheets.voice.elements(at, elements, breadths)
    with right:
        frame.html(cards.row_of_cards(figures, course, at.view.grain, limits, words))
        sheets.voice.topics(at, topics)
        sheets.voice.latent(at, latent)
        sheets.voice.consensus(at, interviews)


show(frame.current(queries.GRAINS_OF_MARTS))
