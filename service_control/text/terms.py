"""Texts to terms: the things that have a weight. A score is a sum over them, so what is no term cannot count.

| term | is |
|---|---|
| `goed` | a word in lower case |
| `not:goed`, `very:goed`, `little:goed` | the same word again when negated, boosted (or in capitals), toned down |
| `niet goed` | two words with no mark between them |

A word (also behind a prefix such as `not:`) stands for its **parts**, which may have weights of their own: `goed*`
(it begins with) and `~oed` (letters in a row, `<` and `>` being the ends of the word). Parts follow from the word
alone, so a table of terms per text stays small and SQL joins the parts of the distinct words to it.

Belongs here: terms, parts, modifiers. Not here: weights (weights.py) and sums (score.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from service_control.text.tokens import SMILES, is_word, tokenise

NOT, VERY, LITTLE = "not:", "very:", "little:"
STATES = ("", NOT, VERY, LITTLE)
NEGATES, BOOSTS, DIMINISHES, BREAKS = "negates", "boosts", "diminishes", "breaks"
SHORTEST_STEM = 3
GRAM_SIZES = (3, 4, 5)
NEGATION_REACH = 3
LONGEST_WORD = 40


@dataclass(frozen=True)
class Encoded:
    """The terms of a batch: text i has `terms[starts[i]:starts[i + 1]]`, row numbers into `vocabulary.terms`.

    `sizes` is the number of words per text, at least 1; a score is divided by its square root.
    """

    terms: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray

    def take(self, texts: np.ndarray) -> Encoded:
        """Some of the texts."""
        lengths = self.starts[texts + 1] - self.starts[texts]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        at = np.arange(starts[-1]) + np.repeat(self.starts[texts] - starts[:-1], lengths)
        return Encoded(self.terms[at], starts, self.sizes[texts])


def stems_of(word: str) -> list[str]:
    """`beh*`, `behu*` … and the word itself as a stem.

    >>> stems_of("goede")
    ['goe*', 'goed*', 'goede*']
    """
    return [f"{word[:end]}*" for end in range(SHORTEST_STEM, len(word) + 1)]


def grams_of(word: str) -> list[str]:
    """Letters in a row, 3 to 5 of the word with its ends marked.

    >>> grams_of("ok")
    ['~<ok', '~ok>', '~<ok>']
    """
    marked = f"<{word}>"
    return [
        f"~{marked[start : start + size]}" for size in GRAM_SIZES for start in range(len(marked) - size + 1)
    ]


def parts_of(term: str) -> list[str]:
    """Everything a term stands for, itself first. Two words stand for themselves only."""
    if " " in term:
        return [term]
    state, colon, word = term.partition(":")
    if colon and f"{state}:" in STATES:
        return [term, *(f"{state}:{stem}" for stem in stems_of(word))]
    return [term, *stems_of(term), *grams_of(term)]


class Vocabulary:
    """The terms seen so far, and the way from texts to them. Not for several threads at once.

    Parameters
    ----------
    modifiers : word -> negates, boosts, diminishes or breaks, of all languages together (seed `text_modifiers`).
    pairs : word pairs to look for; None keeps every pair, as training and the table of terms need.
    limit : distinct words, also with the marks on them, after which everything learned from texts is forgotten. Bounds
        memory.
    """

    def __init__(
        self, modifiers: Mapping[str, str], pairs: Iterable[str] | None = (), limit: int = 200_000
    ) -> None:
        self._modifiers = dict(modifiers)
        self._wanted = None if pairs is None else sorted(set(pairs))
        self._limit = limit
        self.generation = 0
        self._forget()

    def _forget(self) -> None:
        self.generation += 1
        self.terms: list[str] = []
        self._id_of_term: dict[str, int] = {}
        self._raw = _Raw(self)
        self._written = _Written(self._raw)
        # Per token as written: its term (-1 for marks), whether it is a word, its modifier, whether it is in capitals.
        self._columns = np.zeros((4, 0), np.int64)
        self._state_terms = np.full((len(STATES), 0), -1, np.int64)
        self._pair_keys, self._pair_terms = np.zeros(0, np.int64), np.zeros(0, np.int64)
        if self._wanted:
            keys = {}
            for pair in self._wanted:
                first, second = (self.term_id(word) for word in pair.split(" ", 1))
                keys[first << 32 | second] = self.term_id(pair)
            self._pair_keys = np.array(sorted(keys), np.int64)
            self._pair_terms = np.array([keys[key] for key in sorted(keys)], np.int64)

    def term_id(self, term: str) -> int:
        """The row of a term, a new one when it was not seen before."""
        found = self._id_of_term.get(term)
        if found is None:
            found = self._id_of_term[term] = len(self.terms)
            self.terms.append(term)
        return found

    def describe(self, token: str) -> tuple[int, int, int, int]:
        """Term, is a word, modifier, is in capitals."""
        if not is_word(token):
            return -1, 0, _MODIFIERS[BREAKS], 0
        word = token if token[0] in SMILES else token.lower()[:LONGEST_WORD]
        modifier = _MODIFIERS[self._modifiers.get(word, "")]
        return self.term_id(word), 1, modifier, int(len(token) > 2 and token.isupper())

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Terms of normalised texts."""
        if max(len(self._raw), len(self._written)) > self._limit:
            self._forget()
        # No token holds a space, so what is between two spaces is made tokens of once.
        pieces = [text.split(" ") for text in texts]
        count = np.fromiter(map(len, pieces), np.int64, len(pieces))
        piece = np.fromiter(
            map(self._written.__getitem__, chain.from_iterable(pieces)), np.int64, int(count.sum())
        )
        lengths, raw = self._written.tokens(piece)
        text = np.repeat(np.repeat(np.arange(len(pieces)), count), lengths)
        if len(self._raw.described) > self._columns.shape[1]:
            new = self._raw.described[self._columns.shape[1] :]
            self._columns = np.hstack([self._columns, np.array(new, np.int64).T])
        term, counted, modifier, capital = self._columns[:, raw]
        words = counted.astype(bool)
        sizes = np.bincount(text[words], minlength=len(texts))
        shouting = np.bincount(text, capital, minlength=len(texts)) * 2 > sizes
        state = _states(modifier, capital.astype(bool) & ~shouting[text], text)
        state[~words] = 0
        stated = np.flatnonzero(state)
        pair_terms, pair_at = self._pairs(term, text)
        terms = np.concatenate([term[words], self._with_state(term[stated], state[stated]), pair_terms])
        owner = np.concatenate([text[words], text[stated], text[pair_at]])
        order = np.argsort(owner, kind="stable")
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.bincount(owner, minlength=len(texts)), out=starts[1:])
        return Encoded(terms[order], starts, np.maximum(sizes, 1))

    def _with_state(self, term: np.ndarray, state: np.ndarray) -> np.ndarray:
        if len(self.terms) > self._state_terms.shape[1]:
            room = np.full((len(STATES), len(self.terms) - self._state_terms.shape[1]), -1, np.int64)
            self._state_terms = np.hstack([self._state_terms, room])
        found = self._state_terms[state, term]
        for at in np.flatnonzero(found < 0):
            found[at] = self._state_terms[state[at], term[at]] = self.term_id(
                STATES[state[at]] + self.terms[term[at]]
            )
        return found

    def _pairs(self, term: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Terms of the pairs looked for, and the position of their first word."""
        if self._wanted is not None and not self._wanted:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        at = np.flatnonzero((term[:-1] >= 0) & (term[1:] >= 0) & (text[:-1] == text[1:]))
        keys = term[at] << 32 | term[at + 1]
        if self._wanted is None:
            distinct, inverse = np.unique(keys, return_inverse=True)
            ids = [
                self.term_id(f"{self.terms[key >> 32]} {self.terms[key & 0xFFFFFFFF]}")
                for key in distinct.tolist()
            ]
            return np.array(ids, np.int64)[inverse] if ids else np.zeros(0, np.int64), at
        place = np.minimum(np.searchsorted(self._pair_keys, keys), len(self._pair_keys) - 1)
        known = self._pair_keys[place] == keys
        return self._pair_terms[place[known]], at[known]


class _Raw(dict):
    """Token as written -> its number, in order of first sight."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.described: list[tuple[int, int, int, int]] = []

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self.described)
        self.described.append(self.vocabulary.describe(token))
        return number


class _Written(dict):
    """What is between two spaces -> its number, in order of first sight; and the tokens of each."""

    def __init__(self, raw: _Raw) -> None:
        super().__init__()
        self._raw = raw
        self._new: list[list[int]] = []
        self._start = self._length = self._flat = np.zeros(0, np.int64)

    def __missing__(self, piece: str) -> int:
        self[piece] = number = len(self)
        self._new.append([self._raw[token] for token in tokenise(piece)])
        return number

    def tokens(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many tokens each has, and the numbers of these, one after another."""
        if self._new:
            length = np.fromiter(map(len, self._new), np.int64, len(self._new))
            flat = np.fromiter(chain.from_iterable(self._new), np.int64, int(length.sum()))
            self._start = np.concatenate([self._start, len(self._flat) + np.cumsum(length) - length])
            self._length = np.concatenate([self._length, length])
            self._flat = np.concatenate([self._flat, flat])
            self._new.clear()
        length = self._length[numbers]
        ends = np.cumsum(length)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self._start[numbers] - ends + length, length)
        return length, self._flat[at]


_MODIFIERS = {"": 0, NEGATES: 1, BOOSTS: 2, DIMINISHES: 3, BREAKS: 4}


def _states(modifier: np.ndarray, capital: np.ndarray, text: np.ndarray) -> np.ndarray:
    """State of every token: 0 plain, 1 negated, 2 boosted, 3 toned down. Negation wins.

    A negation reaches three words ahead within its clause; one that ends a clause reaches back ("dat klopt niet").
    """
    size = len(modifier)
    state = np.where(capital, 2, 0)
    if not size:
        return state
    same = np.concatenate([text[1:] == text[:-1], [False]])
    before = np.concatenate([[0], modifier[:-1]]) * np.concatenate([[False], same[:-1]])
    state[before == _MODIFIERS[BOOSTS]] = 2
    state[before == _MODIFIERS[DIMINISHES]] = 3
    breaks = modifier == _MODIFIERS[BREAKS]
    negators = np.flatnonzero(modifier == _MODIFIERS[NEGATES])
    last = np.where(same[negators], breaks[np.minimum(negators + 1, size - 1)], True)
    for starts, step in ((negators, 1), (negators[last], -1)):
        at = starts
        for _ in range(NEGATION_REACH):
            at = at + step
            inside = (at >= 0) & (at < size)
            at, starts = at[inside], starts[inside]
            going = (text[at] == text[starts]) & ~breaks[at]
            at, starts = at[going], starts[going]
            state[at] = 1
    state[modifier > 0] = 0
    return state
