"""What scores mean: a polarity, an intensity. Belongs here: from scores to codes. Not here: sums of weights."""

from __future__ import annotations

import numpy as np

from service_control.text.lexicon import NEGATIVE, POSITIVE, SENTIMENT_LABELS, STRONG

MIXED = "mixed"
POLARITIES = ("-2", "-1", "0", "1", "2", MIXED)
_AT = {label: at for at, label in enumerate(SENTIMENT_LABELS)}


def polarities(values: np.ndarray) -> np.ndarray:
    """Codes of POLARITIES for scores (n, positive/negative/strong); "" where there is no score.

    Positive and negative both: mixed. One of them: 1 or -1, with strong 2 or -2. None: 0.
    """
    positive, negative, strong = (values[:, _AT[label]] >= 0 for label in (POSITIVE, NEGATIVE, STRONG))
    number = (positive.astype(int) - negative) * (1 + strong)
    codes = np.array(POLARITIES, object)[number + 2]
    codes[positive & negative] = MIXED
    codes[np.isnan(values).any(axis=1)] = ""
    return codes


def sentiment_codes(polarity: np.ndarray) -> np.ndarray:
    """The reverse: codes (n, 3) of 0 and 1 to train with, from people's codes of POLARITIES."""
    signs = {
        "-2": (0, 1, 1),
        "-1": (0, 1, 0),
        "0": (0, 0, 0),
        "1": (1, 0, 0),
        "2": (1, 0, 1),
        MIXED: (1, 1, 0),
    }
    return np.array([signs[code] for code in polarity.tolist()], float).reshape(-1, 3)


def polarity_score(values: np.ndarray) -> np.ndarray:
    """Positive minus negative score; its sign is the direction even of a mixed text."""
    return values[:, _AT[POSITIVE]] - values[:, _AT[NEGATIVE]]


def intensities(
    sums: np.ndarray, words: np.ndarray, word_intercepts: np.ndarray, given: np.ndarray
) -> np.ndarray:
    """1, 2 or 3 for every emotion that a text has, 0 for the others; (n, 8).

    Parameters
    ----------
    sums : scores of task emotion_intensity, whose intercepts are 0.
    words : scores of the lexicon of task emotion, and `word_intercepts` its intercepts: the quotient is the mean
        intensity of the words.
    given : whether the text has the emotion, by the active model.
    """
    counted = words - word_intercepts
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(counted > 0, sums / counted, 0.0)
    return np.where(given, np.clip(np.floor(mean + 0.5), 1, 3), 0).astype(int)
