"""The SQL of models and tests without dbt and without a database, each piece with the line it was written on.

Belongs here: what Jinja makes of a model, and where every character of it stands in the sources. Not here: what
is right or wrong about that SQL. dbt's own compilation needs a database and 5 s and forgets the lines; this
takes 0.2 s for the whole project.
"""

from __future__ import annotations

import bisect
import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from orchestration.engines import PRESENTATION
from orchestration.project import ROOT
from service_control.errors import BuildError

# An implementation of a dispatched macro may use the words of its engine.
OF_ONE_ENGINE = re.compile(r"(default|duckdb|spark|postgres)__")
# Marks in the text while it is rendered: the number of a place, or CALLER for the place before the macro.
MARK = re.compile("\x02([0-9]*)\x03")
CALLER = "\x02\x03"
TYPES = {
    "type_bigint": "bigint",
    "type_boolean": "boolean",
    "type_float": "float",
    "type_int": "integer",
    "type_string": "varchar",
    "type_timestamp": "timestamp",
}


@dataclass(frozen=True, order=True)
class Place:
    """A line of a source file. file: relative to the project; line: from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Rendered:
    """A model or test as SQL. `places` are (offset, place) in the order of the text."""

    name: str
    sql: str
    places: tuple[tuple[int, Place | None], ...]
    is_model: bool

    def place(self, offset: int) -> Place | None:
        """Where the character at `offset` was written; None for the words of one engine."""
        found = bisect.bisect_right(self.places, offset, key=lambda pair: pair[0]) - 1
        return self.places[max(found, 0)][1]


class Relation(str):
    """What ref() and source() give: the name to write into SQL, with the attributes that macros read."""

    identifier: str

    def __new__(cls, kind: str, identifier: str) -> Relation:
        relation = super().__new__(cls, f"{kind}__{identifier}")
        relation.identifier = relation.name = identifier
        return relation


class _Returned(Exception):
    """`{{ return(value) }}` of a macro."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Marks(Extension):
    """Puts a mark before every line of text, before every expression and into every string with a space (such
    strings are SQL: codes and names have none)."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        places: Places = self.environment.places
        file, before, own_words = stream.name or "", "", False
        for token in stream:
            if token.type == "name" and before == "macro":
                own_words = bool(OF_ONE_ENGINE.match(token.value))
            elif token.type == "name" and token.value == "endmacro":
                own_words = False
            before = token.value
            if token.type == "data":
                lines = [
                    places.mark(file, token.lineno + number, own_words) + line
                    for number, line in enumerate(token.value.split("\n"))
                ]
                yield Token(token.lineno, "data", "\n".join(lines))
                continue
            if token.type == "variable_begin":
                # what an implementation is given was written by its caller
                yield Token(
                    token.lineno, "data", CALLER if own_words else places.mark(file, token.lineno, False)
                )
            elif token.type == "string" and " " in token.value:
                yield Token(token.lineno, "string", places.mark(file, token.lineno, own_words) + token.value)
                continue
            yield token


@dataclass
class Places:
    """Numbers for places, as they are written into the text while it is rendered."""

    known: list[Place | None] = field(default_factory=list)

    def mark(self, file: str, line: int, own_words: bool) -> str:
        self.known.append(None if own_words else Place(file, line))
        return f"\x02{len(self.known) - 1}\x03"

    def resolve(self, name: str, text: str, is_model: bool) -> Rendered:
        """Take the marks out of a rendered text."""
        pieces, places, length, last = [], [(0, None)], 0, None
        for number, piece in enumerate(MARK.split(text)):
            if number % 2 == 0:
                pieces.append(piece)
                length += len(piece)
                continue
            place = self.known[int(piece)] if piece else last
            if place is not None:
                last = place
            places.append((length, place))
        return Rendered(name, "".join(pieces), tuple(places), is_model)


class _DbtMacros:
    """`dbt.<macro>`: types by name, everything else as a call of `dbt_<macro>`, which is what the check judges."""

    def __init__(self, places: Places) -> None:
        self._own = places.mark("", 0, own_words=True)

    def __getattr__(self, name: str) -> Callable[..., str]:
        if name in TYPES:
            return lambda: self._own + TYPES[name]
        if name == "date_spine":
            return lambda datepart, start_date, end_date: (
                f"{self._own}select dbt_dateadd({datepart}, 1, {CALLER}{start_date}{self._own}) as date_{datepart}"
            )
        return lambda *arguments: (
            f"{self._own}dbt_{name}("
            + f"{self._own}, ".join(CALLER + str(a) for a in arguments)
            + f"{self._own})"
        )


@dataclass
class Project:
    """The sources of the dbt project under `root`.

    Raises, in every method
    -----------------------
    BuildError : a source cannot be rendered.
    """

    root: Path = ROOT
    places: Places = field(default_factory=Places)

    @cached_property
    def declared(self) -> dict[str, dict[str, Any]]:
        """Models and seeds by name, as the YAML files declare them."""
        found = {}
        for path in [*(self.root / "models").rglob("*.yml"), *(self.root / "seeds").glob("*.yml")]:
            content = _read_yaml(path)
            for entry in [*content.get("models", []), *content.get("seeds", [])]:
                found[entry["name"]] = entry
        return found

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every model by name."""
        return {path.stem: path for path in sorted((self.root / "models").rglob("*.sql"))}

    @cached_property
    def models(self) -> dict[str, Path]:
        """The models that are built on every engine: all without the tag `presentation`."""
        return {name: path for name, path in self.files.items() if not self.is_presentation(name)}

    def is_presentation(self, name: str) -> bool:
        """A model that always runs in DuckDB."""
        return PRESENTATION in self.declared.get(name, {}).get("config", {}).get("tags", [])

    def is_adapter(self, name: str) -> bool:
        """A model that brings the tables of one system into the shape of the contract."""
        return self.models[name].is_relative_to(self.root / "models" / "adapters")

    def declared_types(self, name: str) -> dict[str, str]:
        """Types of the columns of a model or seed, as far as its YAML names them."""
        entry = self.declared.get(name, {})
        types = dict(entry.get("config", {}).get("column_types", {}))
        types.update((c["name"], c["data_type"]) for c in entry.get("columns", []) if "data_type" in c)
        return types

    def delivered_columns(self, table: str) -> list[str]:
        """Columns of a raw table: those of its contract, all text, and where the row came from."""
        for area in ("crm", "survey", "hr"):
            columns = self.declared.get(f"stg_{area}__{table}", {}).get("columns", [])
            if columns:
                derived = [c["name"] for c in columns if c.get("config", {}).get("meta", {}).get("derived")]
                return [c["name"] for c in columns if c["name"] not in derived and c["name"][0] != "_"]
        return []

    def render(self, name: str) -> Rendered:
        """A model as SQL."""
        return self._rendered(name, self.files[name], is_model=True)

    def render_tests(self) -> list[Rendered]:
        """The singular tests that touch no presentation model, and each generic test once per model it is on."""
        tests = []
        for path in sorted((self.root / "tests" / "dbt").glob("*.sql")):
            self._environment.globals["referred"] = referred = set()
            rendered = self._rendered(path.stem, path, is_model=False)
            if not any(self.is_presentation(name) for name in referred):
                tests.append(rendered)
        for model in self.models:
            for declared in self.declared.get(model, {}).get("data_tests", []):
                name, arguments = _test_call(declared)
                if f"test_{name}" in self._environment.globals:
                    call = self._environment.globals[f"test_{name}"]
                    text = call(Relation("ref", model), **arguments)
                    tests.append(self.places.resolve(f"{name}_{model}", text, is_model=False))
        return tests

    def render_text(self, source: str, *, is_model: bool) -> Rendered:
        """A text with Jinja that is in no file; its lines count from 1."""
        return self._rendered_source("text", source, "text.sql", is_model)

    def _rendered(self, name: str, path: Path, is_model: bool) -> Rendered:
        source = path.read_text(encoding="utf-8")
        return self._rendered_source(name, source, path.relative_to(self.root).as_posix(), is_model)

    def _rendered_source(self, name: str, source: str, file: str, is_model: bool) -> Rendered:
        environment = self._environment
        environment.globals["model"] = self._node(name)
        try:
            text = _template(environment, source, file).render()
        except (jinja2.TemplateError, TypeError) as error:
            raise BuildError(
                f"cannot be rendered without dbt: {error}",
                where=file,
                remedy="mend the Jinja; if dbt can render it, teach orchestration/rendering.py what it calls",
            ) from error
        return self.places.resolve(name, text, is_model)

    def _node(self, name: str) -> dict[str, Any]:
        columns = self.declared.get(name, {}).get("columns", [])
        return {
            "name": name,
            "columns": {
                c["name"]: {
                    "data_type": c.get("data_type"),
                    "config": c.get("config", {}),
                    "meta": c.get("meta", {}),
                }
                for c in columns
            },
        }

    @cached_property
    def _environment(self) -> jinja2.Environment:
        environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", _Marks])
        environment.places = self.places
        settings = _read_yaml(self.root / "dbt_project.yml").get("vars", {})
        names = environment.globals

        def dispatch(name: str, package: str | None = None) -> Callable[..., Any]:
            return names.get(f"duckdb__{name}") or names[f"default__{name}"]

        def ref(name: str) -> Relation:
            names["referred"].add(name)
            return Relation("ref", name)

        def give(value: Any) -> None:
            raise _Returned(value)

        def columns_of(relation: Relation) -> list[SimpleNamespace]:
            if relation.startswith("raw__"):
                columns = [*self.delivered_columns(relation.identifier), "_file", "_row"]
            else:
                columns = list(self._node(relation.identifier)["columns"])
            return [SimpleNamespace(name=name) for name in columns]

        def refuse(message: str) -> None:
            raise jinja2.TemplateRuntimeError(message)

        names.update(
            adapter=SimpleNamespace(dispatch=dispatch, get_columns_in_relation=columns_of),
            config=lambda **_: "",
            dbt=_DbtMacros(self.places),
            exceptions=SimpleNamespace(raise_compiler_error=refuse),
            execute=True,
            graph={"nodes": {f"model.service_control.{name}": self._node(name) for name in self.declared}},
            modules=SimpleNamespace(datetime=datetime),
            ref=ref,
            referred=set(),
            run_started_at=datetime.datetime(2000, 1, 1),
            source=lambda _, table: Relation("raw", table),
            target={"type": "duckdb", "name": "duckdb"},
            var=lambda name, default=None: settings.get(name, default),
        )
        names["return"] = give
        for path in [*(self.root / "macros").glob("*.sql"), *(self.root / "tests/dbt/generic").glob("*.sql")]:
            source = re.sub(r"(\{%-?\s*)test\s+", r"\1macro test_", path.read_text(encoding="utf-8"))
            source = re.sub(r"(\{%-?\s*)endtest\b", r"\1endmacro", source)
            file = path.relative_to(self.root).as_posix()
            # shared, so that a macro sees the names that are set after it was read
            module = _template(environment, source, file).make_module(names, shared=True)
            names.update(
                (name, _callable(macro))
                for name, macro in vars(module).items()
                if isinstance(macro, jinja2.runtime.Macro)
            )
        return environment


def _callable(macro: jinja2.runtime.Macro) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return macro(*arguments, **named)
        except _Returned as returned:
            return returned.value

    return call


def _template(environment: jinja2.Environment, source: str, file: str) -> jinja2.Template:
    code = environment.compile(source, name=file, filename=file)
    return jinja2.Template.from_code(environment, code, environment.globals)


def _read_yaml(path: Path) -> dict[str, Any]:
    return (
        yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        or {}
    )


def _test_call(declared: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a generic test in YAML."""
    if isinstance(declared, str):
        return declared, {}
    ((name, settings),) = declared.items()
    return name, dict((settings or {}).get("arguments", {}))


def lines_of(rendered: Iterable[Rendered]) -> set[Place]:
    """Every line that some SQL was written on."""
    return {place for one in rendered for _, place in one.places if place is not None}
