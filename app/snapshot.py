"""Which published snapshot is served, one read-only connection to it, and how the last build went.

Belongs here: paths, the connection, `build_status.json`. Not here: SQL (`queries.py`) or anything that is
drawn.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

SERVED_NAME = "serving.duckdb"
STATUS_NAME = "build_status.json"
FEEDBACK_NAME = "restricted/feedback.duckdb"


@dataclass(frozen=True)
class Build:
    """How the last build went.

    state: never | running | succeeded | failed | interrupted. Times are aware UTC datetimes or None;
    step_number counts from 1; failures are plain sentences as the build wrote them.
    """

    state: str = "never"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    step: str = ""
    step_number: int | None = None
    step_count: int | None = None
    message: str = ""
    failures: tuple[str, ...] = field(default=())


def warehouse_folder() -> Path:
    """Folder of the published files: SERVICE_CONTROL_WAREHOUSE, else `warehouse/` in the project."""
    configured = os.environ.get("SERVICE_CONTROL_WAREHOUSE")
    return Path(configured) if configured else Path(__file__).resolve().parents[1] / "warehouse"


def served_path(folder: Path) -> str | None:
    """Real path of the snapshot that is served now, or None when nothing is published.

    The link is followed here and not by DuckDB: a page that started on one snapshot finishes on it, also when
    the link is replaced half-way.
    """
    real = Path(os.path.realpath(folder / SERVED_NAME))
    return str(real) if real.is_file() else None


def feedback_path(path: str) -> str | None:
    """File with feedback about single employees that was published with a snapshot, None without one."""
    served = Path(path)
    found = served.parent / served.stem.removeprefix("serving_") / FEEDBACK_NAME
    return str(found) if found.is_file() else None


def snapshot_time(path: str) -> datetime | None:
    """UTC moment in the name of a snapshot file (`serving_20260701T041200Z.duckdb`), None for another
    name."""
    try:
        return datetime.strptime(Path(path).stem.removeprefix("serving_"), "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def connect(path: str) -> duckdb.DuckDBPyConnection:
    """Read-only connection to one snapshot that can reach no other file.

    Raises duckdb.Error when the file is not a DuckDB database this version can read.
    """
    settings = {"threads": 2, "enable_external_access": False, "lock_configuration": True}
    return duckdb.connect(path, read_only=True, config=settings)


def read_build(folder: Path) -> Build:
    """State of the last build from `build_status.json`; `never` when there is no such file or it cannot be
    read."""
    try:
        raw = json.loads((folder / STATUS_NAME).read_text(encoding="utf-8"))
        state = str(raw["state"])
    except (OSError, ValueError, KeyError, TypeError):
        return Build()
    # A killed build cannot say so itself: without this check its note "running" would stay for ever.
    if state == "running" and not _is_alive(raw.get("pid")):
        state = "interrupted"
    return Build(
        state=state,
        started_at=_moment(raw.get("started_at")),
        finished_at=_moment(raw.get("finished_at")),
        step=str(raw.get("step") or ""),
        step_number=raw.get("step_number"),
        step_count=raw.get("step_count"),
        message=str(raw.get("message") or ""),
        failures=tuple(_sentence(failure) for failure in raw.get("failures") or ()),
    )


def _sentence(failure: object) -> str:
    if isinstance(failure, dict):
        return " · ".join(str(value) for value in failure.values() if value not in (None, ""))
    return str(failure)


def _moment(text: object) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_alive(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
