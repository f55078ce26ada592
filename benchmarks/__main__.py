"""`python -m benchmarks`: measure sizes × ways × memory limits, and make the report anew."""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from benchmarks.organisations import organisation
from benchmarks.report import write_report
from benchmarks.results import Results
from benchmarks.ways import UNLIMITED, WAYS, Loaded, Place, Result
from service_control.errors import ServiceControlError


def main() -> None:
    """Measure what is asked for, one by one; every result is kept as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument(
        "--answers", type=float, nargs="+", default=[1e6, 1e7], help="sizes in survey answers"
    )
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument(
        "--memory", nargs="+", type=limit, default=["6GB"], help="memory limits of DuckDB, the largest last"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "service_control_benchmarks",
        help="folder for the simulated organisations, which stay, and for scratch",
    )
    options = parser.parse_args()
    results = Results()
    try:
        for size in map(int, options.answers):
            measure(results, size, options.ways, options.memory, options.work.resolve())
    except ServiceControlError as error:
        raise SystemExit(str(error)) from None
    print(f"written to {write_report(results.path)}; the organisations stay in {options.work}")


def limit(text: str) -> str:
    """A memory limit in MB or GB. Raises ArgumentTypeError."""
    if not re.fullmatch(r"\d+(MB|GB)", text):
        raise argparse.ArgumentTypeError(f"{text} is no limit such as 512MB or 4GB")
    return text


def measure(results: Results, size: int, ways: list[str], limits: list[str], work: Path) -> None:
    """All ways at one size. The limit of a way that knows none is empty in the results."""
    print(f"{size:,} answers", flush=True)
    made = organisation(work, size)
    loaded, is_load_kept = Loaded(Place(made, limits[-1], made.folder / "loaded")), False
    try:
        for way in ways:
            for memory in limits[-1:] if way in UNLIMITED else limits:
                place = Place(made, memory, made.folder / "scratch")
                shutil.rmtree(place.scratch, ignore_errors=True)
                place.scratch.mkdir()
                for result in WAYS[way](place, loaded):
                    if loaded.load is not None and not is_load_kept:
                        keep(results, loaded.place, limits[-1], Result("load", loaded.load))
                        is_load_kept = True
                    keep(results, place, None if way in UNLIMITED else memory, result)
    finally:
        for name in ("loaded", "scratch"):
            shutil.rmtree(made.folder / name, ignore_errors=True)


def keep(results: Results, place: Place, memory: str | None, result: Result) -> None:
    """Store a result and say it."""
    results.add(place.organisation, memory, result)
    found = result.measured
    print(
        f"  {result.name:16} {memory or '':5} {found.seconds:8.1f} s {found.cpu_seconds:8.1f} s cpu "
        f"{found.peak_mb / 1000:6.2f} GB  {found.outcome} {found.message.splitlines()[-1:] or ''}",
        flush=True,
    )


if __name__ == "__main__":
    main()
