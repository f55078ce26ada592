"""Command line: `python -m service_control.demo --scale 1 --seed 2026 --out landing`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

from service_control.errors import InputError

from .write import write_landing


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m service_control.demo", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1 is 20,000 customers and ten teams (default 1)"
    )
    parser.add_argument("--seed", type=int, default=2026, help="same seed, same files (default 2026)")
    parser.add_argument("--out", type=Path, required=True, help="landing folder to write into")
    parser.add_argument("--workers", type=int, default=2, help="processes, at scale above 1 (default 2)")
    parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    arguments = parser.parse_args(argv)
    if arguments.workers < 1 or arguments.seed < 0:
        parser.error("--workers must be at least 1 and --seed not negative")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """Write the simulated organisation; returns the exit code."""
    arguments = _arguments(argv)
    start = perf_counter()
    try:
        written = write_landing(
            arguments.out,
            scale=arguments.scale,
            seed=arguments.seed,
            force=arguments.force,
            workers=arguments.workers,
        )
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    seconds = perf_counter() - start
    print(f"{'simulation':<34}{'':>14}{written.seconds['']:>9.2f} s")
    for name, rows in written.rows.items():
        print(f"{name:<34}{rows:>9,} rows{written.seconds[name]:>9.2f} s")
    rate = written.answers / seconds
    print(f"{arguments.out}: {written.answers:,} answers in {seconds:.1f} s, {rate:,.0f} per second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
