"""Whether a new model may take the place of the active one, and what changes when it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service_control.text.assumptions import Assumptions
from service_control.text.evaluate import INTERVAL, Estimate, counts, f1, resampling


@dataclass(frozen=True)
class Verdict:
    """The gate's answer. `gain` is the difference in macro-F1, new minus active, on the same held-out texts.

    Attributes
    ----------
    reasons : why not; empty when the new model may be promoted.
    """

    gain: Estimate
    losses: dict[str, float]
    reasons: tuple[str, ...]

    @property
    def is_promoted(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons


def judge(
    codes: np.ndarray,
    active: np.ndarray,
    new: np.ndarray,
    labels: Sequence[str],
    *,
    assumptions: Assumptions,
    seed: int = 0,
) -> Verdict:
    """New against active on the fixed random hold-out.

    Parameters
    ----------
    codes, active, new : (n, labels) by people, the active and the new model.

    The lower end of the 95 % bootstrap interval of the gain must not be below 0. Labels with too few texts are
    not judged; when that is all of them, nothing is promoted.
    """
    measured = np.asarray(codes, bool).sum(axis=0) >= assumptions.text_minimum_positives
    n = len(codes)
    if not measured.any():
        nothing = Estimate(np.nan, np.nan, np.nan, n)
        return Verdict(nothing, {}, (f"no label has {assumptions.text_minimum_positives:g} held-out texts",))
    per_label = f1(counts(codes, new)) - f1(counts(codes, active))
    draws = resampling(n, assumptions, seed)
    drawn = (f1(counts(codes, new, draws)) - f1(counts(codes, active, draws)))[:, measured].mean(axis=1)
    low, high = np.percentile(drawn, INTERVAL)
    gain = Estimate(float(per_label[measured].mean()), float(low), float(high), n)
    largest_loss = assumptions.text_largest_label_loss
    losses = {
        label: float(-change)
        for label, change, known in zip(labels, per_label, measured, strict=True)
        if known and -change > largest_loss
    }
    reasons = [f"{label} loses {loss:.3f}, more than {largest_loss}" for label, loss in losses.items()]
    if low < 0:
        reasons.insert(0, f"the gain may be a loss: {gain.value:+.3f} [{low:+.3f}, {high:+.3f}]")
    return Verdict(gain, losses, tuple(reasons))


@dataclass(frozen=True)
class Change:
    """One label before and after a promotion: shares of all n texts that have it, that win it, that lose it."""

    label: str
    n: int
    share_before: float
    share_after: float
    won: float
    lost: float


def changes(before: np.ndarray, after: np.ndarray, labels: Sequence[str]) -> list[Change]:
    """What a rescoring of all history does to each label, so that no metric jumps without a reason to show."""
    before, after = np.asarray(before, bool), np.asarray(after, bool)
    return [
        Change(
            label,
            len(before),
            float(old.mean()),
            float(new.mean()),
            float((~old & new).mean()),
            float((old & ~new).mean()),
        )
        for label, old, new in zip(labels, before.T, after.T, strict=True)
    ]
