"""The models to begin with, from lists of words that people can edit. Belongs here: words to weights.

The longest term of a list that fits a word counts, and no other: `klachtloos` is an exception to `klacht*`. As weights
add up, those of the longer one have those of the shorter one taken off.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from service_control.errors import InputError
from service_control.text.terms import LITTLE, NOT, SHORTEST_STEM, VERY
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
    cells: dict[str, Cells] = {}
    for language, known in _by_language(
        (language, term, polarity) for language, term, polarity in rows
    ).items():
        found = cells[language] = _without_covered(
            {term: _polarity_cells(polarity, " " in term, choices) for term, polarity in known.items()}
        )
        found[INTERCEPT, POSITIVE] = found[INTERCEPT, NEGATIVE] = -choices.threshold
        found[INTERCEPT, STRONG] = -choices.strong_threshold
    return Model(
        SENTIMENT, {code: Weights.from_cells(found, SENTIMENT_LABELS) for code, found in cells.items()}
    )


def _polarity_cells(polarity: float, is_pair: bool, choices: Choices) -> Cells:
    """(form, label) -> weight of a term: as it is, and what its forms add to that."""
    same, other = (POSITIVE, NEGATIVE) if polarity > 0 else (NEGATIVE, POSITIVE)
    size = abs(polarity)
    is_strong = float(size >= STRONG_WORD)
    negated = choices.negated_positive if polarity > 0 else choices.negated_negative
    # What a form speaks for, what it speaks against, and how strongly.
    forms = {"": (size, 0.0, is_strong)}
    if not is_pair:
        forms[NOT] = (-size, negated * size, -is_strong)
        forms[VERY] = ((choices.boosted - 1) * size, 0.0, 1.0 - is_strong)
        forms[LITTLE] = ((choices.diminished - 1) * size, 0.0, -is_strong)
    cells: Cells = {}
    for form, (own, against, strong) in forms.items():
        cells[form, same] = own - choices.opposition * against
        cells[form, other] = against - choices.opposition * own
        cells[form, STRONG] = strong
    return cells


def _by_language(rows: Iterable[tuple[str, str, float]]) -> dict[str, dict[str, float]]:
    """language -> term -> value, of every language that a model has."""
    found: dict[str, dict[str, float]] = {language: {} for language in LANGUAGES}
    for language, term, value in rows:
        found[language][term] = value
    return found


def _without_covered(forms: Mapping[str, Cells]) -> Cells:
    """Weights of terms, less those of the longest stem of the list that fits the same words."""
    cells: Cells = {}
    for term, own in forms.items():
        covered = _longest_stem(term, forms)
        for (form, label), weight in own.items():
            taken = forms[covered].get((form, label), 0.0) if covered else 0.0
            cells[form + term, label] = weight - taken
        if covered:
            cells.update(
                {
                    (form + term, label): -weight
                    for (form, label), weight in forms[covered].items()
                    if (form, label) not in own
                }
            )
    return cells


def _longest_stem(term: str, terms: Container[str]) -> str | None:
    """The longest stem among `terms`, not the term itself, that all words of the term begin with."""
    if " " in term:
        return None
    word = term.removesuffix("*")
    stems = (f"{word[:end]}*" for end in range(len(word), SHORTEST_STEM - 1, -1))
    return next((stem for stem in stems if stem != term and stem in terms), None)


def emotion_models(rows: Iterable[tuple[str, str, str, float]], choices: Choices) -> tuple[Model, Model]:
    """From (language, emotion, term, intensity 1-3): which emotions, and how strong.

    The intensity of an emotion is its sum in the second model divided by that in the first (`tags.intensities`): the
    mean over its words, one step up when boosted or in capitals, one step down when toned down. A negated word is none.
    """
    tags: dict[str, Cells] = {language: {} for language in LANGUAGES}
    steps: dict[str, Cells] = {language: {} for language in LANGUAGES}
    rows = list(rows)
    for emotion in EMOTIONS:
        own = _by_language((language, term, step) for language, label, term, step in rows if label == emotion)
        for language, known in own.items():
            tags[language].update(
                _without_covered({term: _emotion_cells(emotion, 1.0, 0.0, term) for term in known})
            )
            steps[language].update(
                _without_covered(
                    {term: _emotion_cells(emotion, step, 1.0, term) for term, step in known.items()}
                )
            )
    for found in tags.values():
        found.update({(INTERCEPT, emotion): -choices.tag_threshold for emotion in EMOTIONS})
    return (
        Model(EMOTION, {code: Weights.from_cells(found, EMOTIONS) for code, found in tags.items()}),
        Model(
            EMOTION_INTENSITY, {code: Weights.from_cells(found, EMOTIONS) for code, found in steps.items()}
        ),
    )


def _emotion_cells(emotion: str, weight: float, step: float, term: str) -> Cells:
    cells = {("", emotion): weight}
    if " " not in term:
        cells |= {(NOT, emotion): -weight, (VERY, emotion): step, (LITTLE, emotion): -step}
    return cells


def topic_model(task: str, rows: Iterable[tuple[str, str, str]], choices: Choices) -> Model:
    """From (language, label, term) for the drivers or the elements of value: what a text is about, for or against."""
    if task not in (DRIVER, VALUE_ELEMENT):
        raise InputError(
            f"{task} is no topic", where="topic_model", remedy=f"use {DRIVER} or {VALUE_ELEMENT}"
        )
    rows = list(rows)
    labels = tuple(dict.fromkeys(label for _, label, _ in sorted(rows)))
    cells: dict[str, Cells] = {language: {} for language in LANGUAGES}
    for label in labels:
        own = _by_language((language, term, 1.0) for language, found, term in rows if found == label)
        for language, known in own.items():
            cells[language].update(_without_covered({term: {("", label): 1.0} for term in known}))
    for found in cells.values():
        found.update({(INTERCEPT, label): -choices.tag_threshold for label in labels})
    return Model(task, {code: Weights.from_cells(found, labels) for code, found in cells.items()})
