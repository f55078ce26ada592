"""How many texts have a label, the model's mistakes accounted for (Saerens, Latinne & Decaestecker 2002).

What a text says is its log ratio: score minus the log odds of the label in training. With it the shares of any number
of texts follow from counts per step of the log ratio, so that SQL counts and only counts come here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service_control.statistics.estimators import Z_975

STEPS = 1_000
CLOSE = 1e-8
# Log ratios are cut off here and counted in steps of a tenth: beyond, a text is as good as certain.
CERTAIN = 8
STEPS_PER_UNIT = 10


@dataclass(frozen=True)
class Shares:
    """Shares of n groups of texts with their 95 % intervals."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def log_ratios(probabilities: np.ndarray, trained_share: np.ndarray | float) -> np.ndarray:
    """Of calibrated probabilities: log odds less those in the texts that the model was calibrated on."""
    found = np.clip(np.asarray(probabilities, float), 1e-12, 1 - 1e-12)
    before = np.clip(np.asarray(trained_share, float), 1e-6, 1 - 1e-6)
    return np.log(found / (1 - found)) - np.log(before / (1 - before))


def prevalence(ratios: np.ndarray, group: np.ndarray, count: np.ndarray, effective: np.ndarray) -> Shares:
    """The share with the label in each group, by expectation-maximisation.

    Parameters
    ----------
    ratios : (rows) log ratio of texts.
    group : (rows) the group, 0 to n - 1, every one of which has rows.
    count : (rows) how many texts.
    effective : (n) how many texts the interval is worth; at most the number of texts.

    Counting given labels is wrong as soon as the share differs from that in training. The interval is that of maximum
    likelihood: what ratios near 0 leave open makes it wider than that of a plain share.
    """
    odds = np.exp(np.asarray(ratios, float))
    size = np.bincount(group, count)
    share = np.full(len(size), 0.5)
    for _ in range(STEPS):
        there = odds * share[group]
        new = np.bincount(group, count * there / (there + 1 - share[group])) / size
        done = np.abs(new - share).max(initial=0) < CLOSE
        share = new
        if done:
            break
    slope = (odds - 1) / (odds * share[group] + 1 - share[group])
    information = np.bincount(group, count * slope * slope) * effective / size
    half = Z_975 / np.sqrt(np.maximum(information, CLOSE))
    return Shares(share, np.maximum(share - half, 0), np.minimum(share + half, 1))
