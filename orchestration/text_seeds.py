"""The seeds of the text library as its functions want them. Belongs here: reading files. Not here: what is learned."""

from __future__ import annotations

import csv
from functools import cache

from orchestration.project import ROOT
from service_control.text.assumptions import Assumptions
from service_control.text.language import language_model
from service_control.text.lexicon import Choices, emotion_models, sentiment_model, topic_model
from service_control.text.scrub import Scrubber
from service_control.text.weights import DRIVER, VALUE_ELEMENT, Model

SEEDS = ROOT / "seeds"


@cache
def seed(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a seed."""
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def modifiers() -> dict[str, str]:
    """Word -> what it does to its neighbours."""
    return {row["word"]: row["effect"] for row in seed("text_modifiers")}


def scrub_words(kind: str) -> list[str]:
    """The words of one kind."""
    return [row["word"] for row in seed("scrub_words") if row["word_kind"] == kind]


def scrubber() -> Scrubber:
    """With the words of the seed."""
    return Scrubber(*map(scrub_words, ("first_name", "names_nobody", "no_postcode")))


def assumptions() -> Assumptions:
    """The assumptions about learning."""
    return Assumptions.of(_assumed())


def choices() -> Choices:
    """The assumptions about lexicons."""
    return Choices.from_assumptions(_assumed())


def _assumed() -> dict[str, float]:
    return {row["assumption_code"]: float(row["value"]) for row in seed("assumptions")}


def sentiment_rows() -> list[tuple[str, str, float]]:
    """Language, term, polarity."""
    return [(row["language_code"], row["term"], float(row["polarity"])) for row in seed("lexicon_sentiment")]


@cache
def cold_models() -> tuple[Model, ...]:
    """A model for every task from the seeds alone."""
    emotions = [
        (row["language_code"], row["emotion_code"], row["term"], float(row["intensity"]))
        for row in seed("lexicon_emotions")
    ]
    topics = [
        topic_model(task, [(row["language_code"], row[code], row["term"]) for row in seed(name)], choices())
        for task, name, code in (
            (DRIVER, "lexicon_drivers", "driver_code"),
            (VALUE_ELEMENT, "lexicon_value_elements", "element_code"),
        )
    ]
    samples = [(row["language_code"], row["sample_text"]) for row in seed("language_samples")]
    words = [(language, term) for language, term, _ in sentiment_rows()]
    return (
        language_model(samples, words, modifiers()),
        sentiment_model(sentiment_rows(), choices()),
        *emotion_models(emotions, choices()),
        *topics,
    )
