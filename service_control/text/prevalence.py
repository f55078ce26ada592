"""How many texts have a label, the model's mistakes accounted for (Saerens, Latinne & Decaestecker 2002)."""

from __future__ import annotations

import numpy as np

STEPS = 1_000
CLOSE = 1e-8


def prevalence(probabilities: np.ndarray, trained_share: np.ndarray | float) -> np.ndarray:
    """Share of each label in n texts by expectation-maximisation (EMQ).

    Parameters
    ----------
    probabilities : (n, labels), calibrated.
    trained_share : share of each label in the texts the model was calibrated on.

    Returns
    -------
    shares (labels). Counting given labels is wrong as soon as the share differs from that in training.
    """
    found = np.clip(np.asarray(probabilities, float), 1e-12, 1 - 1e-12)
    before = np.clip(np.broadcast_to(np.asarray(trained_share, float), found.shape[1:]), 1e-6, 1 - 1e-6)
    odds = found / (1 - found) * ((1 - before) / before)
    share = before.copy()
    for _ in range(STEPS):
        there = odds * share
        new = np.mean(there / (there + 1 - share), axis=0)
        if np.abs(new - share).max() < CLOSE:
            return new
        share = np.clip(new, 1e-12, 1 - 1e-12)
    return share
