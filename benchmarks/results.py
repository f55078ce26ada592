"""Results of a day and machine in one JSON file, so that long runs can be made one by one.

Belongs here: the file and what identifies a result. Not here: how it is shown (report.py).
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import polars

from benchmarks.organisations import Organisation
from benchmarks.ways import Result
from orchestration.build import versions

FOLDER = Path(__file__).parent / "results"
# What a later measurement replaces.
IDENTITY = ("size", "name", "memory")


class Results:
    """The results of today on this machine; every addition is written at once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        cores, gib = len(os.sched_getaffinity(0)), _memory_gib()
        self.path = folder / f"{date.today().isoformat()}_{cores}_cores_{gib}_gib.json"

    def add(self, organisation: Organisation, memory: str | None, result: Result) -> None:
        """Put a result in the place of an earlier one of the same way, size and memory limit."""
        row = {
            "size": organisation.size,
            "answers": organisation.answers,
            "rows": organisation.rows,
            "raw_mb": round(organisation.megabytes, 1),
            "name": result.name,
            "memory": memory,
            **asdict(result.measured),
            "models": {name: round(seconds, 3) for name, seconds in result.models.items()},
            "commit": versions().get("git", ""),
        }
        # Read anew: another run may have added to it since.
        kept = json.loads(self.path.read_text())["results"] if self.path.exists() else []
        rows = [old for old in kept if any(old[key] != row[key] for key in IDENTITY)] + [row]
        rows.sort(key=lambda each: (each["size"], each["name"], each["memory"] or ""))
        tools = {"duckdb": duckdb.__version__, "polars": polars.__version__}
        content = {
            "date": date.today().isoformat(),
            "machine": machine(),
            "tools": tools,
            "results": rows,
        }
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(content, indent=1) + "\n")


def machine() -> str:
    """What this process may use of the machine, and the system."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {_memory_gib()} GiB, {platform.system()}, Python {platform.python_version()}"


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
