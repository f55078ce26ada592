"""Dutch, English or another language, from own words. Belongs here: what it learns from. Not here: the learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from service_control.text.learn import features, train
from service_control.text.weights import ANY_LANGUAGE, LANGUAGE, Model

DUTCH, ENGLISH, OTHER = LANGUAGES = ("nl", "en", "other")
WORD_WEIGHT = 0.2


def language_model(
    samples: Iterable[tuple[str, str]], words: Iterable[tuple[str, str]], modifiers: Mapping[str, str]
) -> Model:
    """A model of the language: the label with the highest score is it.

    Parameters
    ----------
    samples : (language, text) of seed `language_samples`; languages other than nl and en are `other`.
    words : (language, term) of the lexicons; stems and all. A word in both languages tells nothing and is left out.
    modifiers : as for scoring, so that the terms are the same.
    """
    samples, words = list(samples), [(code, term.rstrip("*")) for code, term in words]
    both = {term for code, term in words if code == DUTCH} & {term for code, term in words if code == ENGLISH}
    words = [(code, term) for code, term in words if term not in both]
    texts = [text for _, text in samples + words]
    codes = np.array([[code == label for label in LANGUAGES] for code, _ in samples + words], float)
    weight = np.array([1.0] * len(samples) + [WORD_WEIGHT] * len(words))
    learned = train(features(texts, modifiers, fewest=1), codes, LANGUAGES, weight=weight)
    return Model(LANGUAGE, {ANY_LANGUAGE: learned})
