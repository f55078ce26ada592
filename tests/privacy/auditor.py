"""What can be calculated from the cells that are shown: linear algebra over what each is a sum of.

Shares no code and no idea with the SQL. Sums of cells are known, so a set of observations is known exactly when its
indicator lies in the span of the indicators of the shown cells: when it is orthogonal to everything that all of them
leave open. One random vector of that null space, modulo a large prime, gives each observation a number; a set is known
when its numbers add up to 0. A set that is not known passes by chance about once in 2^61.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from tests.privacy.rules import Cell, Seen

PRIME = 2**61 - 1


def isolated(
    seen: Sequence[Seen],
    shown: Iterable[Cell],
    covers: Callable[[Cell, Seen], bool],
    enough: int,
) -> list[list[Seen]]:
    """Sets of observations of fewer than `enough` people that the shown cells give away; complete where everybody was
    observed once, otherwise among sets of at most `enough` - 1 indistinguishable groups."""
    rows = list(shown)
    atoms: dict[tuple[int, ...], list[Seen]] = defaultdict(list)
    for one in seen:
        # what no cell tells apart is known together or not at all
        atoms[tuple(i for i, cell in enumerate(rows) if covers(cell, one))].append(one)
    atoms.pop((), None)
    patterns = list(atoms)
    numbers = _null_vector(
        [[p for p, pattern in enumerate(patterns) if i in pattern] for i in range(len(rows))], len(patterns)
    )
    small = [
        (numbers[p], atoms[pattern])
        for p, pattern in enumerate(patterns)
        if len({one.person for one in atoms[pattern]}) < enough
    ]
    return [
        [one for _, group in chosen for one in group]
        for size in range(1, enough)
        for chosen in _zero_sums(small, size)
        if len({one.person for _, group in chosen for one in group}) < enough
    ]


def _zero_sums(groups: Sequence[tuple[int, list[Seen]]], size: int) -> Iterator[tuple]:
    """Combinations of `size` (at most 4) groups whose numbers add up to 0: of a half of each the other half is looked
    up, not tried."""
    first, second = size - size // 2, size // 2
    wanted = defaultdict(list)
    for chosen in combinations(range(len(groups)), second):
        wanted[-sum(groups[place][0] for place in chosen) % PRIME].append(chosen)
    for chosen in combinations(range(len(groups)), first):
        for others in wanted.get(sum(groups[place][0] for place in chosen) % PRIME, ()):
            if not others or chosen[-1] < others[0]:
                yield tuple(groups[place] for place in (*chosen, *others))


def _null_vector(rows: Sequence[Sequence[int]], width: int) -> list[int]:
    """A random vector orthogonal to every row; rows are given by the places of their ones."""
    pivots: dict[int, dict[int, int]] = {}
    for places in rows:
        row = dict.fromkeys(places, 1)
        while row:
            lead = min(row)
            if lead not in pivots:
                inverse = pow(row[lead], PRIME - 2, PRIME)
                pivots[lead] = {place: value * inverse % PRIME for place, value in row.items()}
                break
            factor = row[lead]
            for place, value in pivots[lead].items():
                left = (row.get(place, 0) - factor * value) % PRIME
                if left:
                    row[place] = left
                else:
                    row.pop(place, None)
    numbers = [0] * width
    draw = random.Random(2026)
    for place in reversed(range(width)):
        if place in pivots:
            numbers[place] = -sum(v * numbers[p] for p, v in pivots[place].items() if p != place) % PRIME
        else:
            numbers[place] = draw.randrange(PRIME)
    return numbers
