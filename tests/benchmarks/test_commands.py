"""Benchmarks run by hand only: what they take from the rest of the project still has to be there."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import benchmarks

FOLDER = Path(benchmarks.__file__).parent
MODULES = sorted(
    ".".join(("benchmarks", *file.relative_to(FOLDER).with_suffix("").parts))
    for file in FOLDER.rglob("*.py")
    if file.stem not in ("__init__", "__main__")
)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_finds_what_it_uses(module: str) -> None:
    importlib.import_module(module)
