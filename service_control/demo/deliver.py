"""All tables of one block under the names of their files."""

from __future__ import annotations

import pyarrow as pa

from . import deliver_crm, deliver_hr, deliver_survey
from .organisation import Block


def tables(block: Block) -> dict[str, pa.Table]:
    """Clean tables by name: `area/table`, or `survey/exports/survey_code`."""
    return deliver_crm.tables(block) | deliver_hr.tables(block) | deliver_survey.tables(block)
