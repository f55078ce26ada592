"""The models to begin with, from lists of words that people can edit. Belongs here: words to weights. Not here: learning.

Weights add up: an exception to a stem is a row that takes its weight away (`klacht*` -1, `klachtloos` +1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from service_control.errors import InputError
from service_control.text.terms import LITTLE, NOT, VERY
from service_control.text.weights import (
    DRIVER,
    EMOTION,
    EMOTION_INTENSITY,
    INTERCEPT,
    SENTIMENT,
    VALUE_ELEMENT,
    Model,
    Weights,
)

POSITIVE, NEGATIVE, STRONG = SENTIMENT_LABELS = ("positive", "negative", "strong")
EMOTIONS = ("joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation")
STRONG_WORD = 2.0
LANGUAGES = ("nl", "en")
Cells = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Choices:
    """The numbers of the assumptions `lexicon_*`; what they mean stands in seeds/assumptions.csv."""

    negated_positive: float
    negated_negative: float
    boosted: float
    diminished: float
    opposition: float
    threshold: float
    strong_threshold: float
    tag_threshold: float

    @classmethod
    def from_assumptions(cls, assumptions: Mapping[str, float]) -> Choices:
        """From assumption_code -> value. Raises InputError when a row is missing."""
        try:
            return cls(**{name: assumptions[f"lexicon_{name}"] for name in cls.__dataclass_fields__})
        except KeyError as error:
            raise InputError(
                f"the assumption {error.args[0]} is missing",
                where="seeds/assumptions.csv",
                remedy="add its row",
            ) from None


def sentiment_model(rows: Iterable[tuple[str, str, float]], choices: Choices) -> Model:
    """From (language, term, polarity -2 … +2). Labels positive and negative, both for mixed; strong for -2 and +2."""
    cells: dict[str, Cells] = {language: {} for language in LANGUAGES}
    for language, term, polarity in rows:
        _add_polarity(cells[language], term, polarity, choices)
    for found in cells.values():
        found[INTERCEPT, POSITIVE] = found[INTERCEPT, NEGATIVE] = -choices.threshold
        found[INTERCEPT, STRONG] = -choices.strong_threshold
    return Model(
        SENTIMENT, {code: Weights.from_cells(found, SENTIMENT_LABELS) for code, found in cells.items()}
    )


def _add_polarity(cells: Cells, term: str, polarity: float, choices: Choices) -> None:
    same, other = (POSITIVE, NEGATIVE) if polarity > 0 else (NEGATIVE, POSITIVE)
    size = abs(polarity)

    def add(form: str, own: float, against: float, strong: float) -> None:
        """What a form of the word speaks for, less what the opposite speaks against."""
        for label, weight in (
            (same, own - choices.opposition * against),
            (other, against - choices.opposition * own),
            (STRONG, strong),
        ):
            cells[form + term, label] = cells.get((form + term, label), 0.0) + weight

    is_strong = float(size >= STRONG_WORD)
    add("", size, 0.0, is_strong)
    if " " in term:
        return
    negated = choices.negated_positive if polarity > 0 else choices.negated_negative
    add(NOT, -size, negated * size, -is_strong)
    add(VERY, (choices.boosted - 1) * size, 0.0, 1.0 - is_strong)
    add(LITTLE, (choices.diminished - 1) * size, 0.0, -is_strong)


def emotion_models(rows: Iterable[tuple[str, str, str, float]], choices: Choices) -> tuple[Model, Model]:
    """From (language, emotion, term, intensity 1-3): which emotions, and how strong.

    The intensity of an emotion is its sum in the second model divided by that in the first (`tags.intensities`): the
    mean over its words, one step up when boosted or in capitals, one step down when toned down. A negated word is none.
    """
    tags: dict[str, Cells] = {language: {} for language in LANGUAGES}
    steps: dict[str, Cells] = {language: {} for language in LANGUAGES}
    for language, emotion, term, intensity in rows:
        tags[language][term, emotion] = 1.0
        steps[language][term, emotion] = intensity
        if " " not in term:
            tags[language][NOT + term, emotion] = -1.0
            steps[language][NOT + term, emotion] = -intensity
            steps[language][VERY + term, emotion] = 1.0
            steps[language][LITTLE + term, emotion] = -1.0
    for found in tags.values():
        found.update({(INTERCEPT, emotion): -choices.tag_threshold for emotion in EMOTIONS})
    return (
        Model(EMOTION, {code: Weights.from_cells(found, EMOTIONS) for code, found in tags.items()}),
        Model(
            EMOTION_INTENSITY, {code: Weights.from_cells(found, EMOTIONS) for code, found in steps.items()}
        ),
    )


def topic_model(task: str, rows: Iterable[tuple[str, str, str]], choices: Choices) -> Model:
    """From (language, label, term) for the drivers or the elements of value: what a text is about, for or against."""
    if task not in (DRIVER, VALUE_ELEMENT):
        raise InputError(
            f"{task} is no topic", where="topic_model", remedy=f"use {DRIVER} or {VALUE_ELEMENT}"
        )
    rows = list(rows)
    labels = tuple(dict.fromkeys(label for _, label, _ in sorted(rows)))
    cells: dict[str, Cells] = {language: {} for language in LANGUAGES}
    for language, label, term in rows:
        cells[language][term, label] = 1.0
    for found in cells.values():
        found.update({(INTERCEPT, label): -choices.tag_threshold for label in labels})
    return Model(task, {code: Weights.from_cells(found, labels) for code, found in cells.items()})


def pattern_polarities(xml: str, own: Iterable[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """Rows of `sentiment_model` for Dutch from a subjectivity lexicon in the XML of the Antwerp library (public domain).

    A word is the mean of its senses, times 2; words that the own list has, also by a stem, are left out. The file
    is read by whoever calls, from where the user put it.

    Raises
    ------
    InputError : the text is no such lexicon.
    """
    try:
        words = ElementTree.fromstring(xml).findall("word")
        senses: dict[str, list[float]] = {}
        for word in words:
            senses.setdefault(word.attrib["form"].lower(), []).append(float(word.attrib["polarity"]))
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise InputError(
            f"this is no subjectivity lexicon: {error}",
            where="lexicon",
            remedy="use nl-sentiment.xml, whose words have a form and a polarity",
        ) from error
    known = {term for language, term, _ in own if language == "nl"}
    stems = tuple(term[:-1] for term in known if term.endswith("*"))
    return [
        ("nl", form, 2.0 * sum(found) / len(found))
        for form, found in senses.items()
        if any(found) and form.count(" ") <= 1 and form not in known and not form.startswith(stems)
    ]
