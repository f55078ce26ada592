"""What marts and builds say in English has Dutch: every sentence in the SQL and the Python that can reach a page."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import access
import messages
import pytest
import sqlglot
from phrases.messages import FRAMES, MESSAGES, REASONS
from sqlglot import exp
from text import LANGUAGES, Words

from orchestration import refusals
from orchestration.expectations import MADE_OF, MartFacts, landing_suite, mart_suites
from orchestration.files import other_delimiter
from orchestration.project import read_contract
from orchestration.rendering import Project
from service_control.errors import InputError
from tests.app.running import ROOT

NL, EN = (Words(language) for language in LANGUAGES)
# What a value may be: a number, or a sentence of which the Dutch is known.
VALUES = ("7", "there are rows")

# Commands of their own, which tell the terminal.
NOT_OF_A_BUILD = ("coding", "coding_jobs", "compare", "erase", "metric_review")
# Python of which messages reach a page: what a build runs, and the table of rights.
SOURCES = [
    ROOT / "app" / "access.py",
    *(path for path in sorted((ROOT / "orchestration").glob("*.py")) if path.stem not in NOT_OF_A_BUILD),
]
# What makes a message, and which of its arguments are sentences.
SAID_BY = {
    "FileRefused": (1,), "Problem": (2,), "refused": (1, 2), "BuildError": (0,), "InputError": (0,),
    "PublishError": (0,), "StepFailed": (0,), "__init__": (0,), "Check": (3,), "CheckResult": (0, 5), "begin": (0,),
    "step": (0,), "remove": (2,), "replace": (),
}  # fmt: skip
# Clauses that a message may end with, as the functions themselves make them.
CLAUSES = {
    "near_misses": ["", refusals.near_misses("contact", ["contact_id", "contacts"])],
    "other_delimiter": ["", other_delimiter(["a;b"], ","), other_delimiter(["a\tb"], ",")],
}


class Sentences:
    """The sentences of one Python file, with a value in every place."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    def __iter__(self) -> Iterator[tuple[int, set[str]]]:
        """Line of a sentence, and what it may be; one of these is what it is with fitting values."""
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                name = (
                    call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                )
                places = [call.args[place] for place in SAID_BY.get(name, ()) if place < len(call.args)]
                named = [
                    word.value
                    for word in call.keywords
                    if name in SAID_BY and word.arg in ("remedy", "reason")
                ]
                for said in (*places, *named):
                    for way in self.ways(said, function):
                        yield said.lineno, set(map("".join, product(*way)))

    def ways(self, node: ast.expr, function: ast.FunctionDef) -> list[list[list[str]]]:
        """The ways to say it; each is a list of parts, and of each part what it may be."""
        match node:
            case ast.Constant(value=str(text)):
                return [[[text]]]
            case ast.JoinedStr(values=parts):
                return self._after_another(parts, function)
            case ast.FormattedValue(value=value):
                return (
                    self.ways(value, function)
                    if isinstance(value, ast.IfExp)
                    else self._clause(value, function)
                )
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._after_another([left, right], function)
            case ast.IfExp(body=body, orelse=other) | ast.BoolOp(values=[body, other]):
                return [*self.ways(body, function), *self.ways(other, function)]
            case ast.Name() | ast.Call():
                return self._clause(node, function)
        return [[list(VALUES)]]

    def _after_another(self, parts: Iterable[ast.expr], function: ast.FunctionDef) -> list[list[list[str]]]:
        return [
            [part for way in ways for part in way]
            for ways in product(*(self.ways(p, function) for p in parts))
        ]

    def _clause(self, node: ast.expr, function: ast.FunctionDef) -> list[list[list[str]]]:
        """A name is what the function gave it; a call to one that adds a clause is what it may add."""
        if isinstance(node, ast.Name):
            given = [
                each.value
                for each in ast.walk(function)
                if isinstance(each, ast.Assign)
                and any(getattr(to, "id", "") == node.id for to in each.targets)
            ]
            sentences = [
                each
                for each in given
                if isinstance(
                    getattr(each, "body", each), (ast.JoinedStr, ast.BoolOp, ast.Call, ast.Constant)
                )
            ]
            if sentences:
                return [way for each in sentences for way in self.ways(each, function)]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CLAUSES:
            return [[[clause]] for clause in CLAUSES[node.func.id]]
        return [[list(VALUES)]]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_sentence_of_python_has_dutch(path):
    found = [(line, ways) for line, ways in Sentences(path) if ways != {""}]
    without = {(line, min(ways)) for line, ways in found if not any(messages.is_known(w, NL) for w in ways)}
    assert without == set()


@pytest.mark.parametrize(
    "change",
    [{"email": "a"}, {"effect": "perhaps"}, {"role": "king"}, {"role": "employee"}, {"role": "team_lead"}],
    ids=str,
)
def test_every_problem_of_a_right_has_dutch(change, tmp_path):
    right = {"email": "a@b.nl", "role": "viewer", "effect": "allow", "employee_id": "", "team_id": ""}
    file = tmp_path / "roles.csv"
    file.write_text("\n".join((",".join(right), ",".join((right | change).values()))), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        access.read_rights(file)
    assert "Wat te doen: zie" in messages.in_words(str(raised.value), NL)


def said_by_staging() -> Iterator[tuple[str, str, str]]:
    """Model, reason_code and reason (values filled in) of every check of the contract tables, as SQL has them."""
    project = Project()
    for name in sorted(name for name in project.models if name.startswith("checked_")):
        sql = project.render(name).sql
        codes = dict(reversed(re.findall(r"when failed_check = (\d+) then '(\w+)'", sql)))
        assert codes, name
        for case in sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.Case):
            for branch in case.args["ifs"]:
                parts = branch.args["true"]
                numbered = re.match(r"'(\d\d)' \|\| COALESCE\(", parts.sql(dialect="duckdb"))
                if numbered:
                    message = parts.expression.this
                    yield name, codes[str(int(numbered[1]))], "".join(spoken(message))


def spoken(message: exp.Expression) -> Iterator[str]:
    for part in message.flatten() if isinstance(message, exp.DPipe) else [message]:
        yield part.this if isinstance(part, exp.Literal) else VALUES[0]


def test_every_reason_of_staging_has_dutch():
    found = list(said_by_staging())
    assert len({code for _, code, _ in found}) > 10
    assert [(model, reason) for model, _, reason in found if not messages.is_known(reason, NL)] == []
    assert {code for _, code, _ in found} - set(REASONS) == set()


def test_every_reason_code_of_the_loader_has_dutch():
    assert set(refusals.REASONS) - set(REASONS) == set()


@pytest.mark.parametrize("model", ["rejected_rows", "source_freshness"])
def test_every_sentence_of_a_mart_has_dutch(model):
    sql = Project().render(model).sql
    told = {
        "".join(spoken(each))
        for case in sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.Case)
        for each in (branch.args["true"] for branch in case.args["ifs"])
        if " " in "".join(spoken(each))
    }
    assert told
    assert [said for said in told if not messages.is_known(said, NL)] == []


def test_every_expectation_has_dutch():
    class Named:
        """Stands where Great Expectations does, which takes seconds to import: only what is asked for counts."""

        def __getattr__(self, _name):
            return lambda **about: about["meta"]["name"]

    tables = [*MADE_OF, "dim_metrics", "metric_values", "service_control", "source_freshness"]
    facts = MartFacts(
        {table: frozenset({"value"}) for table in tables},
        {name: 1 for made_of in MADE_OF.values() for name in made_of},
    )
    names = {name for suite in mart_suites(Named(), facts).values() for name in suite}
    names |= {name for table in read_contract().values() for name in landing_suite(Named(), table)}
    assert len(names) > 100
    assert [name for name in sorted(names) if messages.in_words(name, NL) == name] == []


def test_every_owner_of_a_metric_has_dutch():
    with (ROOT / "seeds" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        owners = {row["owner"] for row in csv.DictReader(file)}
    assert owners - set(MESSAGES) == set()


@pytest.mark.parametrize("english", FRAMES | MESSAGES)
def test_both_languages_have_the_same_places(english):
    assert set(messages.PLACE.findall(english)) >= set(messages.PLACE.findall((FRAMES | MESSAGES)[english]))


@pytest.mark.parametrize(
    ("said", "dutch"),
    [
        (
            'crm/a.csv: the required column "team" is absent (did you mean "team_id" or "teams"?). What to do: deliver '
            "the column: team, name are required. The 1,200 rows accepted on 2026-06-01 04:00 UTC stay",
            'crm/a.csv: de verplichte kolom "team" ontbreekt (bedoelt u "team_id" of "teams"?). Wat te doen: lever de '
            "kolom aan: team, name zijn verplicht. Wat op 2026-06-01 04:00 UTC is goedgekeurd "
            "blijft staan (rijen: 1.200)",
        ),
        (
            "hr/teams.csv: team_id is a integer: not so in 1,234 of 2,000 rows (62%), for instance x, y",
            "hr/teams.csv: team_id is een geheel getal: niet zo in 1.234 van 2.000 rijen (62%), bijvoorbeeld x, y",
        ),
        ("month was refused: in_the_future", "month is geweigerd: ligt in de toekomst"),
        ("month was refused: own_rule", "month is geweigerd: own_rule"),
        ("started_at is not a date: 1: 2, is not a date", "started_at is geen datum: 1: 2, is not a date"),
    ],
)
def test_values_stay_as_they_are(said, dutch):
    assert messages.in_words(said, NL) == dutch
    assert messages.in_words(said, EN) == said


def test_what_has_no_dutch_stays_and_its_code_explains_it():
    said = "Binder Error: no column x: y"
    assert messages.in_words(said, NL) == said
    assert not messages.is_known(said, NL)
    assert messages.reason("unreadable_line", said, NL) == f"de regel is niet te lezen: {said}"
    assert messages.reason("own_rule", said, NL) == said
    assert messages.reason("own_rule", None, NL) == "own_rule"
    assert messages.reason("unreadable_line", said, EN) == said
    assert messages.in_words(None, NL) == ""
