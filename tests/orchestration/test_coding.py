"""The loop of learning from codes: draw, code, learn, judge, promote; and the store that forgets nothing."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from benchmarks.text.speed import delivered
from orchestration import coding, text_store
from orchestration.project import Folders, folders
from orchestration.text_store import STORE, TextStore
from service_control.errors import InputError
from service_control.text.coding import next_text
from service_control.text.weights import DRIVER, SENTIMENT

SIZE = 1_500
# Words that no list knows, on half of the texts: what people see and the model has to learn.
SECRET = {"zorgzaam": "empathy", "kwiek": "ease"}


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A warehouse with scored texts; only tests that add to it use it."""
    where = replace(folders(), warehouse=tmp_path_factory.mktemp("warehouse"))
    rows = delivered(SIZE)
    words = list(SECRET)
    texts = [
        f"{text} Het was {words[at % 4]} werk." if at % 4 < 2 else text
        for at, text in enumerate(rows["raw_text"].to_pylist())
    ]
    rows = rows.set_column(1, "raw_text", pa.array(texts))
    with duckdb.connect(str(where.build_database)) as connection:
        connection.register("given", rows)
        connection.execute("create table delivered as from given")
        read(connection, where)
        connection.execute("create schema intermediate")
        connection.execute("""
            create table intermediate.int_text__texts as
            select scrubbed.*, scored.language_code, 'customer' as speaker, quarantine_reason <> '' as is_in_quarantine
            from scrubbed inner join scored using (text_hash)""")
    return where


def read(connection: duckdb.DuckDBPyConnection, where: Folders) -> TextStore:
    store = TextStore(connection, where)
    connection.execute("drop table if exists scrubbed; drop table if exists scored")
    store.scrub(connection.table("delivered")).to_table("scrubbed")
    store.score(connection.table("scrubbed")).to_table("scored")
    return store


def count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {
        table: connection.sql(f"select count(*) from {STORE}.{table}").fetchall()[0][0]
        for table in ("scrubbed", "texts", "scores", "tags")
    }


def test_nothing_is_read_twice(organisation: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second build with one new text scrubs and scores one text; with none nothing starts at all."""
    with duckdb.connect(str(organisation.build_database)) as connection:
        read(connection, organisation)
        before = count_rows(connection)
        assert before["scrubbed"] == SIZE and before["texts"] <= SIZE
        assert before["scores"] == 5 * before["texts"]
        seen = []

        def counted(name: str):
            made = getattr(text_store, name)

            def run(batches, *others):
                for batch in (batches := list(batches)):
                    seen.append((name, len(batch)))
                return made(batches, *others)

            return run

        for name in ("scrub_all", "score_all"):
            monkeypatch.setattr(text_store, name, counted(name))
        read(connection, organisation)
        assert [length for _, length in seen if length] == [] and count_rows(connection) == before
        connection.execute(
            "insert into delivered by name select * replace ('new' as source_key, 'Nooit eerder gezegd' as raw_text) "
            "from delivered limit 1"
        )
        read(connection, organisation)
        assert [one for one in seen if one[1]] == [("scrub_all", 1), ("score_all", 1)]
        assert count_rows(connection)["scores"] == before["scores"] + 5


def test_a_store_of_before_keeps_what_people_made(tmp_path: Path) -> None:
    """Hashes stood in every row then: texts are read again, promoted models stay."""
    where = replace(folders(), warehouse=tmp_path)
    with duckdb.connect(str(text_store.text_store_file(where))) as older:
        older.execute("""
            create table scrubbed (source_key varchar, scrubber_version varchar, text_hash varchar,
                scrubbed_text varchar, found_kinds varchar, quarantine_reason varchar);
            create table texts (text_hash varchar, reading_version varchar, language_code varchar, word_count integer);
            create table scores (text_hash varchar, task varchar, model_version varchar, reading_version varchar,
                scores double[]);
            create table tags (text_hash varchar, task varchar, label varchar);
            create table promotions (task varchar, model_version varchar, promoted_at timestamp);
            insert into texts values ('abc', 'v', 'nl', 3);
            insert into promotions values ('driver', 'learned', timestamp '2026-01-01')""")
    for _ in range(2):
        with duckdb.connect() as connection:
            TextStore(connection, where)
            assert set(count_rows(connection).values()) == {0}
            assert connection.sql(f"select model_version from {STORE}.promotions").fetchall() == [
                ("learned",)
            ]


def test_a_text_in_another_person_s_words_is_scrubbed_for_that_person(organisation: Folders) -> None:
    with duckdb.connect(str(organisation.build_database)) as connection:
        given = pa.table(
            {
                "source_key": ["a", "b"],
                "raw_text": ["Geholpen door Verkuilen Top"] * 2,
                "customer_name": ["Iets Anders", "Truus Verkuilen"],
                **{name: pa.nulls(2, pa.string()) for name in ("customer_email", "customer_phone")},
                **{name: pa.nulls(2, pa.string()) for name in ("employee_name", "employee_email")},
            }
        )
        connection.register("given", given)
        found = dict(
            TextStore(connection, organisation)
            .scrub(connection.table("given"))
            .project("source_key, scrubbed_text")
            .fetchall()
        )
    assert "Verkuilen" not in found["b"]


def fill(form: Path, filled: Path, coder: str, share: float = 1.0) -> int:
    """What a person would do: the labels by the secret words, `none` for the others."""
    with form.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        labels = [label for word, label in SECRET.items() if word in row["text"]]
        row["labels"], row["coder"] = "|".join(labels) or "none", coder
    coded = rows[: int(len(rows) * share)]
    # as a Dutch spreadsheet saves it
    with filled.open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.DictWriter(stream, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(coded)
    return len(coded)


def test_people_s_codes_become_the_active_model(organisation: Folders, tmp_path: Path) -> None:
    form, filled = tmp_path / "form.csv", tmp_path / "filled.csv"
    assert coding.draw(organisation, DRIVER, "nl", 400, form) == 400
    samples = coding.read_samples(organisation)
    assert sum(one.draw == "random" for one in samples) == 200
    assert sum(one.is_twice for one in samples) == 40
    with pytest.raises(InputError, match="0 random texts are coded"):
        coding.learn(organisation, DRIVER, "nl")
    fill(form, filled, "anna")
    coding.save_codes(organisation, coding.read_form(organisation, filled, DRIVER))
    # a second coder sees only what wants a second code
    waiting = next_text(samples, coding.read_codes(organisation), DRIVER, "nl", "bert")
    assert waiting and waiting.is_twice
    assert next_text(samples, coding.read_codes(organisation), DRIVER, "nl", "anna") is None
    fill(form, filled, "bert")
    coding.save_codes(organisation, coding.read_form(organisation, filled, DRIVER))
    with pytest.raises(InputError, match="no model of driver was trained"):
        coding.promote(organisation, DRIVER)
    training = coding.learn(organisation, DRIVER, "nl")
    assert training.verdict.is_promoted and training.learned_from == 200
    assert training.quality.macro_f1.value > 0.9 and training.quality.macro_f1.n == 200
    changed = {one.label: one for one in coding.promote(organisation, DRIVER)}
    assert changed["empathy"].share_after == pytest.approx(0.25, abs=0.05)
    with duckdb.connect(str(organisation.build_database)) as connection:
        store = read(connection, organisation)
        assert store.active_models()[DRIVER].version == training.model.version
        texts, versions = connection.sql(
            f"select count(distinct text_id), count(distinct model_version) from {STORE}.scores "
            f"inner join {STORE}.readings using (reading_id) where task = 'driver'"
        ).fetchall()[0]
        assert versions == 2 and texts == count_rows(connection)["texts"]
        found = store.tags(connection.table("scored"))
        assert {row[0] for row in found.filter("task = 'driver'").project("model_version").fetchall()} == {
            training.model.version
        }
        dutch = connection.sql("select text_hash from scored where language_code = 'nl'")
        empathy = found.filter("label = 'empathy'").join(dutch.set_alias("dutch"), "text_hash")
        terms = empathy.project("terms").fetchall()
        assert sum("zorgzaam" in term for (term,) in terms) > 0.8 * len(terms)
        rows = {
            (row["language_code"], row["label"]): row
            for row in coding.quality_rows(organisation, store)
            if row["task"] == DRIVER
        }
        evidence = store.evidence(connection.table("scored")).filter("label = 'empathy'")
        steps = evidence.join(dutch.set_alias("dutch"), "text_hash").fetchnumpy()["step"]
        assert (steps > 0).mean() == pytest.approx(changed["empathy"].share_after, abs=0.1)
    assert rows["nl", "all"]["f1"] == pytest.approx(training.quality.macro_f1.value)
    assert rows["nl", "all"]["kappa_human_human"] == 1.0
    # too few held-out texts have it: not measured
    assert rows["nl", "trusted"].get("f1") is None and rows["en", "all"]["held_out_count"] == 0
    with pytest.raises(InputError, match="not active already"):
        coding.promote(organisation, DRIVER)
    assert any("became active: empathy" in line for line in coding.report(organisation))


def test_a_model_that_may_be_worse_stays_aside(organisation: Folders, tmp_path: Path) -> None:
    """Codes that follow nothing: the gate says no, and promoting is refused with its words."""
    form = tmp_path / "form.csv"
    coding.draw(organisation, SENTIMENT, "nl", 120, form)
    with form.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    for at, row in enumerate(rows):
        row["labels"] = ("-1", "1", "0", "2")[at % 4]
    with form.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    coding.save_codes(organisation, coding.read_form(organisation, form, SENTIMENT, "carl"))
    assert not coding.learn(organisation, SENTIMENT, "nl").verdict.is_promoted
    with pytest.raises(InputError, match="may not take the place of the active one"):
        coding.promote(organisation, SENTIMENT)


@pytest.mark.parametrize(
    ("change", "where", "remedy"),
    [
        ({"labels": "vrolijk"}, "row 2, column labels", "choose from attention"),
        ({"text_hash": "0" * 64}, "row 2, column text_hash", "import the form for the task"),
        ({"coder": " "}, "row 2, column coder", "give a name or initials"),
    ],
)
def test_bad_input_is_told_by_row_and_column(
    organisation: Folders, tmp_path: Path, change: dict[str, str], where: str, remedy: str
) -> None:
    form = tmp_path / "form.csv"
    coding.draw(organisation, DRIVER, "nl", 2, form)
    with form.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    rows[0] |= {"labels": "ease", "coder": "anna"} | change
    with form.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError) as told:
        coding.read_form(organisation, form, DRIVER)
    assert str(form) in str(told.value) and where in str(told.value) and remedy in str(told.value)


def test_a_file_without_its_columns_says_so(organisation: Folders, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text("text,code\nTop,ease\n")
    with pytest.raises(InputError, match="column text_hash is missing"):
        coding.read_form(organisation, form, DRIVER)
    form.write_bytes("text_hash,labels\nabc,gén\n".encode("cp1252"))
    with pytest.raises(InputError, match="save it as CSV UTF-8"):
        coding.read_form(organisation, form, DRIVER)


def test_a_code_that_was_spoilt_is_named(organisation: Folders) -> None:
    file = coding.coding_folder(organisation) / "codes.csv"
    before = file.read_text()
    # a label that the task no longer has is no reason to stop
    file.write_text(before + "0,driver,anna,no_longer_there,2026-01-01T10:00:00\n")
    assert coding.read_codes(organisation)[-1].labels == ("no_longer_there",)
    file.write_text(before + "0,driver,anna,ease,gisteren\n")
    with pytest.raises(InputError, match=f"codes.csv, row {len(before.splitlines()) + 1}"):
        coding.read_codes(organisation)
    file.write_text(before)
