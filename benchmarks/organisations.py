"""Simulated organisations by number of survey answers, kept for the next run.

Belongs here: making and finding the raw files. Not here: what is done with them (ways.py).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from service_control.demo.write import write_landing

# Answers of the organisation at scale 1, seed 2026.
ANSWERS_AT_SCALE_1 = 476_255
SEED = 2026
DESCRIPTION = "organisation.json"


@dataclass(frozen=True)
class Organisation:
    """Raw files in `folder`/landing. `size` is the number of answers asked for, `answers` what there are."""

    folder: Path
    size: int
    answers: int
    rows: int
    megabytes: float

    @property
    def landing(self) -> Path:
        return self.folder / "landing"


def organisation(work: Path, size: int) -> Organisation:
    """The organisation with about `size` answers below `work`; made when it is not there.

    Raises
    ------
    InputError : `size` is too small for one block of customers.
    """
    folder = work / f"{size}_answers"
    description = folder / DESCRIPTION
    if not description.exists():
        folder.mkdir(parents=True, exist_ok=True)
        scale = round(size / ANSWERS_AT_SCALE_1, 1)
        written = write_landing(folder / "landing", scale=scale, seed=SEED, force=True)
        files = [path for path in (folder / "landing").rglob("*") if path.is_file()]
        megabytes = sum(path.stat().st_size for path in files) / 1e6
        made = Organisation(folder, size, written.answers, sum(written.rows.values()), megabytes)
        # Written last: a folder without it is unfinished.
        description.write_text(json.dumps({**asdict(made), "folder": None}))
    return Organisation(**{**json.loads(description.read_text()), "folder": folder})
