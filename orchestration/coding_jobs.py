"""The loop of learning from codes as Dagster jobs: draw texts to code, and learn from what came back.

Belongs here: jobs and what they are configured with. Not here: the loop (coding.py). A job takes the build lock itself,
so it waits for no build and none waits for it: whichever comes second says so.
"""

# No `from __future__ import annotations`: Dagster reads the types of the configuration.
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from pydantic import Field

from orchestration.coding import changed, draw, judged, labels_of, learn, promote, read_form, save_codes
from orchestration.project import folders


class Draw(dg.Config):
    """Which texts, and the CSV they are written to."""

    task: str
    language: str = "nl"
    size: int = 200
    file: str


class Learn(dg.Config):
    """What is learned; `files` are forms that people filled in, imported first."""

    task: str
    language: str = "nl"
    files: list[str] = Field(default_factory=list)
    teacher: bool = False


@dg.op
def draw_texts(context: dg.OpExecutionContext, config: Draw) -> None:
    """Write texts to code in a CSV, half random, half where the model doubts."""
    count = draw(folders(), config.task, config.language, config.size, Path(config.file))
    context.add_output_metadata({"texts": count, "labels": ", ".join(labels_of(config.task))})


@dg.op(out={"trained_task": dg.Out(str, is_required=False)})
def train_model(context: dg.OpExecutionContext, config: Learn) -> Iterator[dg.Output]:
    """Import filled-in forms (a bad row in any stops all), learn from all codes, and judge the new model on texts
    that it did not learn from. Nothing is promoted where the gate says no.
    """
    codes = [code for file in config.files for code in read_form(folders(), Path(file), config.task)]
    save_codes(folders(), codes)
    training = learn(folders(), config.task, config.language, with_teacher=config.teacher)
    for line in judged(training):
        context.log.info(line)
    if training.verdict.is_promoted:
        yield dg.Output(config.task, "trained_task")


@dg.op
def promote_model(context: dg.OpExecutionContext, trained_task: str) -> None:
    """Make the new model the active one, score all texts again, and tell what changed."""
    for line in changed(promote(folders(), trained_task)):
        context.log.info(line)


@dg.job(description="Write texts to code in a CSV, half random, half where the model doubts.")
def sample_texts() -> None:
    draw_texts()


@dg.job(description="Import filled-in forms, train, and promote the model when the gate says yes.")
def learn_from_codes() -> None:
    promote_model(train_model())
