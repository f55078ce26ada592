"""A copy of the project with another organisation's files: what a user has after cloning and adding a source."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[1]
COPIED = (
    "dbt_project.yml", "profiles.yml", "dbt-bouncer.yml", "pyproject.toml",
    "models", "macros", "seeds", "orchestration", "service_control", "app", "tests/dbt",
)  # fmt: skip


@dataclass(frozen=True)
class Project:
    """A project folder with its own landing/ and warehouse/."""

    root: Path

    @classmethod
    def copy(cls, root: Path) -> Project:
        root.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, root / name)
        (root / "landing").mkdir()
        return cls(root)

    def add_rows(self, seed: str, rows: Path, *, first: bool = False) -> None:
        """Append the rows of a CSV with the seed's header (or a part of it) to that seed."""
        target = self.root / "seeds" / f"{seed}.csv"
        with target.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            present, header = list(reader), list(reader.fieldnames or [])
        with rows.open(newline="", encoding="utf-8") as file:
            added = list(csv.DictReader(file))
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(added + present if first else present + added)

    def add_adapters(self, folder: Path) -> None:
        """Put the adapter models of `folder` into the project and name them in the var `adapters`."""
        system = folder.name
        shutil.copytree(folder, self.root / "models/adapters" / system)
        path = self.root / "dbt_project.yml"
        config = yaml.safe_load(path.read_text())
        for model in sorted(folder.glob(f"{system}__*.sql")):
            table = model.stem.split("__")[1]
            config["vars"]["adapters"].setdefault(table, ["landing"]).append(system)
        path.write_text(yaml.safe_dump(config, sort_keys=False))

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "SERVICE_CONTROL_LANDING": str(self.root / "landing"),
            "SERVICE_CONTROL_WAREHOUSE": str(self.root / "warehouse"),
            "DBT_PROFILES_DIR": str(self.root),
            "DBT_TARGET_PATH": str(self.root / "target"),
            "DBT_LOG_PATH": str(self.root / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "PYTHONPATH": str(self.root),
        }
        return os.environ | own

    def run(self, *command: str) -> str:
        """Run a command in the project; the output is in the failure message."""
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}\n{output[-6000:]}"
        return output

    def load_and_build(self) -> None:
        """Landing files to marts, without publishing; unit tests of models do not depend on the files."""
        (self.root / "warehouse").mkdir(exist_ok=True)
        self.run(sys.executable, "-m", "orchestration.landing")
        dbt = str(Path(sys.executable).with_name("dbt"))
        self.run(dbt, "build", "--quiet", "--exclude-resource-type", "unit_test")

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.root / "warehouse/build.duckdb"), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def value(self, sql: str) -> float:
        ((value,),) = self.query(sql)
        return value
