"""`make dev`: the Dagster UI on this warehouse.

Belongs here: the home of Dagster and its settings. Not here: definitions.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from orchestration.project import ROOT, Folders, child_environment, folders

# Without nux the UI opens with a form that asks for an address.
# One run at a time: builds of one warehouse never run beside each other, so a second one waits in the queue.
SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def prepare_home(where: Folders) -> Path:
    """Create DAGSTER_HOME inside the warehouse with the settings of this project; returns the folder."""
    home = where.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(SETTINGS, encoding="utf-8")
    return home


def main() -> None:
    """Replace this process by `dagster dev`; arguments are passed on."""
    where = folders()
    environment = {**child_environment(where), "DAGSTER_HOME": str(prepare_home(where))}
    dagster = str(Path(sys.executable).with_name("dagster"))
    os.chdir(ROOT)
    os.execve(dagster, [dagster, "dev", "-m", "orchestration.definitions", *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
