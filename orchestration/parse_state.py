"""Whether dbt can take over the state of its last parse, which saves half of its start.

Belongs here: which files dbt parses, and whether they are those of the last parse. Not here: how dbt is called
(transform.py).

Left alone, dbt-core 1.12.0 parses only what changed and fails on a changed macro (see dbt_project.yml). So it parses
everything unless nothing changed at all; then there is nothing to go wrong.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path

from orchestration.project import ROOT
from orchestration.warehouse import read_json, write_json

PARSED = ("dbt_project.yml", "profiles.yml", "models", "seeds", "macros", "tests/dbt")
STATE = "partial_parse.msgpack"
PARSED_FROM = "parsed_from.json"


def parsed_files(root: Path = ROOT) -> list[Path]:
    """Every file of the project that dbt parses, in a fixed order."""
    roots = [root / name for name in PARSED]
    return [file for each in roots for file in sorted([each, *each.rglob("*")]) if file.is_file()]


def fingerprint(root: Path = ROOT) -> str:
    """One hash of the names and content of the parsed files, and of the versions of dbt and its adapters.

    Profile, variables and environment are not in it: dbt compares those itself and parses everything when they differ.
    """
    digest = hashlib.sha256()
    for file in parsed_files(root):
        digest.update(f"{file} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    for package in sorted(importlib.metadata.distributions(), key=lambda each: each.name):
        if package.name.startswith("dbt"):
            digest.update(f"{package.name} {package.version}\n".encode())
    return digest.hexdigest()


def parse_option(target: Path, files: str) -> str:
    """The flag of a dbt command on files with this fingerprint.

    The note is removed meanwhile: a dbt command that fails is followed by one that parses everything.
    """
    noted = read_json(target / PARSED_FROM)
    (target / PARSED_FROM).unlink(missing_ok=True)
    is_current = noted == {"files": files, "state": _written_at(target)}
    return "--partial-parse" if is_current else "--no-partial-parse"


def note_parse(target: Path, files: str) -> None:
    """Note that the state in the target folder is of files with this fingerprint."""
    write_json(target / PARSED_FROM, {"files": files, "state": _written_at(target)})


def _written_at(target: Path) -> int | None:
    # Another dbt command on the same target folder may have parsed other files.
    state = target / STATE
    return state.stat().st_mtime_ns if state.exists() else None
