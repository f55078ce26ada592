"""dbt parses everything unless nothing changed since its last parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.parse_state import STATE, fingerprint, note_parse, parse_option, parsed_files
from orchestration.project import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of three files."""
    for name in ("dbt_project.yml", "profiles.yml", "macros/a.sql"):
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path / "project"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target folder in which dbt left the state of a parse."""
    folder = tmp_path / "target"
    folder.mkdir()
    (folder / STATE).write_bytes(b"state")
    return folder


def test_an_edited_a_new_and_a_removed_file_are_changes(project: Path) -> None:
    macro = project / "macros/a.sql"
    seen = {fingerprint(project)}
    assert fingerprint(project) in seen
    macro.write_text("edited")
    seen.add(fingerprint(project))
    (project / "macros/b.sql").write_text("new")
    seen.add(fingerprint(project))
    macro.unlink()
    seen.add(fingerprint(project))
    assert len(seen) == 4


def test_every_kind_of_file_of_the_project_is_looked_at() -> None:
    found = {file.relative_to(ROOT).as_posix() for file in parsed_files()}
    assert {
        "dbt_project.yml",
        "profiles.yml",
        "macros/z_975.sql",
        "seeds/metrics.csv",
        "models/marts/core/dim_teams.yml",
        "tests/dbt/generic/is_unique_key.sql",
    } <= found


def test_the_last_parse_is_taken_over_when_nothing_changed(target: Path) -> None:
    assert parse_option(target, "x") == "--no-partial-parse"
    note_parse(target, "x")
    assert parse_option(target, "x") == "--partial-parse"


def test_changed_files_are_parsed_anew(target: Path) -> None:
    note_parse(target, "x")
    assert parse_option(target, "y") == "--no-partial-parse"


def test_a_parse_of_another_command_is_not_trusted(target: Path) -> None:
    note_parse(target, "x")
    (target / STATE).unlink()
    (target / STATE).write_bytes(b"of other files")
    assert parse_option(target, "x") == "--no-partial-parse"


def test_after_a_command_that_failed_everything_is_parsed(target: Path) -> None:
    note_parse(target, "x")
    assert parse_option(target, "x") == "--partial-parse"
    assert parse_option(target, "x") == "--no-partial-parse"
