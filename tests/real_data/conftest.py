"""Data that no one on the project wrote; collected only where SERVICE_CONTROL_REAL_DATA names their folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.projects import Project

FOLDER = os.environ.get("SERVICE_CONTROL_REAL_DATA")
collect_ignore_glob = [] if FOLDER else ["test_*.py"]
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    return Path(FOLDER)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory):
    """Builds the organisation of one data set: its files, its catalogue rows and its adapters."""

    def build(name: str, files: dict[str, Path]) -> Project:
        project = Project.copy(tmp_path_factory.mktemp(name) / "project")
        for target, source in files.items():
            path = project.root / "landing" / target
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, path)
        for seed in ("survey_items", "landing_files"):
            if (HERE / name / f"{seed}.csv").exists():
                project.add_rows(seed, HERE / name / f"{seed}.csv", first=True)
        if (HERE / name / "adapters").exists():
            (adapters,) = (HERE / name / "adapters").iterdir()
            project.add_adapters(adapters)
        project.load_and_build()
        return project

    return build
