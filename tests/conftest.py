"""The simulated organisation, built once per test run through the same command that a user types, and a PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from orchestration.project import ONE_THREAD
from tests.postgres import Server, running_server
from tests.projects import Project

# Before numpy is imported: as the commands of the project have it, and small products wait for no other thread.
os.environ.update(ONE_THREAD)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the simulated organisation in landing/ and a published snapshot in warehouse/; read only."""
    base = tmp_path_factory.getbasetemp()
    # with several workers each has a folder of its own below the one of the run
    shared: Path = base.parent if base.name.startswith("popen-") else base
    with FileLock(shared / "demo.lock"):
        root = shared / "demo"
        if (root / "built").exists():
            return Project(root)
        project = Project.copy(root)
        project.run(sys.executable, "-m", "orchestration.build")
        (root / "built").touch()
        return project


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for the tests of one worker; each test makes databases of its own."""
    with running_server() as server:
        yield server
