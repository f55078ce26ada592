"""The choices of seeds/assumptions.csv about learning from people's codes; those about lexicons are in lexicon.py."""

from __future__ import annotations

from dataclasses import dataclass

from service_control.assumptions import AssumptionRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions(AssumptionRows):
    """One field per row of the seed, under the same code; name, unit and reason stand there."""

    bootstrap_samples: float
    text_minimum_positives: float
    text_largest_label_loss: float
    text_coded_twice_share: float
