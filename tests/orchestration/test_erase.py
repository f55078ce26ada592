"""The right to be erased: nothing a person said is left in any table once the source no longer delivers it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.erase import erase
from orchestration.project import ONE_THREAD, folders
from service_control.errors import InputError
from tests.projects import Project

ALICE, BOB, CAROL = "K1", "K2", "K3"
# Words that only one of them says; Alice and Bob both say one text.
SHARED = "Heel goed geholpen, dank jullie wel."
SAID = [
    (ALICE, "De zwartkonijnen in jullie wachtmuziek maken mij echt heel boos."),
    (ALICE, "Ik werd geweldig geholpen, behalve door de zwartkonijnen."),
    (BOB, "De citroenvlinders van de afdeling schade zijn vriendelijk en snel."),
    (BOB, SHARED),
    (ALICE, SHARED),
    (CAROL, "Mijn paarsgeverfde kat vindt dit maar niks."),
]


def deliver(project: Project, said: list[tuple[str, str]]) -> None:
    crm = project.root / "landing/crm"
    crm.mkdir(exist_ok=True)
    with (crm / "feedback_items.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("feedback_item_id", "customer_id", "received_at", "kind", "status", "text"))
        writer.writerows(
            (f"F{at}", who, f"2026-01-{at + 1:02} 10:00:00", "complaint", "open", text)
            for at, (who, text) in enumerate(said)
        )


def build(project: Project, *models: str) -> None:
    (project.root / "warehouse").mkdir(exist_ok=True)
    project.run(sys.executable, "-m", "orchestration.landing")
    dbt = str(Path(sys.executable).with_name("dbt"))
    without = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    project.run(dbt, "build", "--quiet", "--select", *models, *without)


def tables_with(project: Project, word: str) -> set[str]:
    """Every table of the warehouse and row of coding that has a word."""
    warehouse, found = project.root / "warehouse", set()
    for file in warehouse.glob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as connection:
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall():
                # a row as text holds all its columns
                rows = connection.execute(
                    f'select count(*) from "{schema}"."{table}" as given where cast(given as varchar) ilike ?',
                    [f"%{word}%"],
                ).fetchall()
                if rows[0][0]:
                    found.add(f"{file.stem}.{table}")
    for file in (warehouse / "coding").glob("*"):
        if word in file.read_text(encoding="utf-8"):
            found.add(file.stem)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """What six feedback items become, drawn for coding and coded; then Carol is no longer delivered."""
    project = Project.copy(tmp_path_factory.mktemp("erase") / "project")
    form = project.root / "form.csv"
    task = ("--task", "sentiment")
    coding = (sys.executable, "-m", "orchestration.coding")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ONE_THREAD.items():
            patch.setenv(name, value)
        deliver(project, SAID)
        build(project, "+fct_verbatims")
        project.run(*coding, "sample", *task, "--language", "nl", "--size", "10", "--file", str(form))
        with form.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
        with form.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows({**row, "labels": "1", "coder": "anna"} for row in rows)
        project.run(*coding, "import", *task, "--file", str(form))
        deliver(project, [one for one in SAID if one[0] != CAROL])
        build(project, "+int_text__delivered")
        yield project


def test_nothing_of_one_person_is_left_after_the_next_build(project: Project) -> None:
    """Nor of Carol: whose a text was that no source delivers any more, nobody can tell."""
    hers, his = tables_with(project, "zwartkonijn"), tables_with(project, "citroenvlinder")
    assert hers == his >= {"texts.scrubbed", "samples", "build.feedback_items", "build.int_text__texts"}
    assert tables_with(project, "paarsgeverfde") >= {"texts.scrubbed", "samples"}
    store = project.root / "warehouse/texts.duckdb"
    with duckdb.connect(str(store), read_only=True) as connection:
        hashes = dict(
            connection.execute("select scrubbed_text, sha256(scrubbed_text) from scrubbed").fetchall()
        )
        read = connection.execute("select count(*) from scores").fetchall()[0][0]
    everywhere = {"texts.texts", "samples", "codes"}
    assert all(tables_with(project, hashes[text]) >= everywhere for _, text in SAID)
    said = project.run(sys.executable, "-m", "orchestration.erase", "--customer", ALICE)
    assert "3 texts of customer K1" in said
    # two texts of Alice and one of Carol; each was drawn once and coded once
    assert "3 distinct texts and 6 rows of coding" in said
    assert not (project.root / "warehouse/build.duckdb").exists()
    deliver(project, [one for one in SAID if one[0] == BOB])
    build(project, "+fct_verbatims")
    for word in ("zwartkonijn", "paarsgeverfde"):
        assert tables_with(project, word) == set()
    for _, text in SAID:
        # what Bob said too stays, as his
        is_his = text in {words for who, words in SAID if who == BOB}
        assert (
            tables_with(project, hashes[text]) >= everywhere
            if is_his
            else not tables_with(project, hashes[text])
        )
    assert tables_with(project, "citroenvlinder") == his
    with duckdb.connect(str(store), read_only=True) as connection:
        # nothing of Bob was read again
        assert connection.execute("select count(*) from scores").fetchall()[0][0] == read * 2 / 5
        for table in ("languages", "scores", "tags"):
            assert (
                connection.execute(f"select * from {table} anti join texts using (text_id)").fetchall() == []
            )


def test_without_texts_nothing_is_erased(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no texts yet"):
        erase(replace(folders(), warehouse=tmp_path), "customer", ALICE)
