"""A model is a table of weights per term. Belongs here: the table and its name. Not here: where weights come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from service_control.errors import InputError

INTERCEPT = "(intercept)"
ANY_LANGUAGE = "*"
SENTIMENT, EMOTION, EMOTION_INTENSITY, DRIVER, VALUE_ELEMENT, LANGUAGE = (
    "sentiment",
    "emotion",
    "emotion_intensity",
    "driver",
    "value_element",
    "language",
)
# The words of the lexicon that intensities are counted from, where task emotion has learned weights.
EMOTION_WORDS = "emotion_words"
# Sums that other scores are made of: no labels of their own.
UNTAGGED = frozenset((LANGUAGE, EMOTION_INTENSITY, EMOTION_WORDS))
# Columns of the table `term_weights`, one row per model version, language, label and term.
COLUMNS = ("model_version", "task", "language_code", "term", "label", "weight")


@dataclass(frozen=True)
class Weights:
    """The weights of one language: `matrix[i, j]` is what `terms[i]` adds to `labels[j]`; intercepts apart.

    The score of a label is intercept + sum(weight x count) / sqrt(words), and the label is given from 0.
    """

    labels: tuple[str, ...]
    terms: tuple[str, ...]
    matrix: csr_array
    intercepts: np.ndarray

    @classmethod
    def from_cells(cls, cells: Mapping[tuple[str, str], float], labels: Iterable[str]) -> Weights:
        """From (term, label) -> weight, intercepts among them. Weights of 0 are left out."""
        labels = tuple(labels)
        column = {label: at for at, label in enumerate(labels)}
        kept = {key: weight for key, weight in cells.items() if weight and key[0] != INTERCEPT}
        terms = tuple(sorted({term for term, _ in kept}))
        row = {term: at for at, term in enumerate(terms)}
        matrix = csr_array(
            (
                np.array(list(kept.values()), float),
                (
                    np.array([row[term] for term, _ in kept], np.int64),
                    np.array([column[label] for _, label in kept], np.int64),
                ),
            ),
            shape=(len(terms), len(labels)),
        )
        return cls(labels, terms, matrix, np.array([cells.get((INTERCEPT, label), 0.0) for label in labels]))

    def cells(self) -> Iterator[tuple[str, str, float]]:
        """(term, label, weight), every intercept among them."""
        for label, weight in zip(self.labels, self.intercepts.tolist(), strict=True):
            yield INTERCEPT, label, weight
        entries = self.matrix.tocoo()
        for row, column, weight in zip(
            entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True
        ):
            yield self.terms[row], self.labels[column], weight


@dataclass(frozen=True)
class Model:
    """One task: the weights per language. A language without weights is not covered, its texts get no score."""

    task: str
    weights: Mapping[str, Weights]

    def __post_init__(self) -> None:
        if len({weights.labels for weights in self.weights.values()}) != 1:
            raise InputError(
                "the languages of a model do not have the same labels",
                where=self.task,
                remedy="give every language a row for each label, if only its intercept",
            )

    @property
    def labels(self) -> tuple[str, ...]:
        return next(iter(self.weights.values())).labels

    @cached_property
    def version(self) -> str:
        """First 16 characters of the SHA-256 of all rows: equal weights have equal names on every machine."""
        rows = sorted(
            f"{language}\t{term}\t{label}\t{weight!r}"
            for language, weights in self.weights.items()
            for term, label, weight in weights.cells()
        )
        return hashlib.sha256("\n".join([self.task, *rows]).encode()).hexdigest()[:16]

    def with_language(self, language: str, weights: Weights) -> Model:
        """The model with other weights for one language, such as those learned from people's codes."""
        return Model(self.task, {**self.weights, language: weights})

    def rows(self) -> list[tuple[str, str, str, str, str, float]]:
        """Rows of `term_weights`, in the order of COLUMNS."""
        version = self.version
        return [
            (version, self.task, language, term, label, weight)
            for language, weights in sorted(self.weights.items())
            for term, label, weight in weights.cells()
        ]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, str, str, str, float]]) -> Model:
        """The model of rows of one version and task.

        Raises
        ------
        InputError : rows of several models, or rows that are not what their version names.
        """
        rows = list(rows)
        named = {(version, task) for version, task, *_ in rows}
        if len(named) != 1:
            raise InputError(
                f"{len(named)} models where one is expected",
                where="term_weights",
                remedy="select one model_version and task",
            )
        ((version, task),) = named
        cells: dict[str, dict[tuple[str, str], float]] = {}
        labels: dict[str, dict[str, None]] = {}
        for _, _, language, term, label, weight in rows:
            cells.setdefault(language, {})[term, label] = weight
            if term == INTERCEPT:
                labels.setdefault(language, {})[label] = None
        model = cls(
            task, {code: Weights.from_cells(found, labels.get(code, ())) for code, found in cells.items()}
        )
        if model.version != version:
            raise InputError(
                f"the weights are not those of version {version}",
                where="term_weights",
                remedy="load the table again or train anew; rows were changed or are missing",
            )
        return model
