"""What the check of portability refuses, what it lets pass, and that the differences it knows are real."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.portable_rules import ERROR, RULES, SAME_EVERYWHERE, Rule
from orchestration.portable_sql import Check, NotPortable, assert_portable, check_project, document
from orchestration.project import ROOT
from orchestration.rendering import Place, Project
from service_control.errors import BuildError

# Rules about the columns that a model gives, which an expression inside it does not break.
OF_OUTPUT = ("output-type", "date-or-timestamp", "untyped-null")
# dbt.datediff and dbt.dateadd as dbt-duckdb writes them; the SQL under test names their unit like a column.
DBT_MACROS = """
    create macro dbt_datediff(first, last, unit) as date_diff(unit, first, last);
    create macro dbt_dateadd(unit, count, day) as day + to_days(count);
    create view units as select 'day' as day;
"""
TABLES = {
    "models/facts.sql": "select cast(1 as bigint) as n, cast(1 as {{ type_double() }}) as weight",
    "models/presented.sql": "select sum(n) / count(*) as mean from {{ ref('facts') }}",
    "models/presented.yml": "models: [{name: presented, config: {tags: [presentation]}}]",
    "dbt_project.yml": "vars: {adapters: {}}",
    "tests/dbt/assert_presented.sql": "select mean / 2 as half from {{ ref('presented') }}",
}


@pytest.fixture(scope="module")
def check() -> Check:
    return Check(Project())


def codes(check: Check, sql: str, *, is_model: bool = False) -> list[str]:
    return sorted({finding.code for finding in check.findings_in(sql, is_model=is_model)})


def statement(sql: str) -> str:
    return sql if sql.startswith("select") else f"select {sql}"


def on_duckdb(check: Check, sql: str, *, of_type: bool = False) -> str:
    text = check.project.render_text(statement(sql), is_model=False).sql
    if "day)" in text:
        text += " from units"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(DBT_MACROS)
        try:
            answer = connection.execute(text)
        except (duckdb.ConversionException, duckdb.BinderException):
            return ERROR
        if of_type:
            return str(answer.description[0][1])
        return ", ".join(str(value) for (value,) in answer.fetchall()).replace("None", "NULL")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small project with the macros of this one."""
    shutil.copytree(ROOT / "macros", tmp_path / "macros")
    for file, content in TABLES.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content)
    return Project(tmp_path)


def model(project: Project, sql: str, name: str = "judged") -> None:
    (project.root / "models" / f"{name}.sql").write_text(sql)


def found(project: Project) -> list[tuple[str, int, str]]:
    return [(f.place.file, f.place.line, f.code) for f in check_project(project)[0]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_refuses_its_example_and_lets_the_portable_form_pass(check: Check, rule: Rule):
    is_model = rule.code in OF_OUTPUT
    assert codes(check, statement(rule.example), is_model=is_model) == [rule.code]
    assert codes(check, statement(rule.portable), is_model=is_model) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_duckdb_answers(check: Check, rule: Rule):
    assert on_duckdb(check, rule.example, of_type=rule.compares_types) == rule.duckdb
    assert on_duckdb(check, rule.portable, of_type=rule.compares_types) == rule.same


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_about_a_difference(rule: Rule):
    assert len({rule.duckdb, rule.spark, rule.postgres}) > 1


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("integer-division", "select sum(n) / nullif(count(*), 0) from {{ ref('facts') }}"),
        ("decimal-division", "select 100.0 * n / 2 from {{ ref('facts') }}"),
        ("division-by-zero", "select weight / n from {{ ref('facts') }}"),
        ("cast-rounds", "select cast(weight * 2 as bigint) from {{ ref('facts') }}"),
        ("cast-rounds", "with a as (select avg(weight) as w from {{ ref('facts') }}) select cast(a.w as int) from a"),
        ("cast-to-text", "select 'w' || weight from {{ ref('facts') }}"),
        ("cast-to-text", "select cast(date_trunc('month', cast('2025-01-01' as date)) as {{ dbt.type_string() }})"),
        ("cast-of-text", "select cast(t as {{ type_double() }}) from (select 'x' || 'y' as t) as texts"),
        ("null-order", "select sum(n) over (order by n nulls last, weight desc) from {{ ref('facts') }}"),
        ("null-order", "select n from {{ ref('facts') }} order by coalesce(n, 0), weight nulls last"),
        ("backslash", r"select n from {{ ref('facts') }} where 'a_b' like 'a\_b'"),
        ("power-operator", "select 2 ** 3"),
        ("date-difference", "select date_trunc('month', d) - d from (select cast('2025-01-09' as date) as d) as days"),
        ("day-of-week", "select extract(dayofweek from cast('2025-01-01' as date))"),
        ("function", "select strftime(cast('2025-01-01' as date), '%Y')"),
        ("function", "select try_cast('a' as integer)"),
        ("syntax", "select distinct on (n) n from {{ ref('facts') }}"),
        ("syntax", "select n, count(*) from {{ ref('facts') }} group by all"),
        ("syntax", "select * exclude (n) from {{ ref('facts') }}"),
        ("type-name", "select n::double from {{ ref('facts') }}"),
        ("float-type", "select cast(n as {{ dbt.type_float() }}) from {{ ref('facts') }}"),
    ],
)  # fmt: skip
def test_differences_are_seen_through_models_ctes_and_operators(project: Project, code: str, sql: str):
    assert codes(Check(project), sql) == [code]


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(n) * 1.0 as x, weight / 2 as y, 1 / nullif(weight, 0) as z from {{ ref('facts') }}",
        "select n from {{ ref('facts') }}"
        " where {{ matches_pattern('cast(n as ' ~ dbt.type_string() ~ ')', '[0-9]+') }}",
        "select n from {{ ref('facts') }} as f order by n desc nulls last, (weight + 1) nulls first limit 3",
        "select row_number() over (partition by n order by weight nulls last rows between 1 preceding and current row)"
        " from {{ ref('facts') }}",
        "select cast(sum(n) as bigint), cast(floor(weight) as integer) + 1 from {{ ref('facts') }} group by n, weight",
        "select {{ try_cast(\"'5'\", 'date') }}, {{ local_date(\"cast('2025-01-01' as timestamp)\") }}",
        "select n from {{ ref('facts') }} where exists (select 1 from {{ ref('facts') }} as o where o.n in (1, 2))",
        "select 'it''s a 7 / 2, é and \"quoted\"' as text -- 7 / 2, order by \"n\"",
        "select d + 1 from (select cast('2025-01-01' as date) as d) as days",
    ],
)
def test_what_is_the_same_everywhere_passes(project: Project, sql: str):
    assert (
        set(codes(Check(project), sql)) <= {"division-by-zero"}
        if "1 / weight" in sql
        else not codes(Check(project), sql)
    )


def test_every_function_that_passes_exists_in_duckdb():
    syntax = {"cast", "coalesce", "extract", "grouping", "percentile_cont", "position", "try_cast"}
    known = {
        name for (name,) in duckdb.sql("select distinct function_name from duckdb_functions()").fetchall()
    }
    assert set() == SAME_EVERYWHERE - known - syntax


def test_the_line_is_that_of_the_source(project: Project):
    model(
        project,
        "{%- for grain in ['day', 'week'] %}\n"
        "select\n"
        "    n,\n"
        "    -- é: a comment is no SQL: 7 / 2\n"
        "    n / 2 as half,\n"
        "    {{ dbt.dateadd('day', 'n' ~\n"
        "        ' / 3', 'n') }} as shifted\n"
        "from {{ ref('facts') }}\n"
        "{{ 'union all' if not loop.last }}\n"
        "{%- endfor %}\n",
    )
    assert found(project) == [
        ("models/judged.sql", 5, "integer-division"),
        ("models/judged.sql", 5, "output-type"),
        ("models/judged.sql", 7, "date-or-timestamp"),
        ("models/judged.sql", 7, "integer-division"),
    ]


def test_a_macro_is_blamed_for_its_own_words_and_the_caller_for_what_it_passes(project: Project):
    (project.root / "macros" / "halved.sql").write_text("{% macro halved(x) %}\n{{ x }} / 2\n{% endmacro %}")
    model(
        project,
        "select\n    {{ halved('cast(7 as bigint)') }} as half,\n    {{ try_cast('7 / 2', 'date') }} as day\n",
    )
    assert found(project) == [
        ("macros/halved.sql", 2, "integer-division"),
        ("models/judged.sql", 2, "output-type"),
        ("models/judged.sql", 3, "integer-division"),
    ]


def test_an_implementation_for_one_engine_uses_its_own_words(project: Project):
    source = (
        "{% macro weekday(d) %}{{ return(adapter.dispatch('weekday')(d)) }}{% endmacro %}\n"
        "{% macro duckdb__weekday(d) %}cast(dayofweek({{ d }}) as integer){% endmacro %}\n"
        "{% macro spark__weekday(d) %}no SQL of DuckDB{% endmacro %}\n"
    )
    (project.root / "macros" / "weekday.sql").write_text(source)
    model(project, "select {{ weekday(\"cast('2025-01-01' as date)\") }} as weekday")
    assert found(project) == []


def test_presentation_models_and_their_tests_are_free(project: Project):
    assert found(project) == []
    (project.root / "models" / "presented.yml").write_text("models: [{name: presented}]")
    assert [file for file, _, _ in found(Project(project.root))] == ["models/presented.sql"] * 3 + [
        "tests/dbt/assert_presented.sql"
    ]


def test_an_exception_has_a_reason_and_a_use(project: Project):
    model(
        project,
        "select\n"
        "    cast(n / 2 as bigint) as a, -- portable: n is even\n"
        "    cast(n / 4 as bigint) as b, -- portable:\n"
        "    cast(n as bigint) as c -- portable: nothing to except\n"
        "from {{ ref('facts') }}\n",
    )
    assert found(project) == [
        ("models/judged.sql", 3, "cast-rounds"),
        ("models/judged.sql", 3, "exception-without-reason"),
        ("models/judged.sql", 3, "integer-division"),
        ("models/judged.sql", 4, "exception-without-use"),
    ]


def test_the_error_names_file_line_difference_and_remedy(project: Project):
    model(
        project,
        "select cast(n as {{ type_double() }}) as m,\n  cast(floor(n / 2) as bigint) as half from {{ ref('facts') }}",
    )
    with pytest.raises(NotPortable) as raised:
        assert_portable("duckdb", project)
    message = str(raised.value)
    for said in ("models/judged.sql:2: integer-division: n / 2", "`7 / 2` gives 3.5 on DuckDB", "3 on PostgreSQL",
                 "cast(7 as {{ type_double() }}) / 2", "What to do", "docs/portable-sql.md"):  # fmt: skip
        assert said in message
    assert [finding.place for finding in raised.value.findings] == [Place("models/judged.sql", 2)]


@pytest.mark.parametrize("sql", ["select {{ unheard_of('x') }}", "select from where"])
def test_a_source_that_cannot_be_read_is_an_error(project: Project, sql: str):
    model(project, sql)
    with pytest.raises(BuildError, match="judged"):
        check_project(project)


def test_the_project_is_portable():
    findings, count = check_project(Project())
    assert findings == []
    assert count > 90


def test_the_documentation_is_that_of_the_rules():
    assert (ROOT / "docs" / "portable-sql.md").read_text(encoding="utf-8") == document()


def test_adapters_are_judged_where_they_run_on_another_engine(project: Project) -> None:
    (project.root / "models/adapters/acme").mkdir(parents=True)
    model(project, "select strptime('1-2-2026', '%d-%m-%Y') as opened_at", "adapters/acme/acme__contacts")
    assert check_project(project, "duckdb")[0] == []
    assert {found.code for found in check_project(project, "postgres")[0]} == {"function"}
