"""One simulated block and one landing folder at scale 1, shared by the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from service_control.demo.deliver import tables
from service_control.demo.organisation import Block, simulate
from service_control.demo.parameters import CUSTOMERS_PER_BLOCK
from service_control.demo.write import Written, write_landing

SEED = 2026


@pytest.fixture(scope="session")
def block() -> Block:
    return simulate(SEED, 0, CUSTOMERS_PER_BLOCK)


@pytest.fixture(scope="session")
def clean(block: Block) -> dict[str, pa.Table]:
    return tables(block)


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    folder = tmp_path_factory.mktemp("landing")
    return folder, write_landing(folder, seed=SEED)


@pytest.fixture(scope="session")
def landing(delivered: tuple[Path, Written]) -> Path:
    return delivered[0]


@pytest.fixture(scope="session")
def written(delivered: tuple[Path, Written]) -> Written:
    return delivered[1]
