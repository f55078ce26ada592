"""The check that the row-heavy SQL means the same on DuckDB, Spark and PostgreSQL.

Belongs here: which models, macros and tests are judged, the exceptions stated in them, the documentation. Not here:
the rules, how SQL is rendered and how one SELECT is judged. Dispatched implementations may use their engine's
words, models tagged `presentation` always run in DuckDB, and adapters are an organisation's own: they are judged
where it builds on another engine than DuckDB.

    python -m orchestration.portable_sql              # what `make lint` runs
    python -m orchestration.portable_sql --document   # the text of docs/portable-sql.md
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator

from orchestration.engines import DUCKDB, chosen_target
from orchestration.portable_rules import RULES
from orchestration.portable_statement import BIGINT, KINDS, TEXT, UNKNOWN, Columns, Finding, Statement
from orchestration.rendering import Place, Project, Rendered, lines_of
from service_control.errors import BuildError

EXCEPTION = re.compile(r"--\s*portable\b\s*:?\s*(.*)")


class NotPortable(BuildError):
    """SQL that would give another answer on another engine.

    `findings` are the places; `failures` says them to the reader of build_status.json.
    """

    def __init__(self, findings: list[Finding]) -> None:
        broken = {finding.code for finding in findings}
        shown = [str(finding) for finding in findings] + [str(rule) for rule in RULES if rule.code in broken]
        super().__init__(
            f"{len(findings)} places in the SQL differ between engines:\n  " + "\n  ".join(shown) + "\n",
            where="the models that run on every engine",
            remedy="write the portable form, or end the line with `-- portable: <why it is the same here>`; "
            "docs/portable-sql.md has all rules",
        )
        self.findings = findings
        self.failures = [
            {"name": str(found.place), "message": f"{found.code}: {found.written}"} for found in findings
        ]


def assert_portable(target: str, project: Project | None = None) -> str:
    """Check the whole project, which is about to be built on `target`. Returns one line about it.

    Raises
    ------
    NotPortable : a place differs between engines, or an exception has no reason or no use.
    BuildError : a source cannot be rendered or parsed.
    """
    project = project or Project()
    findings, count = check_project(project, target)
    if findings:
        raise NotPortable(findings)
    return f"{count} models and tests mean the same on every engine"


def check_project(project: Project, target: str = DUCKDB) -> tuple[list[Finding], int]:
    """Findings in all models and tests that run on every engine, in the order of the files, and how many these are."""
    check = Check(project)
    judged = [name for name in project.models if target != DUCKDB or not project.is_adapter(name)]
    rendered = [check.rendered(name) for name in judged] + project.render_tests()
    found = {}
    for one in rendered:
        for finding in sorted(check.findings(one)):
            found.setdefault((finding.place, finding.code), finding)
    return sorted(_without_exceptions(project, found.values(), lines_of(rendered))), len(rendered)


def _without_exceptions(
    project: Project, findings: Iterable[Finding], places: Iterable[Place]
) -> Iterator[Finding]:
    """The findings whose line gives no reason to be excepted, and the exceptions that are none."""
    reasons = {}
    lines = {}
    for place in places:
        if place.file not in lines:
            lines[place.file] = (project.root / place.file).read_text(encoding="utf-8").split("\n")
        stated = EXCEPTION.search(lines[place.file][place.line - 1])
        if stated:
            reasons[place] = stated.group(1).strip()
    excepted = set()
    for finding in findings:
        if reasons.get(finding.place):
            excepted.add(finding.place)
        else:
            yield finding
    for place, reason in reasons.items():
        if not reason:
            yield Finding(place, "exception-without-reason", "say why it is the same here", place.file)
        elif place not in excepted:
            yield Finding(
                place, "exception-without-use", "nothing on this line differs; remove the comment", place.file
            )


class Check:
    """Judges rendered SQL with what is known of the columns of other models; each model is judged once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._rendered: dict[str, Rendered] = {}
        self._judged: dict[str, Statement] = {}

    def rendered(self, name: str) -> Rendered:
        if name not in self._rendered:
            self._rendered[name] = self.project.render(name)
        return self._rendered[name]

    def findings(self, rendered: Rendered) -> set[Finding]:
        """Findings in one model or test."""
        return (self._model(rendered.name) if rendered.is_model else self._statement(rendered)).findings

    def findings_in(self, source: str, *, is_model: bool = False) -> set[Finding]:
        """Findings in SQL with Jinja that is in no file; of a model the output columns are judged too."""
        return self._statement(self.project.render_text(source, is_model=is_model)).findings

    def _model(self, name: str) -> Statement:
        if name not in self._judged:
            self._judged[name] = self._statement(self.rendered(name))
        return self._judged[name]

    def _statement(self, rendered: Rendered) -> Statement:
        statement = Statement(rendered, self.columns)
        statement.judge()
        return statement

    def columns(self, relation: str) -> Columns | None:
        """Columns of a relation as rendering.py names it: what its own SQL gives, in the types that its YAML
        declares; None where nothing is known."""
        origin, _, name = relation.partition("__")
        if origin == "raw":
            delivered = self.project.delivered_columns(name)
            return {**dict.fromkeys([*delivered, "_file"], TEXT), "_row": BIGINT} if delivered else None
        columns = dict(self._model(name).output) if name in self.project.models else {}
        for column, data_type in self.project.declared_types(name).items():
            columns[column] = KINDS.get(data_type.lower(), UNKNOWN)
        return columns or None


def document() -> str:
    """The text of docs/portable-sql.md."""
    intro = """# SQL that runs everywhere

Models, macros and tests that run on every engine are checked before each build and by `make lint`. The check fails
with file and line where the same SQL would give another answer, or none, on another engine. Models tagged
`presentation` and implementations of dispatched macros (`spark__…`) are free; models in `models/adapters/` are judged
only where SERVICE_CONTROL_TARGET names another engine than DuckDB.

- Something new that engines do differently gets a dispatched macro in `macros/`, or a rule here.
- Where a difference cannot matter, the line ends with `-- portable: <why it is the same here>`.
- A function that is the same everywhere is added to `SAME_EVERYWHERE` in `orchestration/portable_rules.py`, after it
  was tried on all three.
- Text is ordered by bytes on DuckDB and Spark: a PostgreSQL database is created with the locale `C.UTF-8`; with that
  of a language, `'a' < 'B'` is true there and false elsewhere. No check can see that in the SQL.

Made of `orchestration/portable_rules.py` by `python -m orchestration.portable_sql --document`.
"""
    sections = []
    for title, chosen in (
        ("Another answer", [rule for rule in RULES if rule.is_silent]),
        ("Not on every engine", [rule for rule in RULES if not rule.is_silent]),
    ):
        rows = [
            f"| `{rule.code}` | {rule.differs} | {_code(rule.example)} | {_code(rule.duckdb)} | {_code(rule.spark)} | "
            f"{_code(rule.postgres)} | {_code(rule.portable)} |"
            for rule in chosen
        ]
        head = "| Rule | What differs | SQL | DuckDB | Spark | PostgreSQL | Portable |\n|---|---|---|---|---|---|---|\n"
        sections.append(f"\n## {title}\n\n{head}" + "\n".join(rows) + "\n")
    return intro + "".join(sections)


def _code(text: str) -> str:
    text = text.replace("|", "\\|")
    return text if text.startswith("an error") else f"`{text}`" if text else "empty"


def main(arguments: list[str] | None = None) -> int:
    """Check the SQL that runs on every engine."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.portable_sql", description=main.__doc__)
    parser.add_argument("--document", action="store_true", help="print docs/portable-sql.md instead")
    options = parser.parse_args(arguments)
    if options.document:
        print(document(), end="")
        return 0
    try:
        print(assert_portable(chosen_target()))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
