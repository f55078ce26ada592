"""`python -m benchmarks.scan LANDING`: read every value of every raw file once, the floor under any build."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

READERS = {
    # lines in another encoding are read and dropped: the bytes are scanned all the same
    ".csv": "read_csv({}, all_varchar = true, header = true, ignore_errors = true, strict_mode = false)",
    ".parquet": "read_parquet({})",
    ".jsonl": "read_json({}, format = 'newline_delimited')",
}


def scan(landing: Path) -> None:
    """Read the files one by one, as the loader does."""
    with duckdb.connect() as connection:
        for path in sorted(landing.rglob("*")):
            if path.suffix in READERS:
                rows = READERS[path.suffix].format("'" + str(path).replace("'", "''") + "'")
                connection.execute(f"select count(*), bit_xor(hash(columns(*))) from {rows}").fetchall()


if __name__ == "__main__":
    scan(Path(sys.argv[1]))
