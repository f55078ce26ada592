"""Same seed, same files; scale adds blocks and leaves the first alone; a filled folder is not touched."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service_control.demo import write
from service_control.demo.__main__ import main
from service_control.demo.deliver import tables
from service_control.demo.organisation import block_sizes, simulate
from service_control.demo.parameters import CUSTOMERS_PER_BLOCK, DIRT, TRUTH
from service_control.demo.write import FORMATS, write_landing
from service_control.errors import InputError

SMALL = 0.03


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_same_seed_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        write_landing(tmp_path / name, scale=SMALL, seed=seed)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    same, other = digests(tmp_path / "a"), digests(tmp_path / "c")
    assert [name for name in same if same[name] == other[name]] == ["hr/teams.csv"]


def test_scale_adds_blocks_and_leaves_the_first_alone(
    tmp_path: Path, clean: dict[str, pa.Table], landing: Path
) -> None:
    written = write_landing(tmp_path / "landing", scale=1 + SMALL, seed=2026, progress=lambda line: None)
    first = tmp_path / "landing/crm/customers/part-0000.csv"
    assert first.read_bytes() == (landing / "crm/customers.csv").read_bytes()
    parts = pq.read_table(tmp_path / "landing/crm/contacts/part-0000.parquet")
    assert parts.num_rows == pq.read_metadata(landing / "crm/contacts.parquet").num_rows
    dirty = sum(number for kind, number in DIRT["hr/teams"].items())
    assert written.rows["hr/teams"] == len(TRUTH.departments) + 2 * len(TRUTH.teams) + 2 * dirty
    second = tables(simulate(2026, 1, round(SMALL * CUSTOMERS_PER_BLOCK)))
    keys = {
        "crm/customers": "customer_id",
        "crm/contacts": "contact_id",
        "hr/teams": "team_id",
        "hr/employees": "employee_id",
        "survey/responses": "response_id",
    }
    for name, column in keys.items():
        assert not set(clean[name][column].to_pylist()) & set(second[name][column].to_pylist())


def test_block_sizes() -> None:
    assert block_sizes(1) == [20_000]
    assert block_sizes(0.5) == [10_000]
    assert block_sizes(2.5) == [20_000, 20_000, 10_000]
    assert sum(block_sizes(1000)) == 20_000_000
    assert block_sizes(1.0001) == [20_000]


def test_size_at_scale_1(clean: dict[str, pa.Table], written) -> None:
    assert 440_000 <= written.answers <= 500_000
    assert 110_000 <= clean["crm/contacts"].num_rows <= 130_000
    assert len(set(clean["crm/customers"]["customer_id"].to_pylist())) == CUSTOMERS_PER_BLOCK
    assert sum(team.size < 5 for team in TRUTH.teams) == 2
    assert sum(team.size for team in TRUTH.teams) == 80
    assert set(written.rows) == set(FORMATS)


def test_filled_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "landing" / "crm" / "own_file.csv"
    own.parent.mkdir(parents=True)
    own.write_text("a,b\n")
    arguments = ["--scale", str(SMALL), "--out", str(tmp_path / "landing")]
    assert main(arguments) == 1
    assert "not empty" in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [own]
    assert main([*arguments, "--force"]) == 0
    assert own.exists() and (tmp_path / "landing/crm/customers.csv").exists()


def test_hidden_file_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing/.gitkeep").touch()
    write_landing(tmp_path / "landing", scale=SMALL)
    assert {path.name for path in (tmp_path / "landing").iterdir()} == {".gitkeep", "crm", "hr", "survey"}


def test_failure_leaves_the_folder_untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OSError("disk full")

    monkeypatch.setitem(write._WRITERS, "parquet", fail)
    with pytest.raises(OSError, match="disk full"):
        write_landing(tmp_path / "landing", scale=SMALL)
    assert not list(tmp_path.iterdir())


def test_force_replaces_another_scale(tmp_path: Path) -> None:
    write_landing(tmp_path / "landing", scale=1 + SMALL, progress=lambda line: None)
    write_landing(tmp_path / "landing", scale=SMALL, force=True)
    assert not (tmp_path / "landing/crm/customers").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["landing"]


def test_too_small_a_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too small"):
        write_landing(tmp_path / "landing", scale=0.019)
    assert not list(tmp_path.iterdir())
