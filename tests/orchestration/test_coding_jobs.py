"""The loop of learning from codes as Dagster runs it, on a copy of the built organisation."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration import coding
from orchestration.coding_jobs import learn_from_codes, sample_texts
from orchestration.project import ONE_THREAD, Folders, folders
from orchestration.text_store import TextStore
from service_control.text.weights import DRIVER, SENTIMENT
from tests.projects import Project

# What people see in these words, and no word list knows.
SEEN = {" want ": "trusted", " werd ": "understanding"}


@pytest.fixture(scope="module")
def organisation(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folders]:
    """What was built and read, to learn from and add to."""
    warehouse = tmp_path_factory.mktemp("warehouse")
    for name in ("build.duckdb", "texts.duckdb"):
        shutil.copy(demo.root / "warehouse" / name, warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_CONTROL_WAREHOUSE", str(warehouse))
        # as a build: the model of the language is the same one only then
        for name, value in ONE_THREAD.items():
            patch.setenv(name, value)
        yield folders()


def run(job: dg.JobDefinition, op: str, **config: object) -> dg.ExecuteInProcessResult:
    return job.execute_in_process(run_config={"ops": {op: {"config": config}}}, raise_on_error=False)


def fill(form: Path, label: Callable[[int, str], str]) -> None:
    with form.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    with form.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(
            {**row, "labels": label(at, row["text"]), "coder": "anna"} for at, row in enumerate(rows)
        )


def active(where: Folders, task: str) -> str:
    with duckdb.connect() as connection:
        return TextStore(connection, where).active_models()[task].version


def test_codes_of_people_become_the_active_model(organisation: Folders, tmp_path: Path) -> None:
    form, before = tmp_path / "form.csv", active(organisation, DRIVER)
    drawn = run(sample_texts, "draw_texts", task=DRIVER, size=400, file=str(form))
    assert drawn.success and len(coding.read_samples(organisation)) == 400
    fill(form, lambda _, text: "|".join(label for word, label in SEEN.items() if word in text) or "none")
    learned = run(learn_from_codes, "train_model", task=DRIVER, files=[str(form)])
    assert learned.success and learned.output_for_node("train_model", "trained_task") == DRIVER
    with duckdb.connect() as connection:
        store = TextStore(connection, organisation)
        after = store.active_models()[DRIVER].version
        versions = dict(
            connection.execute(
                "select model_version, count(distinct text_id) from text_store.scores "
                "inner join text_store.readings using (reading_id) where task = 'driver' group by model_version"
            ).fetchall()
        )
        changed = {row[2] for row in store.changes().fetchall()}
    assert after != before
    # everything that the build had read is read again
    assert versions[after] == versions[before] > 1_000
    assert changed >= set(SEEN.values())


def test_where_the_gate_says_no_nothing_is_promoted(organisation: Folders, tmp_path: Path) -> None:
    """Codes that follow nothing; the job ends well, without its second step."""
    form, before = tmp_path / "form.csv", active(organisation, SENTIMENT)
    assert run(sample_texts, "draw_texts", task=SENTIMENT, size=80, file=str(form)).success
    fill(form, lambda at, _: ("-1", "1", "0", "2")[at % 4])
    learned = run(learn_from_codes, "train_model", task=SENTIMENT, files=[str(form)])
    assert learned.success and active(organisation, SENTIMENT) == before
    skipped = {event.node_name for event in learned.all_events if event.is_step_skipped}
    assert skipped == {"promote_model"}


def test_one_bad_row_stops_all_files(organisation: Folders, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    for form, label in ((good, "ease"), (bad, "vrolijk")):
        assert run(sample_texts, "draw_texts", task=DRIVER, size=4, file=str(form)).success
        fill(form, lambda _, text, label=label: label)
    before = len(coding.read_codes(organisation))
    learned = run(learn_from_codes, "train_model", task=DRIVER, files=[str(good), str(bad)])
    (failure,) = (event for event in learned.all_events if event.is_step_failure)
    told = str(failure.step_failure_data.error)
    assert not learned.success and f"{bad}, row 2, column labels" in told and "no label of driver" in told
    assert len(coding.read_codes(organisation)) == before
