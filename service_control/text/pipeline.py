"""From raw texts to scores, batch by batch, on several processes. Belongs here: the order of the steps.

Two roads, because they have different keys: what is scrubbed depends on the text and its people, what is scored on
the scrubbed text alone. For tables: give what is new in batches of some thousand rows, write what comes back. Memory is
that of a few batches per process, however many texts there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from typing import Any, TypeVar

from service_control.text.score import Scorer, Scores
from service_control.text.scrub import Person, Scrubber
from service_control.text.terms_behind import Tags
from service_control.text.weights import Model

Given, Made, Kept = TypeVar("Given"), TypeVar("Made"), TypeVar("Kept")
# Enough to keep the processes busy while results are written.
AHEAD = 4


@dataclass(frozen=True)
class RawBatch:
    """n texts as they came; `people` is empty, or per text who may be named in it."""

    texts: Sequence[str]
    people: Sequence[Sequence[Person]] = ()


@dataclass(frozen=True)
class ScrubbedBatch:
    """n texts: scrubbed, kinds found, why in quarantine ("" when not). Lists: they travel fast."""

    texts: list[str]
    kinds: list[tuple[str, ...]]
    quarantine_reasons: list[str]


@dataclass(frozen=True)
class ScoredBatch:
    """What a batch of scrubbed texts scores, and the labels given with the terms behind them."""

    scores: Scores
    tags: Tags


def scrub_batch(scrubber: Scrubber, raw: RawBatch) -> ScrubbedBatch:
    """Scrub every text."""
    found = list(map(scrubber.scrub, raw.texts, raw.people or repeat(())))
    return ScrubbedBatch(
        [one.text for one in found], [one.kinds for one in found], [one.quarantine_reason for one in found]
    )


def _as_it_is(given: Given) -> Given:
    return given


def _as_made(given: Given, made: Made) -> Made:
    return made


def score_batch(scorer: Scorer, texts: Sequence[str]) -> ScoredBatch:
    """Score and tag normalised, scrubbed texts."""
    return ScoredBatch(*scorer.score_and_tag(texts))


def scrub_all(
    batches: Iterable[Given],
    scrubber: Scrubber,
    processes: int = 1,
    read: Callable[[Given], RawBatch] = _as_it_is,
    keep: Callable[[Given, ScrubbedBatch], Kept] = _as_made,
) -> Iterator[Kept]:
    """Batches in the order they came. In the process that scrubs, `read` makes a batch of what is given and `keep`
    makes what comes back of both.
    """
    return _run(partial(_scrubbing, scrubber, read, keep), batches, processes, keep.__module__)


def _scrubbing(scrubber: Scrubber, read: Callable, keep: Callable) -> Callable[[Any], Any]:
    return lambda given: keep(given, scrub_batch(scrubber, read(given)))


def score_all(
    batches: Iterable[Given],
    models: Sequence[Model],
    modifiers: Mapping[str, str],
    processes: int = 1,
    read: Callable[[Given], Sequence[str]] = _as_it_is,
    keep: Callable[[Given, ScoredBatch], Kept] = _as_made,
) -> Iterator[Kept]:
    """Batches in the order they came. `models`: that of the language and one per task; `read` and `keep` as above."""
    return _run(partial(_scoring, models, modifiers, read, keep), batches, processes, keep.__module__)


def _scoring(
    models: Sequence[Model], modifiers: Mapping[str, str], read: Callable, keep: Callable
) -> Callable[[Any], Any]:
    scorer = Scorer(models, modifiers)
    return lambda given: keep(given, score_batch(scorer, read(given)))


_work_of_this_process: Callable[[Any], Any] | None = None


def _start(begin: Callable[[], Callable[[Any], Any]]) -> None:
    global _work_of_this_process
    _work_of_this_process = begin()


def _work(given: Any) -> Any:
    return _work_of_this_process(given)


def _run(
    begin: Callable[[], Callable[[Given], Made]], batches: Iterable[Given], processes: int, module: str
) -> Iterator[Made]:
    """`begin` makes the work of one process, with what `module` holds. Reads at most `AHEAD` batches per process ahead
    of what was taken.
    """
    if processes == 1:
        yield from map(begin(), batches)
        return
    # A fork of a program with threads, as Dagster is, may never come back. A fresh interpreter forks, and reads the
    # modules once for all processes; pyarrow wants pandas, half a second of each, as soon as it makes an array.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, module, "pandas"])
    with ProcessPoolExecutor(processes, context, _start, (begin,)) as pool:
        waiting: deque[Future[Made]] = deque()
        for given in batches:
            waiting.append(pool.submit(_work, given))
            if len(waiting) >= processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
