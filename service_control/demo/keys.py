"""Keys as the source systems write them, unique over all blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .columns import code
from .employees import EXTERNAL
from .parameters import CUSTOMERS_PER_BLOCK, TRUTH

if TYPE_CHECKING:
    from .organisation import Block

CONTACTS_PER_BLOCK = 1_000_000
EMPLOYEES_PER_BLOCK = 1_000


def customer_key(block: Block, customer: np.ndarray) -> pa.Array:
    """K and eight digits; null where negative."""
    valid = customer >= 0
    number = np.where(valid, customer, 0) + block.number * CUSTOMERS_PER_BLOCK
    return code("K", number, 8, None if valid.all() else valid)


def row_key(block: Block, prefix: str, row: np.ndarray) -> pa.Array:
    """Prefix and ten digits, for tables with at most a million rows per block; null where negative."""
    valid = row >= 0
    number = np.where(valid, row, 0) + block.number * CONTACTS_PER_BLOCK
    return code(prefix, number, 10, None if valid.all() else valid)


def contact_key(block: Block, row: np.ndarray) -> pa.Array:
    """Key of a contact; null where negative."""
    return row_key(block, "C", row)


def relation_key(block: Block, wave: np.ndarray, customer: np.ndarray) -> pa.Array:
    """Number of a respondent of the relation survey: wave and customer; null where the customer is negative."""
    return pc.binary_join_element_wise(code("W", wave + 1, 1), customer_key(block, customer), "-")


def employee_key(block: Block, employee: np.ndarray) -> pa.Array:
    """M and seven digits; X for temporary staff; null where negative."""
    own = (employee >= 0) & (employee < EXTERNAL)
    number = np.where(own, employee, 0) + block.number * EMPLOYEES_PER_BLOCK
    keys = code("M", number, 7, own)
    external = employee >= EXTERNAL
    if not external.any():
        return keys
    return pc.coalesce(keys, code("X", np.where(external, employee - EXTERNAL, 0) + 1, 7, external))


def team_key(block: Block, team: np.ndarray) -> pa.Array:
    """T and five digits."""
    return code("T", np.asarray(team) + 1 + block.number * len(TRUTH.teams), 5)
