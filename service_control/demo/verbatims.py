"""Words of customers, put together from `fragments` so that they fit what the customer answered.

The driver with the heaviest answer is what the customer writes about; who fell short on one and was strong on
another says both. Everything works on arrays: per language a table of clauses, and a row number into it for
each text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .columns import join
from .contacts import ISSUES
from .fragments import (
    BECAUSE,
    CLOSINGS,
    COLOURS,
    CONTRASTS,
    DRIVER_CLAUSES,
    FEELINGS,
    IDEAS,
    ISSUE_OPENINGS,
    NEUTRAL,
    PERSONAL,
    TRANSCRIPTS,
)
from .parameters import TRUTH

TONES = ("low", "middle", "high")
LOW, MIDDLE, HIGH = range(3)
DRIVERS = tuple(driver.code for driver in TRUTH.drivers)
EMOTIONS = tuple(FEELINGS["nl"])
"""The eight, and neutral at the end."""


@dataclass(frozen=True)
class Speakers:
    """Who writes: one entry per text."""

    is_dutch: np.ndarray
    name: pa.Array
    email: pa.Array
    phone: pa.Array


class _Choice:
    """Texts in groups; draws one of a group for each row."""

    def __init__(self, groups: list[tuple[str, ...]]) -> None:
        self.texts = pa.array([text for group in groups for text in group], pa.string())
        self.size = np.array([len(group) for group in groups])
        self.start = np.concatenate([[0], np.cumsum(self.size)[:-1]])

    def draw(self, uniform: np.ndarray, group: np.ndarray, shown: np.ndarray | None = None) -> pa.Array:
        row = self.start[group] + (uniform * self.size[group]).astype(np.int64)
        return self.texts.take(pa.array(row, mask=None if shown is None else ~shown))


def _both(source: dict, *path: str) -> list[tuple[str, ...]]:
    """The group at `path` in Dutch and in English."""
    groups = []
    for language in ("nl", "en"):
        node = source[language]
        for key in path:
            node = node[key]
        groups.append(node)
    return groups


# Row 2 * i is the Dutch group of thing i, row 2 * i + 1 the English one.
_CLAUSES = {
    tone: _Choice([g for d in DRIVERS for g in _both(DRIVER_CLAUSES, d, tone)]) for tone in ("low", "high")
}
_OPENINGS = _Choice([group for issue in ISSUES for group in _both(ISSUE_OPENINGS, issue)])
_CLOSINGS = _Choice([group for tone in TONES for group in _both(CLOSINGS, tone)])
_CONTRASTS, _NEUTRAL, _COLOURS, _BECAUSE = (
    _Choice(_both(source)) for source in (CONTRASTS, NEUTRAL, COLOURS, BECAUSE)
)
_FEELINGS = _Choice(
    [
        FEELINGS[language][emotion][step]
        for emotion in EMOTIONS
        for step in range(3)
        for language in ("nl", "en")
    ]
)


def _personal(rng: np.random.Generator, speakers: Speakers) -> pa.Array:
    """A sentence with the writer's own name, address or number; null for most."""
    size = len(speakers.is_dutch)
    kind = rng.integers(0, 4, size) * 2 + ~speakers.is_dutch
    shown = rng.random(size) < TRUTH.personal_data_share
    templates = pa.array([text for pair in zip(PERSONAL["nl"], PERSONAL["en"], strict=True) for text in pair])
    text = templates.take(pa.array(kind, mask=~shown)).to_pylist()
    rows = np.flatnonzero(shown)
    for row in rows:  # a few per cent of the texts: not worth an array expression
        text[row] = text[row].format(
            name=speakers.name[row].as_py(),
            email=speakers.email[row].as_py(),
            phone=speakers.phone[row].as_py(),
        )
    return pa.array(text, pa.string())


def explanations(
    rng: np.random.Generator, drivers: np.ndarray, tone: np.ndarray, issue: np.ndarray, speakers: Speakers
) -> pa.Array:
    """One text per row of `drivers` (texts, drivers), answers 1-5. `issue` is -1 when there is none to
    mention.
    """
    size = len(drivers)
    english = (~speakers.is_dutch).astype(np.int64)
    uniform = rng.random((8, size))
    # A little luck decides between drivers that score alike.
    penalty = np.array([driver.nps_penalty for driver in TRUTH.drivers])
    reward = np.array([driver.nps_reward for driver in TRUTH.drivers])
    luck = rng.random(drivers.shape)
    worst = np.argmax((drivers <= 2) * (3 - drivers) * penalty * (0.5 + luck), axis=1)
    best = np.argmax((drivers == 5) * reward * (0.5 + luck), axis=1)
    each = np.arange(size)
    has_low, has_high = drivers[each, worst] <= 2, drivers[each, best] == 5
    low = _CLAUSES["low"].draw(
        uniform[0], 2 * worst + english, has_low & ((tone != HIGH) | (uniform[7] < 0.5))
    )
    high = _CLAUSES["high"].draw(
        uniform[1], 2 * best + english, has_high & ((tone != LOW) | (uniform[7] < 0.5))
    )
    both = low.is_valid().to_numpy(False) & high.is_valid().to_numpy(False)
    none = ~(low.is_valid().to_numpy(False) | high.is_valid().to_numpy(False))
    link = _CONTRASTS.draw(uniform[2], english, both)
    neutral = _NEUTRAL.draw(uniform[2], english, none)
    starts_low = pa.array(tone == LOW)
    first, second = pc.if_else(starts_low, low, high), pc.if_else(starts_low, high, low)
    opening = _OPENINGS.draw(
        uniform[3], 2 * np.maximum(issue, 0) + english, (issue >= 0) & (uniform[4] < 0.35)
    )
    body = join(first, link, second, neutral)
    has_opening = opening.is_valid()
    capital = join(pc.utf8_upper(pc.utf8_slice_codeunits(body, 0, 1)), pc.utf8_slice_codeunits(body, 1))
    body = pc.if_else(has_opening, body, capital)
    body = pc.if_else(pa.array(uniform[5] < 0.85), join(body, "."), body)
    closing = _CLOSINGS.draw(uniform[6], 2 * tone + english, uniform[5] < 0.4)
    return join(opening, body, closing, _personal(rng, speakers), separator=" ")


def feelings(
    rng: np.random.Generator, emotion: np.ndarray, intensity: np.ndarray, tone: np.ndarray, speakers: Speakers
) -> pa.Array:
    """Explanations of an image: the feeling (row of EMOTIONS, intensity 0-3), and what brought it about."""
    size, english = len(emotion), (~speakers.is_dutch).astype(np.int64)
    uniform = rng.random((4, size))
    feeling = _FEELINGS.draw(uniform[0], 2 * (3 * emotion + np.maximum(intensity, 1) - 1) + english)
    colour = _COLOURS.draw(uniform[1], english)
    said = pc.binary_join(pc.split_pattern(feeling, "{}"), colour)
    low, high = (
        _CLAUSES[side].draw(
            uniform[2], 2 * rng.integers(0, len(DRIVERS), size) + english, tone == TONES.index(side)
        )
        for side in _CLAUSES
    )
    neutral = _NEUTRAL.draw(uniform[2], english, tone == MIDDLE)
    text = join(said, _BECAUSE.draw(uniform[3], english), low, high, neutral, ".")
    capital = join(pc.utf8_upper(pc.utf8_slice_codeunits(text, 0, 1)), pc.utf8_slice_codeunits(text, 1))
    return join(capital, _personal(rng, speakers), separator=" ")


def ideas(rng: np.random.Generator, size: int) -> pa.Array:
    """Suggestions that customers volunteer."""
    return pa.array(IDEAS).take(pa.array(rng.integers(0, len(IDEAS), size)))


def transcripts(
    rng: np.random.Generator, tone: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[str], list[str], list[int]]:
    """Lines of conversations, six each: row of the conversation, position from 1, speaker, text, tone of the
    line.
    """
    speakers, texts, line_tones = [], [], []
    lines = len(TRANSCRIPTS["start"]) + len(TRANSCRIPTS["low"])
    chance = rng.random((len(tone), lines)).tolist()
    for value, draws in zip(tone, chance, strict=True):
        turns = TRANSCRIPTS["start"] + TRANSCRIPTS[TONES[value]]
        for (speaker, line_tone, choices), draw in zip(turns, draws, strict=True):
            speakers.append(speaker)
            texts.append(choices[int(draw * len(choices))])
            line_tones.append(TONES.index(line_tone))
    return (
        np.repeat(np.arange(len(tone)), lines),
        np.tile(np.arange(1, lines + 1), len(tone)),
        speakers,
        texts,
        line_tones,
    )
