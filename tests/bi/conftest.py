"""A BI tool of its own, not part of the project: collected only where SERVICE_CONTROL_SUPERSET names one.

`SERVICE_CONTROL_SUPERSET=http://admin:password@localhost:8088`, on this machine: it opens the snapshot as a file.
docs/bi.md says how it is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.bi.superset import Superset
from tests.projects import ROOT, Project

ADDRESS = os.environ.get("SERVICE_CONTROL_SUPERSET")
collect_ignore_glob = [] if ADDRESS else ["test_superset.py"]
# the queries of the app
sys.path.insert(0, str(ROOT / "app"))


@pytest.fixture(scope="module")
def serving(demo: Project) -> Path:
    return demo.root / "warehouse/serving.duckdb"


@pytest.fixture(scope="module")
def superset(serving: Path) -> Superset:
    return Superset.connected(ADDRESS, serving)
