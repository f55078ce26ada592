"""Dutch, English, other: on sentences and short answers of our own that the model did not learn from."""

from __future__ import annotations

from benchmarks.text.languages import accuracy, labelled
from orchestration.text_seeds import seed


def test_the_language_is_found():
    """75 of 80 at first sight, 77 once yes and no were among the samples."""
    found = accuracy(labelled())
    long = [found[code, "long"] for code in ("nl", "en", "other")]
    short = [found[code, "short"] for code in ("nl", "en", "other")]
    assert sum(right for right, _ in long) >= 0.97 * sum(n for _, n in long)
    assert sum(right for right, _ in short) >= 0.85 * sum(n for _, n in short)


def test_most_test_sentences_are_no_samples():
    samples = {row["sample_text"].lower().rstrip(".!") for row in seed("language_samples")}
    known = [text for _, text in labelled() if text.lower().rstrip(".!") in samples]
    assert len(known) <= 5, known
