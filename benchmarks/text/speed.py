"""`python -m benchmarks.text.speed`: distinct texts a second from raw text to scores of every task, and the memory.

The texts are the simulated organisation's, put together until as many as asked differ. Every process first handles two
batches that are not counted, as one that runs all day would have.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator

import numpy as np

from orchestration.text_seeds import cold_models, modifiers, scrubber
from service_control.demo.fragments import CLOSINGS, CONTRASTS, DRIVER_CLAUSES, ISSUE_OPENINGS, PERSONAL
from service_control.demo.names import FIRST_NAMES, LAST_NAMES
from service_control.text.pipeline import Pipeline, RawBatch, Settings, process_all
from service_control.text.scrub import Person

BATCH = 5_000
WARM_BATCHES = 2
PERSONAL_SHARE = 0.05


def settings() -> Settings:
    """The models and words of the seeds."""
    return Settings(cold_models(), modifiers(), scrubber())


def texts(number: int, seed_value: int = 2026) -> tuple[list[str], list[list[Person]]]:
    """Texts that all differ, half Dutch and half English, and their writers. One in twenty tells who wrote it."""
    rng = np.random.default_rng(seed_value)
    made: dict[str, list[Person]] = {}
    clauses, openings, closings = {}, {}, {}
    for language in ("nl", "en"):
        drivers = DRIVER_CLAUSES[language].values()
        clauses[language] = [clause for driver in drivers for tone in driver.values() for clause in tone]
        openings[language] = [opening for group in ISSUE_OPENINGS[language].values() for opening in group]
        closings[language] = [closing for group in CLOSINGS[language].values() for closing in group]
    while len(made) < number:
        draws = rng.random((number, 11)).tolist()
        for draw in draws[: number - len(made)]:
            language = "nl" if draw[0] < 0.5 else "en"
            kinds = (openings, clauses, CONTRASTS, clauses, closings)
            opening, one, contrast, other, closing = (
                kind[language][int(part * len(kind[language]))]
                for kind, part in zip(kinds, draw[1:6], strict=True)
            )
            first, last = (
                FIRST_NAMES[int(draw[6] * len(FIRST_NAMES))],
                LAST_NAMES[int(draw[7] * len(LAST_NAMES))],
            )
            person = Person(f"{first} {last}", f"{first.lower()}@voorbeeld.nl", f"06{int(draw[8] * 1e8):08}")
            text = f"{opening} {one}{contrast}{other}." + (f" {closing}" if draw[9] < 0.5 else "")
            if draw[10] < PERSONAL_SHARE:
                said = PERSONAL[language][int(draw[10] / PERSONAL_SHARE * len(PERSONAL[language]))]
                text += " " + said.format(name=person.name, email=person.email, phone=person.phone)
            made.setdefault(text, [person])
    return list(made), list(made.values())


def batches(raw: list[str], people: list[list[Person]]) -> Iterator[RawBatch]:
    """In batches of BATCH."""
    for start in range(0, len(raw), BATCH):
        yield RawBatch(raw[start : start + BATCH], people[start : start + BATCH])


def measure(number: int, processes: int) -> dict[str, float]:
    """Texts a second, processor seconds of this process, peak MB of the largest one, mean number of characters."""
    raw, people = texts(number + BATCH * WARM_BATCHES * processes)
    done = process_all(batches(raw, people), settings(), processes)
    for _ in range(WARM_BATCHES * processes):
        next(done)
    started, used = time.perf_counter(), time.process_time()
    counted = sum(len(batch.hashes) for batch in done)
    seconds = time.perf_counter() - started
    whos = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return {
        "texts": counted,
        "texts_per_second": counted / seconds,
        "own_processor_seconds": time.process_time() - used,
        "peak_mb": max(resource.getrusage(who).ru_maxrss / 1024 for who in whos),
        "characters": float(np.mean([len(text) for text in raw])),
    }


def fastest_batch(number: int = 12) -> float:
    """Texts a second of one process in its best batch: what a core does while nobody else is on it."""
    pipeline, taken = Pipeline(settings()), []
    for raw in batches(*texts(number * BATCH)):
        started = time.perf_counter()
        pipeline.process(raw)
        taken.append(time.perf_counter() - started)
    return BATCH / min(taken)


def main() -> None:
    """Print one line per number of processes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text.speed", description=main.__doc__)
    parser.add_argument("--texts", type=int, default=200_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(f"- one process in its best batch: {fastest_batch():,.0f} texts/s")
    for processes in options.processes:
        found = measure(options.texts, processes)
        print(
            f"- {processes} process(es): {found['texts_per_second']:,.0f} texts/s by the clock; {found['texts']:,.0f} "
            f"texts of {found['characters']:.0f} characters, processor of the first process "
            f"{found['own_processor_seconds']:.1f} s, peak {found['peak_mb']:.0f} MB"
        )


if __name__ == "__main__":
    main()
