"""Scores of texts, and the terms behind them. Belongs here: sums of weights. Not here: what a score means (tags.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array

from service_control.errors import InputError
from service_control.text.tags import intensities
from service_control.text.terms import STATES, Encoded, Vocabulary, parts_of
from service_control.text.terms_behind import NONE, Tags, heaviest, joined
from service_control.text.weights import (
    ANY_LANGUAGE,
    EMOTION,
    EMOTION_INTENSITY,
    EMOTION_WORDS,
    LANGUAGE,
    UNTAGGED,
    Model,
    Weights,
)

UNKNOWN = -1


@dataclass(frozen=True)
class Scores:
    """What a batch of n texts scores.

    Attributes
    ----------
    language : n codes.
    words : n numbers of words.
    values : per task an array (n, labels), NaN where the task has no weights for the language. A label is given
        from 0; `probability(values)` is calibrated only for a model that was.
    """

    language: np.ndarray
    words: np.ndarray
    values: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Contribution:
    """What one term adds to the score of one label of one text."""

    task: str
    label: str
    term: str
    value: float


def probability(values: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-score)), without overflow; NaN stays."""
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def scores_with(weights: Weights, texts: Sequence[str], modifiers: Mapping[str, str]) -> np.ndarray:
    """Scores (n, labels) of normalised texts that are known to be in the language of the weights, as training and
    evaluation have them.
    """
    vocabulary = Vocabulary(modifiers, {term for term in weights.terms if " " in term})
    return _Sum(weights, vocabulary).of(vocabulary.encode(texts))


class Scorer:
    """Scores with one model per task, the language first. Keeps what it learns about words: not for several threads."""

    def __init__(self, models: Sequence[Model], modifiers: Mapping[str, str]) -> None:
        tasks = [model.task for model in models]
        if tasks.count(LANGUAGE) != 1 or len(set(tasks)) != len(tasks):
            raise InputError(
                "a scorer needs a model of the language and at most one of every other task",
                where=", ".join(tasks),
                remedy="give one active version per task",
            )
        self.models = {model.task: model for model in models}
        self._language = self.models[LANGUAGE]
        pairs = {
            term
            for model in models
            for weights in model.weights.values()
            for term in weights.terms
            if " " in term
        }
        self._vocabulary = Vocabulary(modifiers, pairs)
        self._sums = {
            (model.task, language): _Sum(weights, self._vocabulary)
            for model in models
            for language, weights in model.weights.items()
        }
        self._forms = _Forms(self._vocabulary)

    def score(self, texts: Sequence[str]) -> Scores:
        """Scores of normalised, scrubbed texts."""
        return self._score(self._vocabulary.encode(texts))

    def score_and_tag(self, texts: Sequence[str]) -> tuple[Scores, Tags]:
        """The scores and the labels given, each with the terms behind it."""
        encoded = self._vocabulary.encode(texts)
        scores = self._score(encoded)
        rows, tasks, labels, values, steps, chosen = [], [], [], [], [], []
        for code in self._language.labels:
            texts_of = np.flatnonzero(scores.language == code)
            part = encoded.take(texts_of) if len(texts_of) else None
            for task, model in self.models.items():
                if part is None or task in UNTAGGED or code not in model.weights:
                    continue
                found = scores.values[task][texts_of]
                text, label, terms = self._behind(self._sums[task, code], part, found >= 0)
                rows.append(texts_of[text])
                tasks.append(pa.array([task]).take(pa.array(np.zeros(len(text), np.int8))))
                labels.append(pa.array(model.labels, pa.string()).take(pa.array(label)))
                values.append(found[text, label])
                steps.append(self._steps(task, code, scores, texts_of)[text, label])
                chosen.append(terms)
        if not rows:
            nothing = np.zeros(0, np.int64)
            text = pa.array([], pa.string())
            return scores, Tags(nothing, text, text, nothing.astype(float), nothing, text)
        return scores, Tags(
            np.concatenate(rows),
            pa.concat_arrays(tasks),
            pa.concat_arrays(labels),
            np.concatenate(values),
            np.concatenate(steps),
            joined(np.concatenate(chosen), self._vocabulary.terms),
        )

    def _behind(
        self, weights: _Sum, encoded: Encoded, given: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        hits, vectors = weights.hits(encoded.terms)
        owner = np.repeat(np.arange(len(encoded.sizes)), np.diff(encoded.starts))[hits]
        base, form = self._forms.of(encoded.terms[hits])
        return heaviest(owner, base, form, vectors, given)

    def _steps(self, task: str, language: str, scores: Scores, texts: np.ndarray) -> np.ndarray:
        """The intensity of each label, 0 where the task has none."""
        tags = scores.values[task][texts]
        if task != EMOTION or EMOTION_INTENSITY not in self.models:
            return np.zeros(tags.shape, int)
        words = EMOTION_WORDS if EMOTION_WORDS in self.models else EMOTION
        return intensities(
            scores.values[EMOTION_INTENSITY][texts],
            scores.values[words][texts],
            self.models[words].weights[language].intercepts,
            tags >= 0,
        )

    def _score(self, encoded: Encoded) -> Scores:
        best = self._sums[LANGUAGE, ANY_LANGUAGE].of(encoded).argmax(axis=1)
        language = np.array(self._language.labels, object)[best]
        values = {
            task: np.full((len(encoded.sizes), len(model.labels)), np.nan)
            for task, model in self.models.items()
            if task != LANGUAGE
        }
        for code in self._language.labels:
            rows = np.flatnonzero(language == code)
            if not len(rows):
                continue
            part = encoded.take(rows)
            for task, found in values.items():
                if code in self.models[task].weights:
                    found[rows] = self._sums[task, code].of(part)
        return Scores(language, encoded.sizes, values)

    def explain(self, text: str) -> list[Contribution]:
        """The terms behind the score of one text, the heaviest first per task and label.

        A word and its forms (negated, boosted, its stems and letters) are told as one; they sum, with the intercept,
        to the score.
        """
        encoded = self._vocabulary.encode([text])
        language = self._language.labels[int(self._sums[LANGUAGE, ANY_LANGUAGE].of(encoded).argmax())]
        told: dict[tuple[str, str, str], float] = {}
        for task, model in self.models.items():
            if task == LANGUAGE or language not in model.weights:
                continue
            vectors = self._sums[task, language].vectors(encoded.terms) / np.sqrt(encoded.sizes[0])
            for term, vector in zip(encoded.terms.tolist(), vectors.tolist(), strict=True):
                name = self._vocabulary.terms[term]
                for state in STATES[1:]:
                    name = name.removeprefix(state)
                for label, value in zip(model.labels, vector, strict=True):
                    if value:
                        told[task, label, name] = told.get((task, label, name), 0.0) + value
        return sorted(
            (Contribution(task, label, name, value) for (task, label, name), value in told.items()),
            key=lambda found: (found.task, found.label, -abs(found.value), found.term),
        )


class _Sum:
    """One task in one language. Each term met gets the sum of the weights of its parts, once."""

    def __init__(self, weights: Weights, vocabulary: Vocabulary) -> None:
        self._weights, self._vocabulary = weights, vocabulary
        self._row = {term: at for at, term in enumerate(weights.terms)}
        self._dense = weights.matrix.toarray() if len(weights.labels) <= 8 else None
        self._forget()

    def _forget(self) -> None:
        self._generation = self._vocabulary.generation
        self._place = np.zeros(0, np.int64)
        self._vectors = np.zeros((1, len(self._weights.labels)))  # row 0 is for terms without weight
        self._used = 1

    def of(self, encoded: Encoded) -> np.ndarray:
        """Scores (texts, labels)."""
        place = self._places(encoded.terms)
        counts = np.flatnonzero(place)
        used = csr_array(
            (np.ones(len(counts)), place[counts], np.searchsorted(counts, encoded.starts)),
            shape=(len(encoded.sizes), len(self._vectors)),
        )
        return (used @ self._vectors) / np.sqrt(encoded.sizes)[:, None] + self._weights.intercepts

    def hits(self, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which of the terms have a weight, and what they add."""
        place = self._places(terms)
        hits = np.flatnonzero(place)
        return hits, self._vectors[place[hits]]

    def vectors(self, terms: np.ndarray) -> np.ndarray:
        """What each term adds, (terms, labels), not yet divided by the length."""
        return self._vectors[self._places(terms)]

    def _places(self, terms: np.ndarray) -> np.ndarray:
        if self._generation != self._vocabulary.generation:
            self._forget()
        room = len(self._vocabulary.terms) - len(self._place)
        if room > 0:
            self._place = np.concatenate([self._place, np.full(room, UNKNOWN)])
        place = self._place[terms]
        new = np.unique(terms[place == UNKNOWN])
        if len(new):
            for term in new.tolist():
                self._place[term] = self._add(self._vocabulary.terms[term])
            place = self._place[terms]
        return place

    def _add(self, term: str) -> int:
        rows = [row for part in parts_of(term) if (row := self._row.get(part)) is not None]
        if not rows:
            return 0
        if self._used == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        if self._dense is not None:
            self._vectors[self._used] = self._dense[rows].sum(axis=0)
        else:
            self._vectors[self._used] = self._weights.matrix[rows].sum(axis=0)
        self._used += 1
        return self._used - 1


class _Forms:
    """The word of every term, and the term itself where it is a form of it (negated, boosted, toned down)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._generation = vocabulary.generation
        self._known = np.zeros((2, 0), np.int64)

    def of(self, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Word and form (NONE for a plain word) of each term."""
        if self._generation != self._vocabulary.generation:
            self._generation, self._known = self._vocabulary.generation, np.zeros((2, 0), np.int64)
        names = self._vocabulary.terms
        new = [self._describe(names[at], at) for at in range(self._known.shape[1], len(names))]
        if new:
            self._known = np.hstack([self._known, np.array(new, np.int64).T])
        base, form = self._known[:, terms]
        return base, form

    def _describe(self, term: str, at: int) -> tuple[int, int]:
        for state in STATES[1:]:
            if term.startswith(state):
                return self._vocabulary.term_id(term.removeprefix(state)), at
        return at, NONE
