"""`python -m benchmarks.text.languages`: how often the language is right, short texts apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from orchestration.text_seeds import cold_models, modifiers
from service_control.text.language import LANGUAGES
from service_control.text.score import Scorer
from service_control.text.tokens import normalise
from service_control.text.weights import LANGUAGE

SHORT_WORDS = 3


def labelled() -> list[tuple[str, str]]:
    """Language and text; written without looking at what the model does."""
    lines = (Path(__file__).parent / "sentences/language.txt").read_text(encoding="utf-8").splitlines()
    return [(code, normalise(text)) for code, text in (line.split("\t") for line in lines)]


def found_languages(texts: list[str]) -> np.ndarray:
    """The language of each text."""
    models = [model for model in cold_models() if model.task == LANGUAGE]
    return Scorer(models, modifiers()).score(texts).language


def accuracy(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """(language, "short" or "long") -> right, all. Short is up to three words."""
    counts: dict[tuple[str, str], list[int]] = {}
    for (code, text), found in zip(pairs, found_languages([text for _, text in pairs]), strict=True):
        count = counts.setdefault((code, "short" if len(text.split()) <= SHORT_WORDS else "long"), [0, 0])
        count[0] += code == found
        count[1] += 1
    return {key: (right, n) for key, (right, n) in counts.items()}


def main() -> None:
    """Print a table."""
    print("| language | words | right | of |\n|---|---|---:|---:|")
    found = accuracy(labelled())
    for code in LANGUAGES:
        for size in ("short", "long"):
            right, n = found.get((code, size), (0, 0))
            print(f"| {code} | {size} | {right} | {n} |")


if __name__ == "__main__":
    main()
