"""The periodic review of the metrics: which go together, which moved apart, which could be missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from service_control.errors import InputError
from service_control.statistics.assumptions import Assumptions
from service_control.statistics.results import Estimate, Refusal

Hint = Literal["keep", "watch", "retire"]
HintReason = Literal["linked", "outcome", "drifted", "redundant", "no_link", "not_measured"]


@dataclass(frozen=True, slots=True)
class PairMoments:
    """Moments of pairs of metrics per unit, each pair over the periods in which both were measured.

    Attributes
    ----------
    firsts, seconds : (m,) metric codes of each pair; a pair stands once.
    n, sum_first, sum_second, square_first, square_second, product : (units, m); zeros where a unit has no such pair.

    Units (teams, segments) are what is independent: the months of one unit resemble each other. Sums of values from
    which the mean of the unit was taken off give correlations over time, others give those between units as well.
    """

    firsts: tuple[str, ...]
    seconds: tuple[str, ...]
    n: np.ndarray
    sum_first: np.ndarray
    sum_second: np.ndarray
    square_first: np.ndarray
    square_second: np.ndarray
    product: np.ndarray

    @classmethod
    def of_panel(cls, names: Sequence[str], values: np.ndarray) -> PairMoments:
        """Every pair of metrics of a panel.

        Parameters
        ----------
        values : (units, periods, metrics), NaN where a unit was not measured.
        """
        firsts, seconds = np.triu_indices(len(names), 1)
        known = ~np.isnan(values)
        counts, filled = known.astype(float), np.where(known, values, 0.0)
        squares = filled * filled

        def summed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
            # all pairs of a unit are one product of matrices: pairs x periods would not fit for many units
            return (first.transpose(0, 2, 1) @ second)[:, firsts, seconds]

        return cls(
            tuple(names[i] for i in firsts),
            tuple(names[i] for i in seconds),
            summed(counts, counts),
            summed(filled, counts),
            summed(counts, filled),
            summed(squares, counts),
            summed(counts, squares),
            summed(filled, filled),
        )

    def correlation(self) -> tuple[np.ndarray, np.ndarray]:
        """Pearson correlations over all units (m,), and without each unit in turn (units, m).

        NaN where one of the two does not vary.
        """
        parts = (
            self.n, self.sum_first, self.sum_second, self.square_first, self.square_second, self.product
        )  # fmt: skip
        totals = [part.sum(axis=0) for part in parts]
        without = (total - part for total, part in zip(totals, parts, strict=True))
        # what is left of a difference of sums is rounding below this part of them
        *_, squares_first, squares_second, _ = totals
        least = 1e-12 * squares_first, 1e-12 * squares_second
        return _pearson(*totals, *least), _pearson(*without, *least)


def _pearson(
    n: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    aa: np.ndarray,
    bb: np.ndarray,
    ab: np.ndarray,
    least_a: np.ndarray,
    least_b: np.ndarray,
) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        spread_a, spread_b = aa - a * a / n, bb - b * b / n
        varies = (spread_a > least_a) & (spread_b > least_b)
        return np.where(varies, (ab - a * b / n) / np.sqrt(spread_a * spread_b), np.nan)


def reviewed_months(values: np.ndarray, last: int, *, assumptions: Assumptions) -> np.ndarray | None:
    """The months of one review, as distance from the mean of each unit in them; None when there are not so many.

    Parameters
    ----------
    values : (units, months, metrics), NaN where a unit was not measured.
    last : index of the last month of the review.
    """
    months = int(assumptions.review_months)
    if last + 1 < months:
        return None
    chosen = values[:, last + 1 - months : last + 1]
    count = (~np.isnan(chosen)).sum(axis=1, keepdims=True)
    return chosen - np.nansum(chosen, axis=1, keepdims=True) / np.maximum(count, 1)


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of two metrics.

    `transformed` is Fisher's z, by which reviews are compared. `q_value` is that of no correlation, after Benjamini and
    Hochberg over all pairs. `is_redundant`: |value| is above the assumption and certainly not zero.
    """

    first: str
    second: str
    n: int
    estimate: Estimate
    transformed: Estimate
    q_value: float
    is_real: bool
    is_redundant: bool


def correlations(pairs: PairMoments, *, assumptions: Assumptions) -> tuple[Correlation | Refusal, ...]:
    """One result per pair, in their order; a Refusal where too few units have it or a metric does not vary.

    Interval and test by a jackknife over units of Fisher's z, Student's t with units - 1.
    """
    refused: dict[int, Refusal] = {}
    tested: dict[int, Estimate] = {}
    whole, without = pairs.correlation()
    level = assumptions.significance_level
    for j, value in enumerate(whole):
        name = f"{pairs.firsts[j]}, {pairs.seconds[j]}"
        has_pair = pairs.n[:, j] > 0
        count = int(has_pair.sum())
        if count < assumptions.panel_minimum_units:
            refused[j] = Refusal("too_few_units", assumptions.panel_minimum_units, count, name)
            continue
        samples = without[has_pair, j]
        if np.isnan(value) or np.isnan(samples).any():
            refused[j] = Refusal("no_variation", 2, 1, name)
            continue
        z = float(np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12)))
        moved = np.arctanh(np.clip(samples, -1 + 1e-12, 1 - 1e-12)) - z
        error = float(np.sqrt((count - 1) / count * (moved**2).sum()))
        tested[j] = Estimate.of(z, error, level, count - 1)
    q_values = stats.false_discovery_control([z.p_value for z in tested.values()]) if tested else []
    judged = {
        j: _judged(pairs, j, float(whole[j]), z, float(q), assumptions)
        for (j, z), q in zip(tested.items(), q_values, strict=True)
    }
    found = judged | refused
    return tuple(found[j] for j in range(len(whole)))


def _judged(
    pairs: PairMoments, j: int, value: float, z: Estimate, q_value: float, assumptions: Assumptions
) -> Correlation:
    is_real = q_value <= assumptions.significance_level
    return Correlation(
        pairs.firsts[j],
        pairs.seconds[j],
        int(pairs.n[:, j].sum()),
        Estimate(value, float(np.tanh(z.low)), float(np.tanh(z.high))),
        z,
        q_value,
        is_real,
        is_real and abs(value) > assumptions.redundant_correlation,
    )


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a correlation moved since the review before, in Fisher's z; q over all pairs of both reviews."""

    first: str
    second: str
    before: float
    now: float
    change: Estimate
    q_value: float
    is_real: bool


def drift(
    before: tuple[Correlation | Refusal, ...],
    now: tuple[Correlation | Refusal, ...],
    *,
    assumptions: Assumptions,
) -> tuple[Drift, ...]:
    """Pairs that both reviews know, compared; the periods of the two reviews must not overlap."""
    earlier = {(pair.first, pair.second): pair for pair in before if isinstance(pair, Correlation)}
    known = [
        (earlier[pair.first, pair.second], pair)
        for pair in now
        if isinstance(pair, Correlation) and (pair.first, pair.second) in earlier
    ]
    if not known:
        return ()
    level = assumptions.significance_level
    changes = []
    for old, new in known:
        error = np.hypot(old.transformed.standard_error, new.transformed.standard_error)
        freedom = min(old.transformed.degrees_of_freedom, new.transformed.degrees_of_freedom)
        changes.append(Estimate.of(new.transformed.value - old.transformed.value, error, level, freedom))
    q_values = stats.false_discovery_control([change.p_value for change in changes])
    return tuple(
        Drift(
            new.first,
            new.second,
            old.estimate.value,
            new.estimate.value,
            change,
            float(q),
            bool(q <= level),
        )
        for (old, new), change, q in zip(known, changes, q_values, strict=True)
    )


@dataclass(frozen=True, slots=True)
class MetricHint:
    """What to do with a metric and why; `other` is the metric, `correlation` the figure that the reason speaks of.

    keep: `outcome` (it is one of the results steered by), `linked` (to outcome `other`).
    watch: `drifted` (against `other`), `no_link` (to any outcome), `not_measured` (too thin to judge).
    retire: `redundant` (says what `other` says, and `other` is linked more strongly to an outcome).
    """

    metric: str
    hint: Hint
    reason: HintReason
    other: str = ""
    correlation: float = float("nan")


def hints(
    metrics: Collection[str],
    outcomes: Collection[str],
    found: tuple[Correlation | Refusal, ...],
    drifts: tuple[Drift, ...],
) -> tuple[MetricHint, ...]:
    """One hint per metric, in their order.

    An outcome is always kept. Of two metrics that say the same, the one with the weaker link to an outcome is to be
    retired, by name when they are equal, so that never both go. Raises InputError for an outcome that is no metric.
    """
    unknown = set(outcomes) - set(metrics)
    if unknown:
        raise InputError(
            f"{', '.join(sorted(unknown))} is no metric of this review", remedy="add it to the metrics"
        )
    known = [pair for pair in found if isinstance(pair, Correlation)]
    strongest: dict[str, tuple[float, str, float]] = {}
    judged = {
        name
        for pair in known
        if {pair.first, pair.second} & set(outcomes)
        for name in (pair.first, pair.second)
    }
    for pair in known:
        for metric, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if pair.is_real and other in outcomes and metric not in outcomes:
                link = (abs(pair.estimate.value), other, pair.estimate.value)
                strongest[metric] = max(strongest.get(metric, (0.0, "", 0.0)), link)

    def worth(metric: str) -> tuple[bool, float, str]:
        return metric in outcomes, strongest.get(metric, (0.0, "", 0.0))[0], metric

    def hint(metric: str) -> MetricHint:
        if metric in outcomes:
            return MetricHint(metric, "keep", "outcome")
        twins = [
            (pair.second if pair.first == metric else pair.first, pair.estimate.value)
            for pair in known
            if pair.is_redundant and metric in (pair.first, pair.second)
        ]
        better = [(other, r) for other, r in twins if other not in outcomes and worth(other) > worth(metric)]
        if better:
            return MetricHint(metric, "retire", "redundant", *max(better, key=lambda twin: worth(twin[0])))
        if metric not in judged:
            return MetricHint(metric, "watch", "not_measured")
        for moved in drifts:
            if moved.is_real and metric in (moved.first, moved.second):
                other = moved.second if moved.first == metric else moved.first
                return MetricHint(metric, "watch", "drifted", other, moved.now)
        if metric not in strongest:
            return MetricHint(metric, "watch", "no_link")
        return MetricHint(metric, "keep", "linked", *strongest[metric][1:])

    return tuple(hint(metric) for metric in metrics)
