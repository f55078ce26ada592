"""What people code: which texts, what a code is, which text comes next. Belongs here: rows of samples and codes.

Not here: the files they are kept in (orchestration/coding.py) and drawing them (sample.py). For a page that codes:

    samples, codes = coding.read_samples(where), coding.read_codes(where)     # orchestration.coding
    text = next_text(samples, codes, "driver", "nl", "anna")                  # None: everything is coded
    code = coded(text, "anna", ["ease", "empathy"], choices(task, labels), now)   # InputError says what is wrong
    coding.save_code(where, code)                                             # appends one row; safe beside others
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from service_control.errors import InputError
from service_control.text.lexicon import SENTIMENT_LABELS
from service_control.text.tags import POLARITIES, sentiment_codes
from service_control.text.weights import SENTIMENT

RANDOM, UNCERTAIN = DRAWS = ("random", "uncertain")
NONE = "none"
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class SampledText:
    """A text to be coded for one task. `draw` is random (quality is measured on these, no model learns from them) or
    uncertain (models learn from these); `is_twice` asks for two coders.
    """

    text_hash: str
    task: str
    language_code: str
    draw: str
    is_twice: bool
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """What one coder says of one text. `labels`: of sentiment one of POLARITIES, of other tasks any number."""

    text_hash: str
    task: str
    coder: str
    labels: tuple[str, ...]
    coded_at: datetime


def choices(task: str, labels: Sequence[str]) -> tuple[str, ...]:
    """What a coder may choose from: `labels` are those of the model."""
    return POLARITIES if task == SENTIMENT else tuple(labels)


def parsed(task: str, written: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Labels as people write them in a file: separated by `|`, `none` for none of them.

    Raises
    ------
    InputError : a label that the task does not have, or not exactly one polarity.

    >>> parsed("driver", "ease| empathy", ["ease", "empathy"])
    ('ease', 'empathy')
    """
    given = tuple(part.strip() for part in written.split(SEPARATOR) if part.strip())
    return _checked(task, () if given == (NONE,) else given, allowed)


def written(code: Code) -> str:
    """The reverse of `parsed`."""
    return SEPARATOR.join(code.labels) or NONE


def coded(
    text: SampledText, coder: str, labels: Sequence[str], allowed: Sequence[str], coded_at: datetime
) -> Code:
    """The code of one text. Raises InputError as `parsed` does, and when nobody is named as coder."""
    if not coder.strip():
        raise InputError(
            "the coder has no name", where="codes", remedy="give a name or initials, always the same"
        )
    return Code(text.text_hash, text.task, coder.strip(), _checked(text.task, labels, allowed), coded_at)


def _checked(task: str, labels: Sequence[str], allowed: Sequence[str]) -> tuple[str, ...]:
    unknown = [label for label in labels if label not in allowed]
    if unknown:
        raise InputError(
            f'"{unknown[0]}" is no label of {task}',
            where="labels",
            remedy=f"choose from {', '.join(allowed)}" + ("" if task == SENTIMENT else f", or {NONE}"),
        )
    if task == SENTIMENT and len(labels) != 1:
        raise InputError(
            f"{len(labels)} sentiments where one is expected",
            where="labels",
            remedy=f"choose one of {', '.join(allowed)}",
        )
    return tuple(dict.fromkeys(labels))


def next_text(
    samples: Iterable[SampledText], codes: Iterable[Code], task: str, language: str, coder: str
) -> SampledText | None:
    """The first text that still wants a code which this coder may give; None when there is none."""
    coders: dict[str, set[str]] = {}
    for code in codes:
        if code.task == task:
            coders.setdefault(code.text_hash, set()).add(code.coder)
    for text in samples:
        if text.task == task and text.language_code == language:
            known = coders.get(text.text_hash, set())
            if coder not in known and len(known) < 1 + text.is_twice:
                return text
    return None


@dataclass(frozen=True)
class CodedTexts:
    """Texts of one task and language that people coded, as the model's labels.

    Attributes
    ----------
    codes : (n, labels) by the first coder of each text.
    is_held_out : (n) drawn at random, so quality is measured on it and no model learns from it.
    one, other : (texts with two coders, labels), theirs and the other's.
    """

    hashes: tuple[str, ...]
    texts: tuple[str, ...]
    codes: np.ndarray
    is_held_out: np.ndarray
    one: np.ndarray
    other: np.ndarray


def coded_texts(
    samples: Iterable[SampledText], codes: Iterable[Code], task: str, language: str, labels: Sequence[str]
) -> CodedTexts:
    """Codes as arrays. Of several codes by one coder the last counts; who coded a text first is its coder."""
    drawn: dict[str, SampledText] = {}
    for text in samples:
        # a text that was drawn at random once is never learned from
        if (text.task, text.language_code) == (task, language) and (
            text.text_hash not in drawn or text.draw == RANDOM
        ):
            drawn[text.text_hash] = text
    found: dict[str, dict[str, Code]] = {}
    for code in sorted(codes, key=lambda code: code.coded_at):
        if code.task == task and code.text_hash in drawn:
            found.setdefault(code.text_hash, {})[code.coder] = code
    coded_by = [list(by_coder.values()) for by_coder in found.values()]
    twice = [given for given in coded_by if len(given) > 1]
    return CodedTexts(
        tuple(found),
        tuple(drawn[key].text for key in found),
        _matrix(task, [given[0] for given in coded_by], labels),
        np.array([drawn[key].draw == RANDOM for key in found], bool),
        _matrix(task, [given[0] for given in twice], labels),
        _matrix(task, [given[1] for given in twice], labels),
    )


def _matrix(task: str, codes: Sequence[Code], labels: Sequence[str]) -> np.ndarray:
    if task == SENTIMENT:
        signs = sentiment_codes(np.array([code.labels[0] for code in codes], object))
        return signs[:, [SENTIMENT_LABELS.index(label) for label in labels]]
    return np.array([[label in code.labels for label in labels] for code in codes], float).reshape(
        -1, len(labels)
    )
