"""`python -m benchmarks.text.quality`: sentiment on texts that nobody here wrote, without codes, with 50 and with 800.

SERVICE_CONTROL_REAL_DATA names their folder. Dutch shop reviews are positive or negative; the verbatims of a telecom
provider have a score of 0-10, of which promoters and detractors are told apart. Intervals are 95 %, by bootstrap.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from orchestration.text_seeds import choices, modifiers, sentiment_rows
from service_control.text.evaluate import Estimate, calibration_error
from service_control.text.learn import Features, Prior, features, train
from service_control.text.lexicon import sentiment_model
from service_control.text.score import probability, scores_with
from service_control.text.tags import polarity_score
from service_control.text.teacher import sentence_vectors, teach
from service_control.text.tokens import normalise
from service_control.text.weights import Weights

PROMOTER, DETRACTOR = 9, 6
FOLDS, CROSSINGS = 5, 2
FEW, FEW_HELD_OUT, FEW_DRAWS = 50, 300, 20
RESAMPLES = 2_000


@dataclass(frozen=True)
class Texts:
    """Normalised texts of one language and whether each is positive."""

    language: str
    texts: list[str]
    positive: np.ndarray


def reviews(folder: Path) -> Texts:
    """1,000 Dutch shop reviews."""
    with (folder / "dutch_text/bol_reviews_1000.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Texts(
        "nl", [normalise(row["review"]) for row in rows], np.array([int(row["label"]) > 0 for row in rows])
    )


def verbatims(folder: Path) -> Texts:
    """English verbatims of promoters and detractors that are not empty."""
    with (folder / "nps_verbatims/verbatim.csv").open(newline="", encoding="latin-1") as file:
        rows = [
            (normalise(row["text"]), int(row["NPS_SCORE"]))
            for row in csv.DictReader(file)
            if row["text"].strip() and row["NPS_SCORE"].strip().isdigit()
        ]
    rows = [(text, mark) for text, mark in rows if mark >= PROMOTER or mark <= DETRACTOR]
    return Texts("en", [text for text, _ in rows], np.array([mark >= PROMOTER for _, mark in rows]))


def lexicon(of: Texts) -> Prior:
    """The lexicon of the language and its scores (n, 3)."""
    weights = sentiment_model(sentiment_rows(), choices()).weights[of.language]
    return Prior(weights, scores_with(weights, of.texts, modifiers()))


def share(right: np.ndarray, seed: int = 0) -> Estimate:
    """Mean of n rights with its interval."""
    n = len(right)
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES) @ right / n
    low, high = np.percentile(draws, (2.5, 97.5))
    return Estimate(float(right.mean()), float(low), float(high), n)


def without_codes(of: Texts) -> Estimate:
    """Accuracy of the lexicon alone; a text without any known word counts as wrong when it is positive."""
    return share((polarity_score(lexicon(of).scores) > 0) == of.positive)


@dataclass(frozen=True)
class Learned:
    """Accuracy on held-out texts and the calibration error there."""

    accuracy: Estimate
    calibration_error: float


def _known(of: Texts) -> tuple[Features, np.ndarray, Prior]:
    return features(of.texts, modifiers()), of.positive[:, None].astype(float), lexicon(of)


def with_many_codes(of: Texts) -> Learned:
    """Each text scored by models that did not see it, trained on four fifths; mean of two ways to cut."""
    found, codes, prior = _known(of)
    right, promised = np.zeros(len(codes)), np.zeros(len(codes))
    for crossing in range(CROSSINGS):
        fold = np.random.default_rng(crossing).permutation(len(codes)) % FOLDS
        for part in range(FOLDS):
            rest, held = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
            weights = train(
                found.take(rest), codes[rest], ["positive"], Prior(prior.weights, prior.scores[rest])
            )
            scores = _score(of, held, weights)
            right[held] += ((scores > 0) == of.positive[held]) / CROSSINGS
            promised[held] = probability(scores)
    return Learned(share(right), calibration_error(promised, of.positive))


def with_few_codes(of: Texts, vectors: np.ndarray | None = None) -> Estimate:
    """50 coded texts, the rest of the training part uncoded; mean and interval over draws. `vectors` of a teacher."""
    found, codes, prior = _known(of)
    accuracies = []
    for held, coded, uncoded in _draws(len(codes)):
        rows, taught, weight = coded, codes[coded], np.ones(len(coded))
        if vectors is not None:
            rows = np.concatenate([coded, uncoded])
            taught, weight = teach(vectors[rows], prior.scores[rows], np.arange(len(coded)), codes[coded])
        weights = train(
            found.take(rows), taught, ["positive"], Prior(prior.weights, prior.scores[rows]), weight
        )
        accuracies.append(((_score(of, held, weights) > 0) == of.positive[held]).mean())
    return share(np.array(accuracies))


def _draws(n: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    for draw in range(FEW_DRAWS):
        order = np.random.default_rng(1_000 + draw).permutation(n)
        yield order[:FEW_HELD_OUT], order[FEW_HELD_OUT : FEW_HELD_OUT + FEW], order[FEW_HELD_OUT + FEW :]


def _score(of: Texts, rows: np.ndarray, weights: Weights) -> np.ndarray:
    return scores_with(weights, [of.texts[row] for row in rows], modifiers())[:, 0]


def _told(what: str, found: Estimate) -> str:
    return f"| {what} | {found.value:.3f} | {found.low:.3f} – {found.high:.3f} | {found.n} |"


def main() -> None:
    """Print a table; --teacher adds the rows that need the sentence model, a second or so per review."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text.quality", description=main.__doc__)
    parser.add_argument("--teacher", action="store_true")
    options = parser.parse_args()
    folder = Path(os.environ["SERVICE_CONTROL_REAL_DATA"])
    dutch, english = reviews(folder), verbatims(folder)
    print("| texts, codes | accuracy | 95 % interval | n |\n|---|---:|---|---:|")
    print(_told("Dutch reviews, none", without_codes(dutch)))
    print(_told(f"Dutch reviews, {FEW} (n draws)", with_few_codes(dutch)))
    if options.teacher:
        print(
            _told(
                f"Dutch reviews, {FEW} and teacher (n draws)",
                with_few_codes(dutch, sentence_vectors(dutch.texts)),
            )
        )
    for name, of in (("Dutch reviews", dutch), ("English verbatims", english)):
        learned = with_many_codes(of)
        print(_told(f"{name}, {len(of.texts) * (FOLDS - 1) // FOLDS}", learned.accuracy))
        print(f"|   its calibration error | {learned.calibration_error:.3f} | | |")
    print(_told("English verbatims, none", without_codes(english)))


if __name__ == "__main__":
    main()
