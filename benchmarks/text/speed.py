"""`python -m benchmarks.text.speed`: distinct texts a second from raw text to scores of every task, and the memory for it.

The texts are the simulated organisation's, put together until as many as asked differ. Every process first handles a batch
that is not counted, as one that runs all day would have.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.text.reading import cold_models, modifiers, seed
from service_control.demo.fragments import CLOSINGS, CONTRASTS, DRIVER_CLAUSES, ISSUE_OPENINGS, PERSONAL
from service_control.demo.names import FIRST_NAMES, LAST_NAMES
from service_control.text.pipeline import Person, RawBatch, Settings, process_all

BATCH = 5_000
WARM_BATCHES = 2
PERSONAL_SHARE = 0.05


def settings() -> Settings:
    """The models and words of the seeds."""
    words = seed("capitalised_words")
    return Settings(
        cold_models(),
        modifiers(),
        [row["word"] for row in words if row["word_kind"] == "first_name"],
        [row["word"] for row in words if row["word_kind"] == "names_nobody"],
    )


def texts(number: int, seed_value: int = 2026) -> tuple[list[str], list[list[Person]]]:
    """Texts that all differ, half Dutch and half English, and their writers. One in twenty tells who wrote it."""
    rng = np.random.default_rng(seed_value)
    made: dict[str, list[Person]] = {}
    clauses = {
        language: [clause for driver in DRIVER_CLAUSES[language].values() for tone in driver.values() for clause in tone]
        for language in ("nl", "en")
    }
    openings = {language: [o for group in ISSUE_OPENINGS[language].values() for o in group] for language in clauses}
    closings = {language: [c for group in CLOSINGS[language].values() for c in group] for language in clauses}
    while len(made) < number:
        language = "nl" if rng.random() < 0.5 else "en"

        def pick(options: list[str] | tuple[str, ...]) -> str:
            return options[int(rng.integers(len(options)))]

        name = f"{pick(FIRST_NAMES)} {pick(LAST_NAMES)}"
        person = Person(name, f"{name.split()[0].lower()}@voorbeeld.nl", f"06{rng.integers(10**7, 10**8)}")
        text = f"{pick(openings[language])} {pick(clauses[language])}{pick(CONTRASTS[language])}{pick(clauses[language])}."
        if rng.random() < 0.5:
            text += f" {pick(closings[language])}"
        if rng.random() < PERSONAL_SHARE:
            said = pick(PERSONAL[language])
            text += " " + said.format(name=person.name, email=person.email, phone=person.phone)
        made.setdefault(text, [person])
    return list(made), list(made.values())


def batches(raw: list[str], people: list[list[Person]]) -> Iterator[RawBatch]:
    """In batches of BATCH."""
    for start in range(0, len(raw), BATCH):
        yield RawBatch(raw[start : start + BATCH], people[start : start + BATCH])


def measure(number: int, processes: int) -> dict[str, float]:
    """Texts a second, processor seconds, peak MB of the largest process, mean number of characters."""
    raw, people = texts(number + BATCH * WARM_BATCHES * processes)
    done = process_all(batches(raw, people), settings(), processes)
    for _ in range(WARM_BATCHES * processes):
        next(done)
    started, used = time.perf_counter(), _processor_seconds()
    counted = sum(len(batch.hashes) for batch in done)
    seconds = time.perf_counter() - started
    return {
        "texts": counted,
        "texts_per_second": counted / seconds,
        "processor_seconds": _processor_seconds() - used,
        "peak_mb": max(
            resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ),
        "characters": float(np.mean([len(text) for text in raw])),
    }


def _processor_seconds() -> float:
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(spent.ru_utime + spent.ru_stime for spent in times)


def main() -> None:
    """Print one line per number of processes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text.speed", description=main.__doc__)
    parser.add_argument("--texts", type=int, default=200_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    for processes in options.processes:
        found = measure(options.texts, processes)
        print(
            f"{processes} process(es): {found['texts_per_second']:,.0f} texts/s, {found['texts']:,.0f} texts of "
            f"{found['characters']:.0f} characters, {found['processor_seconds']:.1f} s of processor, "
            f"{found['peak_mb']:.0f} MB"
        )


if __name__ == "__main__":
    main()
