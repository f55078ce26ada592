"""`python -m benchmarks.text.scrubbing`: precision and recall per kind, on both halves of the sentences.

A find is right when kind and extent are. `sentences/tuned.txt` was looked at while the patterns were made,
`sentences/held_out.txt` was written before them and only counted. People and numbers in them do not exist.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.text_seeds import scrubber
from service_control.text.scrub import KINDS, Scrubber
from service_control.text.tokens import normalise

FOLDER = Path(__file__).parent / "sentences"
HALVES = ("tuned", "held_out")
MARKED = re.compile(r"\{(\w+):([^}]*)\}")
_PLACEHOLDER = re.compile(r"\[(" + "|".join(KINDS) + r")\]")


@dataclass
class Counts:
    """Per kind: finds that are right, all finds, all there is to find."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    quarantined: int = 0
    leaked: int = 0

    def precision(self, kind: str | None = None) -> float:
        """Right finds per find, of a kind or of all; NaN without finds."""
        return _share(self.right, self.found, kind)

    def recall(self, kind: str | None = None) -> float:
        """Right finds per thing to find."""
        return _share(self.right, self.there, kind)


def _share(part: Counter[str], whole: Counter[str], kind: str | None) -> float:
    k, n = (part.total(), whole.total()) if kind is None else (part[kind], whole[kind])
    return k / n if n else float("nan")


def sentences(half: str) -> list[str]:
    """The marked sentences of a half."""
    return (FOLDER / f"{half}.txt").read_text(encoding="utf-8").splitlines()


def masked(original: str, scrubbed: str) -> list[tuple[str, str]]:
    """Kind and original words of every placeholder."""
    kinds = _PLACEHOLDER.findall(scrubbed)
    literal = _PLACEHOLDER.split(scrubbed)[::2]
    match = re.fullmatch("(.+?)".join(map(re.escape, literal)), original, re.DOTALL)
    return list(zip(kinds, match.groups(), strict=True)) if match else [("unaligned", scrubbed)]


def count(lines: Iterable[str], using: Scrubber) -> Counts:
    """What is found in marked sentences. A leak is a sentence with something left that is not in quarantine."""
    counts = Counts()
    for line in lines:
        there = Counter((kind, normalise(value)) for kind, value in MARKED.findall(line))
        original = normalise(MARKED.sub(r"\2", line))
        result = using.scrub(original)
        found = Counter(masked(original, result.text))
        right = there & found
        for total, part in ((counts.right, right), (counts.found, found), (counts.there, there)):
            for (kind, _), n in part.items():
                total[kind] += n
        counts.sentences += 1
        counts.quarantined += bool(result.quarantine_reason)
        counts.leaked += not result.quarantine_reason and any(value in result.text for _, value in there)
    return counts


def table(counts: Counts) -> list[str]:
    """Lines of Markdown."""
    lines = ["| kind | to find | precision | recall |", "|---|---:|---:|---:|"]
    for kind in (*KINDS, None):
        n = counts.there.total() if kind is None else counts.there[kind]
        lines.append(f"| {kind or 'all'} | {n} | {counts.precision(kind):.3f} | {counts.recall(kind):.3f} |")
    return [
        *lines,
        "",
        f"{counts.sentences} sentences, {counts.quarantined} in quarantine, "
        f"{counts.leaked} with something left that are not.",
    ]


def main() -> None:
    """Print both halves."""
    using = scrubber()
    for half in HALVES:
        print(f"\n`sentences/{half}.txt`:\n")
        print("\n".join(table(count(sentences(half), using))))


if __name__ == "__main__":
    main()
