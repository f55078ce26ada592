"""From raw texts to scores, batch by batch, on several processes. Belongs here: the order of the steps.

For tables: read (text, people) in batches of some thousand rows, give them to `process_all`, write what comes back.
`Batch` holds everything the tables of texts and scores need; a text whose hash has scores of the same model versions
already need not be given again. Memory is that of a few batches per process, however many texts there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from service_control.text.hashing import text_hash
from service_control.text.score import Scorer, Scores
from service_control.text.scrub import Person, Scrubber
from service_control.text.weights import Model

# Enough to keep the processes busy while results are taken.
AHEAD = 2


@dataclass(frozen=True)
class Settings:
    """What the steps know: models (the language and one per task), modifiers of seed `text_modifiers`, what scrubs."""

    models: Sequence[Model]
    modifiers: Mapping[str, str]
    scrubber: Scrubber


@dataclass(frozen=True)
class RawBatch:
    """n texts as they came; `people` is empty, or per text who may be named in it."""

    texts: Sequence[str]
    people: Sequence[Sequence[Person]] = ()


@dataclass(frozen=True)
class Batch:
    """n texts: scrubbed, kinds found, why in quarantine ("" when not), hashes, scores. Lists: they travel fast."""

    texts: list[str]
    kinds: list[tuple[str, ...]]
    quarantine_reasons: list[str]
    hashes: list[str]
    scores: Scores


class Pipeline:
    """The steps of one process."""

    def __init__(self, settings: Settings) -> None:
        self._scrubber = settings.scrubber
        self._scorer = Scorer(settings.models, settings.modifiers)

    def process(self, raw: RawBatch) -> Batch:
        """Scrub, hash and score a batch."""
        if raw.people:
            scrubbed = list(map(self._scrubber.scrub, raw.texts, raw.people))
        else:
            scrubbed = list(map(self._scrubber.scrub, raw.texts))
        texts = [found.text for found in scrubbed]
        return Batch(
            texts,
            [found.kinds for found in scrubbed],
            [found.quarantine_reason for found in scrubbed],
            list(map(text_hash, texts)),
            self._scorer.score(texts),
        )


_of_this_process: Pipeline | None = None


def _start(settings: Settings) -> None:
    global _of_this_process
    _of_this_process = Pipeline(settings)


def _process(raw: RawBatch) -> Batch:
    return _of_this_process.process(raw)


def process_all(batches: Iterable[RawBatch], settings: Settings, processes: int = 1) -> Iterator[Batch]:
    """Batches in the order they came. Reads at most `AHEAD` batches per process ahead of what was taken."""
    if processes == 1:
        pipeline = Pipeline(settings)
        yield from map(pipeline.process, batches)
        return
    # A fresh interpreter: a fork of a program with threads, as Dagster is, may never come back.
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (settings,)) as pool:
        waiting: deque[Future[Batch]] = deque()
        for raw in batches:
            waiting.append(pool.submit(_process, raw))
            if len(waiting) >= processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
