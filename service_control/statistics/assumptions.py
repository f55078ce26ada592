"""The choices of seeds/assumptions.csv that the analyses use; no analysis has a number of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from service_control.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """One field per row of the seed, under the same code; name, unit and reason stand there."""

    significance_level: float
    bootstrap_samples: float
    minimum_groups: float
    driver_minimum_n: float
    driver_minimum_n_per_driver: float
    driver_minimum_events_per_driver: float
    box_minimum_n: float
    panel_minimum_units: float
    panel_minimum_periods: float
    holdout_share: float
    redundant_correlation: float

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Assumptions:
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
