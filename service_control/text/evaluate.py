"""How good a model is on texts it has not seen. Belongs here: figures with intervals. Not here: verdicts (gate.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service_control.errors import InputError
from service_control.text.assumptions import Assumptions

INTERVAL = (2.5, 97.5)


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % bootstrap interval and the number of texts behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class LabelQuality:
    """One label: how many held-out texts have it by people's codes; NaN where it is not measured."""

    label: str
    positives: int
    precision: float
    recall: float
    f1: float

    @property
    def is_measured(self) -> bool:
        """Whether there are enough texts with the label."""
        return not np.isnan(self.f1)


@dataclass(frozen=True)
class Quality:
    """A model on held-out texts: macro-F1 over the measured labels, exact accuracy, kappa with people, per label."""

    macro_f1: Estimate
    accuracy: Estimate
    kappa: Estimate
    labels: tuple[LabelQuality, ...]


def counts(codes: np.ndarray, given: np.ndarray, draws: np.ndarray | None = None) -> np.ndarray:
    """True positives, false positives, false negatives per label: (3, labels), or (draws, 3, labels).

    `codes` and `given` are (n, labels) of people and model; `draws` (draws, n) says how often each text counts.
    """
    codes, given = np.asarray(codes, bool), np.asarray(given, bool)
    kinds = np.stack([codes & given, ~codes & given, codes & ~given])
    if draws is None:
        return kinds.sum(axis=1)
    return np.einsum("dn,knl->dkl", draws, kinds.astype(float), optimize=True)


def f1(counted: np.ndarray) -> np.ndarray:
    """2 tp / (2 tp + fp + fn), 0 where nothing is there or found."""
    hit, wrong, missed = (counted[..., at, :] for at in range(3))
    whole = 2 * hit + wrong + missed
    return np.divide(2 * hit, whole, out=np.zeros_like(whole, float), where=whole > 0)


def resampling(n: int, assumptions: Assumptions, seed: int = 0) -> np.ndarray:
    """(bootstrap_samples, n): how often each text is in each sample. The same for two models, so they are compared on
    the same samples.
    """
    samples = int(assumptions.bootstrap_samples)
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=samples)


def evaluate(
    codes: np.ndarray,
    given: np.ndarray,
    labels: Sequence[str],
    *,
    assumptions: Assumptions,
    seed: int = 0,
) -> Quality:
    """The quality of labels given to n held-out texts, which must be the random part of the sample.

    Raises
    ------
    InputError : no text, or shapes that differ.
    """
    codes, given = np.asarray(codes, bool), np.asarray(given, bool)
    if not len(codes) or codes.shape != given.shape or codes.shape[1] != len(labels):
        raise InputError(
            f"codes {codes.shape} and given labels {given.shape} do not fit {len(labels)} labels",
            where="evaluate",
            remedy="give both as (texts, labels), with at least one text",
        )
    counted = counts(codes, given)
    positives = codes.sum(axis=0)
    measured = positives >= assumptions.text_minimum_positives
    scored = f1(counted)
    draws = resampling(len(codes), assumptions, seed)
    right = (codes == given).all(axis=1)
    return Quality(
        _macro(scored, f1(counts(codes, given, draws)), measured, len(codes)),
        _estimate(right.mean(), draws @ right / len(codes), len(codes)),
        kappa_interval(codes, given, assumptions=assumptions, seed=seed),
        tuple(
            _label(label, *row)
            for label, *row in zip(labels, positives, measured, counted.T, scored, strict=True)
        ),
    )


def _macro(scored: np.ndarray, drawn: np.ndarray, measured: np.ndarray, n: int) -> Estimate:
    if not measured.any():
        return Estimate(np.nan, np.nan, np.nan, n)
    return _estimate(scored[measured].mean(), drawn[:, measured].mean(axis=1), n)


def _label(label: str, positives: int, is_measured: bool, counted: np.ndarray, scored: float) -> LabelQuality:
    if not is_measured:
        return LabelQuality(label, int(positives), np.nan, np.nan, np.nan)
    hit, wrong, _ = counted
    return LabelQuality(
        label,
        int(positives),
        float(hit / (hit + wrong)) if hit + wrong else 0.0,
        float(hit / positives),
        float(scored),
    )


def _estimate(value: float, drawn: np.ndarray, n: int) -> Estimate:
    if np.isnan(drawn).all():
        return Estimate(np.nan, np.nan, np.nan, n)
    low, high = np.nanpercentile(drawn, INTERVAL)
    return Estimate(float(value), float(low), float(high), n)


def cohen_kappa(one: np.ndarray, other: np.ndarray) -> float:
    """Agreement beyond chance of two coders on yes or no for each text and label (Cohen 1960).

    The mean over the labels that either ever gives; (n, labels) each. Compare model and person with person and person.

    >>> cohen_kappa(np.array([[1], [1], [0], [0]]), np.array([[1], [0], [0], [0]]))
    0.5
    """
    one, other = np.asarray(one, float), np.asarray(other, float)
    return float(_kappa(one.mean(0), other.mean(0), (one == other).mean(0)))


def kappa_interval(
    one: np.ndarray, other: np.ndarray, *, assumptions: Assumptions, seed: int = 0
) -> Estimate:
    """`cohen_kappa` with its interval."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    n = len(one)
    draws = resampling(n, assumptions, seed) / n
    drawn = _kappa(draws @ one, draws @ other, draws @ (one == other))
    return _estimate(cohen_kappa(one, other), drawn, n)


def _kappa(first: np.ndarray, second: np.ndarray, agreed: np.ndarray) -> np.ndarray:
    chance = first * second + (1 - first) * (1 - second)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)
    used = ~np.isnan(kappa)
    total = np.where(used, kappa, 0).sum(-1)
    return np.where(used.any(-1), total / np.maximum(used.sum(-1), 1), np.nan)


def calibration_error(probabilities: np.ndarray, codes: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: the mean distance between what is promised and what comes true, over equal bins."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    size = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, probabilities, bins) - np.bincount(place, codes, bins))
    return float(gap.sum() / max(size.sum(), 1))
