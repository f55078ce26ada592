"""The conventions of CONTRIBUTING.md, as far as a machine can check them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.projects import ROOT


def test_dbt_conventions_hold(demo):
    """dbt-bouncer after a real build; a configuration that matches nothing would pass without checking."""
    dbt, bouncer = (str(Path(sys.executable).with_name(name)) for name in ("dbt", "dbt-bouncer"))
    demo.run(dbt, "docs", "generate", "--quiet", "--no-compile")
    output = demo.run(bouncer, "run", "--config-file", "dbt-bouncer.yml")
    (checked,) = re.findall(r"Assembled (\d+) checks", output)
    assert int(checked) > 500


def test_a_model_is_a_pair_of_code_and_yaml():
    models = {path.with_suffix("") for kind in ("sql", "py") for path in (ROOT / "models").rglob(f"*.{kind}")}
    described = {
        path.with_suffix("") for path in (ROOT / "models").rglob("*.yml") if not path.name.startswith("_")
    }
    assert models == described


def test_nothing_of_the_user_is_in_git():
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    assert not [
        file for file in files if file.startswith(("landing/", "warehouse/")) or file.endswith(".duckdb")
    ]


def test_the_lock_names_no_address():
    assert "http" not in re.sub(r"httptools|httpx|httpcore", "", (ROOT / "requirements.lock").read_text())
