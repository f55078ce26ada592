"""Rows of seeds/assumptions.csv as fields. A library says which rows it needs in a dataclass of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Self

from service_control.errors import InputError

if TYPE_CHECKING:
    import duckdb


class AssumptionRows:
    """Base of a frozen dataclass with a field per row of the seed, under the same code."""

    __slots__ = ()

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Self:
        """From assumption_code -> value; other codes are ignored. Raises InputError when one is absent."""
        codes = [field.name for field in fields(cls)]
        missing = [code for code in codes if code not in values]
        if missing:
            raise InputError(
                f"no value for {', '.join(missing)}",
                where="seeds/assumptions.csv",
                remedy="add a row per assumption",
            )
        return cls(**{code: float(values[code]) for code in codes})

    @classmethod
    def of_seed(cls, seed: duckdb.DuckDBPyRelation) -> Self:
        """From the rows of the seed, or of dim_assumptions; raises as `of` does."""
        return cls.of(dict(seed.project("assumption_code, value").fetchall()))
