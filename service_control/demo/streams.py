"""One seeded stream of random numbers per block and purpose, so that a change in one table leaves the others
alone.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, block: int, purpose: str) -> np.random.Generator:
    """An independent generator, the same for the same seed, block and purpose at every scale."""
    return np.random.Generator(np.random.SFC64([seed, block, crc32(purpose.encode())]))


def pick(rng: np.random.Generator, shares: tuple[float, ...] | np.ndarray, size: int) -> np.ndarray:
    """Indices drawn with the given shares (need not sum to 1), int8."""
    cumulative = np.cumsum(np.asarray(shares, np.float64))
    return np.searchsorted(cumulative / cumulative[-1], rng.random(size), side="right").astype(np.int8)


def pick_rows(rng: np.random.Generator, shares: np.ndarray, row: np.ndarray) -> np.ndarray:
    """As `pick`, with the shares in row `row` of a matrix (rows, choices); one draw per entry of `row`."""
    rows, choices = shares.shape
    cumulative = np.cumsum(shares, axis=1)
    # One sorted table for all rows: row r occupies the interval [r, r + 1).
    table = (cumulative / cumulative[:, -1:] + np.arange(rows)[:, None]).ravel()
    return (np.searchsorted(table, rng.random(len(row)) + row, side="right") - row * choices).astype(np.int8)


def normals(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Standard normal float32 draws."""
    return rng.standard_normal(shape, dtype=np.float32)
