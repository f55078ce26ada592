"""Which texts people code next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service_control.text.assumptions import Assumptions
from service_control.text.score import probability


@dataclass(frozen=True)
class Sample:
    """Rows to code. Quality is measured on `random` only; `uncertain` teaches most; `twice` gets a second coder."""

    random: np.ndarray
    uncertain: np.ndarray
    twice: np.ndarray


def sample(values: np.ndarray, size: int, seed: int, *, assumptions: Assumptions) -> Sample:
    """Half of `size` at random, half where the model is least sure, among n texts not coded yet.

    Parameters
    ----------
    values : scores (n, labels); a text without score (NaN) can only be drawn at random.
    size : texts to code; at most n are given.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(values))
    drawn = order[: (min(size, len(values)) + 1) // 2]
    rest = order[len(drawn) :]
    doubt = np.nan_to_num(np.abs(probability(values[rest]) - 0.5), nan=0.5).min(axis=1)
    uncertain = rest[np.argsort(doubt, kind="stable")][: size // 2]
    # Agreement between people is quality too, so it is measured on the random half.
    twice = drawn[: int(np.ceil(len(drawn) * assumptions.text_coded_twice_share))]
    return Sample(drawn, uncertain, twice)
