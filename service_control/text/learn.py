"""Weights from people's codes. Belongs here: features, fitting, calibration. Not here: judging (evaluate.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array, diags_array

from service_control.errors import InputError
from service_control.text.score import probability
from service_control.text.terms import Vocabulary, parts_of
from service_control.text.weights import INTERCEPT, Weights

FEWEST_TEXTS = 2  # a term of one text says nothing about the next
# Relative to the mean squared length of a row, so that it means the same for short and for long texts. On Dutch reviews
# (five folds of 800) a fifth of it and four times it differ by 0.1 points.
PENALTY = 0.025
PRIOR_SCALE = 0.3**0.5
SMALLEST_WEIGHT = 1e-4
CALIBRATION_FOLDS = 3
# Fitted this far, the accuracy no longer changes; ten times further takes twice as long.
FIT = {"maxiter": 100, "ftol": 1e-5}


@dataclass(frozen=True)
class Features:
    """`matrix[i, j]`: how often `terms[j]` stands in text i, divided by the square root of its number of words."""

    terms: tuple[str, ...]
    matrix: csr_array

    def take(self, rows: np.ndarray) -> Features:
        """The features of some of the texts."""
        return Features(self.terms, self.matrix[rows])

    def score(self, weights: Weights) -> np.ndarray:
        """Scores (n, labels) with weights of these terms; terms that are not here count for nothing."""
        row = {term: at for at, term in enumerate(weights.terms)}
        here = [at for at, term in enumerate(self.terms) if term in row]
        there = [row[self.terms[at]] for at in here]
        return (self.matrix[:, here] @ weights.matrix[there]).toarray() + weights.intercepts


def features(texts: Sequence[str], modifiers: Mapping[str, str], fewest: int = FEWEST_TEXTS) -> Features:
    """Words, pairs and letters in a row that stand in at least `fewest` of the normalised texts. Stems are left out:
    their letters are there already.
    """
    vocabulary = Vocabulary(modifiers, pairs=None, limit=10**9)
    encoded = vocabulary.encode(texts)
    counts = csr_array(
        (np.ones(len(encoded.terms)), encoded.terms, encoded.starts),
        shape=(len(texts), len(vocabulary.terms)),
    )
    counts.sum_duplicates()
    column: dict[str, int] = {}
    parts, starts = [], [0]
    for term in vocabulary.terms:
        parts += [column.setdefault(part, len(column)) for part in parts_of(term) if not part.endswith("*")]
        starts.append(len(parts))
    stands_for = csr_array(
        (np.ones(len(parts)), np.array(parts, np.int64), np.array(starts, np.int64)),
        shape=(len(vocabulary.terms), len(column)),
    )
    matrix = (counts @ stands_for).tocsr()
    kept = np.flatnonzero(np.bincount(matrix.indices, minlength=len(column)) >= fewest)
    names = np.array(list(column), object)[kept]
    scale = diags_array(1 / np.sqrt(encoded.sizes))
    return Features(tuple(names.tolist()), (scale @ matrix[:, kept]).tocsr())


@dataclass(frozen=True)
class Prior:
    """What is known before any code: the weights of the lexicon and the scores (n, its labels) they give the texts."""

    weights: Weights
    scores: np.ndarray


def train(
    found: Features,
    codes: np.ndarray,
    labels: Sequence[str],
    prior: Prior | None = None,
    weight: np.ndarray | None = None,
    seed: int = 0,
) -> Weights:
    """Weights per label from n coded texts, calibrated: 1 / (1 + exp(-score)) is a probability.

    Parameters
    ----------
    found : features of the n texts.
    codes : (n, labels) between 0 and 1; between them where a teacher is unsure.
    prior : the lexicon; its weights come back scaled within the result, so that few codes do not lose it.
    weight : how much each text counts; None is 1 each.
    seed : of the folds that calibrate.

    A label that fewer than three texts have, or lack, keeps the weights of the lexicon, uncalibrated.

    Raises
    ------
    InputError : such a label that the lexicon does not know.
    """
    codes = np.asarray(codes, float)
    weight = np.ones(len(codes)) if weight is None else np.asarray(weight, float)
    rare = [
        label
        for label, share in zip(labels, np.mean(codes >= 0.5, axis=0).tolist(), strict=True)
        if min(share, 1 - share) * len(codes) < CALIBRATION_FOLDS
    ]
    kept = _of_prior(prior, rare)
    codes = codes[:, [label not in rare for label in labels]]
    learnable = [label for label in labels if label not in rare]
    if not learnable:
        return Weights.from_cells(kept, labels)
    fold = np.random.default_rng(seed).permutation(len(codes)) % CALIBRATION_FOLDS
    apart = np.zeros(codes.shape)
    for part in range(CALIBRATION_FOLDS):
        rest, held = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        learned = _fit(found.take(rest), codes[rest], _rows(prior, rest), weight[rest])
        apart[held] = learned.scores(found.take(held), _rows(prior, held))
    learned = _fit(found, codes, prior, weight)
    slopes, shifts = np.array([platt(apart[:, at], codes[:, at], weight) for at in range(len(learnable))]).T
    return Weights.from_cells(learned.cells(learnable, prior, slopes, shifts) | kept, labels)


def _of_prior(prior: Prior | None, labels: Sequence[str]) -> dict[tuple[str, str], float]:
    """The lexicon's own weights of labels that too few or too many texts have."""
    known = () if prior is None else prior.weights.labels
    for label in labels:
        if label not in known:
            raise InputError(
                f"the label {label} is on (nearly) all coded texts or on none, too much alike to learn from",
                where="codes",
                remedy="code more texts, or give a lexicon that has the label",
            )
    return (
        {} if prior is None else {(t, label): w for t, label, w in prior.weights.cells() if label in labels}
    )


def platt(scores: np.ndarray, codes: np.ndarray, weight: np.ndarray | None = None) -> tuple[float, float]:
    """Slope and shift with which 1 / (1 + exp(-(slope * score + shift))) is a probability (Platt 1999).

    `scores` are those of texts that the model has not seen. The targets are drawn in by one text of each kind, as
    Platt does, so that a perfect separation gives no infinite slope; a slope is never negative.
    """
    weight = np.ones(len(scores)) if weight is None else weight
    positive = float(weight @ codes)
    negative = float(weight.sum() - positive)
    target = codes * (positive + 1) / (positive + 2) + (1 - codes) / (negative + 2)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        value = x[0] * scores + x[1]
        error = weight * (probability(value) - target)
        return float(weight @ (np.logaddexp(0, value) - target * value)), np.array(
            [error @ scores, error.sum()]
        )

    slope, shift = minimize(
        loss, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=[(1e-3, None), (None, None)]
    ).x
    return float(slope), float(shift)


@dataclass(frozen=True)
class _Learned:
    """Per label a row of term weights, weights of the prior's scores, and an intercept."""

    terms: tuple[str, ...]
    of_terms: np.ndarray
    of_prior: np.ndarray
    intercepts: np.ndarray

    def scores(self, found: Features, prior: Prior | None) -> np.ndarray:
        scores = found.matrix @ self.of_terms.T + self.intercepts
        return scores if prior is None else scores + prior.scores @ self.of_prior.T

    def cells(
        self, labels: Sequence[str], prior: Prior | None, slopes: np.ndarray, shifts: np.ndarray
    ) -> dict[tuple[str, str], float]:
        """(term, label) -> weight: learned and prior weights added up, calibration multiplied in."""
        cells: dict[tuple[str, str], float] = {}
        for at, label in enumerate(labels):
            row = self.of_terms[at] * slopes[at]
            heavy = np.flatnonzero(abs(row) >= SMALLEST_WEIGHT)
            cells.update({(self.terms[column], label): float(row[column]) for column in heavy})
            cells[INTERCEPT, label] = float(self.intercepts[at] * slopes[at] + shifts[at])
            if prior is None:
                continue
            factor = dict(zip(prior.weights.labels, (self.of_prior[at] * slopes[at]).tolist(), strict=True))
            for term, known, weight in prior.weights.cells():
                cells[term, label] = cells.get((term, label), 0.0) + factor[known] * weight
        return cells


def _rows(prior: Prior | None, rows: np.ndarray) -> Prior | None:
    return None if prior is None else Prior(prior.weights, prior.scores[rows])


def _fit(found: Features, codes: np.ndarray, prior: Prior | None, weight: np.ndarray) -> _Learned:
    """Logistic: minimises sum(weight * loss) + penalty / 2 * |weights|^2 per label, intercept free.

    Rare terms are penalised less than common ones, by the square root of their inverse document frequency.
    """
    texts, terms = found.matrix.shape
    documents = np.bincount(found.matrix.indices, minlength=terms)
    rarity = np.sqrt(np.log(texts / np.maximum(documents, 1)))
    matrix = (found.matrix @ diags_array(rarity)).tocsr()
    length = max(float((matrix.data**2).sum()) / texts, 1e-12) ** 0.5
    matrix = matrix / length
    known = np.zeros((texts, 0)) if prior is None else prior.scores * PRIOR_SCALE
    across = matrix.T.tocsr()
    solution = np.zeros((codes.shape[1], terms + known.shape[1] + 1))

    def loss(x: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ x[:terms] + known @ x[terms:-1] + x[-1]
        slope = weight * (probability(score) - target)
        value = weight @ (np.logaddexp(0, score) - target * score) + PENALTY / 2 * (x[:-1] @ x[:-1])
        return float(value), np.concatenate(
            [across @ slope + PENALTY * x[:terms], known.T @ slope + PENALTY * x[terms:-1], [slope.sum()]]
        )

    for at in range(codes.shape[1]):
        share = np.clip(np.average(codes[:, at], weights=weight), 1e-3, 1 - 1e-3)
        start = np.append(np.zeros(solution.shape[1] - 1), np.log(share / (1 - share)))
        solution[at] = minimize(loss, start, (codes[:, at],), jac=True, method="L-BFGS-B", options=FIT).x
    return _Learned(
        found.terms,
        solution[:, :terms] * rarity / length,
        solution[:, terms:-1] * PRIOR_SCALE,
        solution[:, -1],
    )
