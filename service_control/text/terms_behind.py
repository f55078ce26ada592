"""The heaviest terms behind every label that was given. Belongs here: choosing them. Not here: sums (score.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SHOWN = 3
SEPARATOR = ", "
NONE = -1
EQUAL_DECIMALS = 9


@dataclass(frozen=True)
class Tags:
    """Labels given to a batch, one row each: `text` is the row of the text, `intensity` 0 where the task has none."""

    text: np.ndarray
    task: pa.Array
    label: pa.Array
    score: np.ndarray
    intensity: np.ndarray
    terms: pa.Array


def heaviest(
    owner: np.ndarray, base: np.ndarray, form: np.ndarray, values: np.ndarray, given: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per text and label given, in the order of `np.nonzero(given)`: its text, its label, up to SHOWN terms.

    A word and its forms count together; told is the form that is there besides the plain one: `not:goed`.

    Parameters
    ----------
    owner, base, form : (hits) the text of each term met, its word, and itself where it is a form, else NONE.
    values : (hits, labels) what it adds.
    given : (texts, labels), the labels that texts have.
    """
    text, label = np.nonzero(given)
    cell = np.full(given.shape, NONE)
    cell[text, label] = np.arange(len(text))
    hit, column = np.nonzero((values != 0) & given[owner])
    room = int(base.max(initial=0)) + 1
    keys, group = np.unique(cell[owner[hit], column] * room + base[hit], return_inverse=True)
    weight = np.bincount(group, values[hit, column], len(keys))
    told = keys % room
    formed = np.full(len(keys), NONE)
    np.maximum.at(formed, group, form[hit])
    told = np.where(formed > NONE, formed, told)
    # of equal weight the first in the text, so that every process tells the same
    place = np.full(len(keys), len(owner))
    np.minimum.at(place, group, hit)
    order = np.lexsort((place, -np.round(weight, EQUAL_DECIMALS), keys // room))
    order = order[weight[order] > 0]
    of = keys[order] // room
    first = np.searchsorted(of, of)
    rank = np.arange(len(of)) - first
    kept = rank < SHOWN
    chosen = np.full((len(text), SHOWN), NONE)
    chosen[of[kept], rank[kept]] = told[order[kept]]
    return text, label, chosen


def joined(chosen: np.ndarray, terms: Sequence[str]) -> pa.Array:
    """Rows of term numbers as text, the heaviest first; NONE is left out."""
    distinct, place = np.unique(chosen, return_inverse=True)
    words = pa.array([None if at == NONE else terms[at] for at in distinct.tolist()], pa.string())
    columns = [words.take(pa.array(column)) for column in place.reshape(chosen.shape).T]
    return pc.binary_join_element_wise(*columns, SEPARATOR, null_handling="skip")
