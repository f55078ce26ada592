"""What a Dagster run holds from its first to its last step: the build lock and the build status.

Belongs here: resources of Dagster. Not here: assets, and the lock itself (warehouse.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from orchestration.build import Progress, new_run
from orchestration.project import Folders, folders
from orchestration.publish import Run, remove_unfinished
from orchestration.publish_postgres import is_configured
from orchestration.warehouse import build_lock


class Build(dg.ConfigurableResource):
    """One build of the warehouse. Runs in one process (in_process_executor), so the lock lasts the whole
    run."""

    _progress: Progress = PrivateAttr()
    _run: Run = PrivateAttr()
    _outcome: str = PrivateAttr(default="not published")
    _has_failed: bool = PrivateAttr(default=False)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Build]:
        """Hold the lock; say in build_status.json that a build runs, and how it ended.

        Raises
        ------
        BuildError : another build of this warehouse is running.
        """
        where = folders()
        with build_lock(where):
            remove_unfinished(where)
            self._progress, self._run = Progress(where, step_count=4 + is_configured()), new_run()
            yield self
            if self._progress.step and not self._has_failed:
                self._progress.status("succeeded", self._outcome)

    @property
    def where(self) -> Folders:
        """Folders of this run."""
        return self._progress.where

    @property
    def run(self) -> Run:
        """Identity of this run."""
        return self._run

    def note(self, line: str) -> None:
        """A line of progress within a step."""
        self._progress.note(line)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step of the build; a failure in it is told in build_status.json."""
        self._progress.begin(name)
        try:
            with self._progress.telling_failures():
                yield
        except BaseException:
            self._has_failed = True
            raise

    def published(self, manifest: dict[str, Any]) -> None:
        """Remember which snapshot this run published."""
        self._outcome = f"snapshot {manifest['snapshot_id']}"
