"""SQL that means something else, or nothing, on another engine, and how to write it so that it does not.

Belongs here: the table of rules and the functions that are the same everywhere. Not here: how a rule is found in
SQL (portable_statement.py). Every figure was seen on DuckDB 2.0.0, Spark 4.3.0 (ANSI mode, session time zone UTC) and
PostgreSQL 15; tests/orchestration/test_portable_sql.py runs the examples on DuckDB. docs/portable-sql.md is made of
this table.
"""

from __future__ import annotations

from dataclasses import dataclass

ERROR = "an error"


@dataclass(frozen=True)
class Rule:
    """One difference.

    Parameters
    ----------
    code : name of the rule in messages.
    differs : what differs, a noun phrase.
    example : SQL that the rule refuses. A bare expression stands for `select <expression>`.
    duckdb, spark, postgres : its result there, values separated by commas; where `compares_types`, its type.
    portable : the form to write, with the project's macros.
    same : result of `portable` on every engine.
    """

    code: str
    differs: str
    example: str
    duckdb: str
    spark: str
    postgres: str
    portable: str
    same: str

    def __str__(self) -> str:
        return (
            f"{self.code} ({self.differs}): `{self.example}` gives {self.duckdb or 'nothing'} on DuckDB, "
            f"{self.spark or 'nothing'} on Spark, {self.postgres or 'nothing'} on PostgreSQL; "
            f"portable: `{self.portable}`"
        )

    @property
    def compares_types(self) -> bool:
        """The values are equal, their types are not."""
        return self.code in ("output-type", "union-types")

    @property
    def is_silent(self) -> bool:
        """Another answer instead of an error on at least two engines."""
        return len({self.duckdb, self.spark, self.postgres} - {ERROR}) > 1


DOUBLE = "{{ type_double() }}"
TEXT = "{{ dbt.type_string() }}"
CONSTANT = f"from (values (cast(2 as {DOUBLE}), cast(1 as {DOUBLE})), (1, 1)) as t(y, x)"
THREE = f"from (values (cast(1 as {DOUBLE})), (2), (4)) as t(x)"

RULES = (
    # numbers
    Rule(
        "integer-division",
        "whole numbers divided",
        "7 / 2", "3.5", "3.5", "3",
        f"cast(7 as {DOUBLE}) / 2", "3.5",
    ),
    Rule(
        "decimal-division",
        "digits kept where a decimal is divided; 100.0 and 3600.0 are decimals",
        "1 / 3600.0", "0.0002777777777777778", "0.000278", "0.00027777777777777778",
        f"cast(1 as {DOUBLE}) / 3600", "0.0002777777777777778",
    ),
    Rule(
        "division-by-zero",
        "division by zero",
        f"cast(1 as {DOUBLE}) / 0", "inf", ERROR, ERROR,
        f"cast(1 as {DOUBLE}) / nullif(0, 0)", "NULL",
    ),
    Rule(
        "cast-rounds",
        "a fraction cast to a whole number",
        "cast(2.7 as integer)", "3", "2", "3",
        "cast(floor(2.7) as integer)", "2",
    ),
    Rule(
        "round-half",
        "a half of a double rounded",
        f"round(cast(2.5 as {DOUBLE}))", "3.0", "3.0", "2.0",
        f"cast(floor(cast(2.5 as {DOUBLE}) + 0.5) as {DOUBLE})", "3.0",
    ),
    Rule("power-operator", "the operator ^", "2 ^ 3", "8.0", "1", "8.0", "power(2, 3)", "8.0"),
    Rule(
        "logarithm-base",
        "the base of log()",
        "log(10)", "1.0", "2.302585092994046", "1.0",
        "ln(10)", "2.302585092994046",
    ),
    Rule(
        "logarithm-of-zero",
        "the logarithm of zero",
        f"ln(cast(0 as {DOUBLE}))", "-inf", "NULL", ERROR,
        f"ln(nullif(cast(0 as {DOUBLE}), 0))", "NULL",
    ),
    Rule(
        "float-type",
        "float and real, also through dbt.type_float(): 32 bits on some engines",
        "cast(16777217 as float)", "16777216.0", "16777216.0", "16777217.0",
        f"cast(16777217 as {DOUBLE})", "16777217.0",
    ),
    Rule(
        "decimal-average",
        "digits of the mean of a decimal",
        "select avg(x) from (values (1.00), (2.00), (2.00)) as t(x)",
        "1.6666666666666667", "1.666667", "1.6666666666666667",
        f"select avg(cast(x as {DOUBLE})) from (values (1.00), (2.00), (2.00)) as t(x)", "1.6666666666666667",
    ),
    Rule(
        "decimal-percentile",
        "a percentile of a decimal",
        "select percentile_cont(0.25) within group (order by x nulls last) from (values (1.0), (2.0)) as t(x)",
        "1.2", "1.25", "1.25",
        f"select percentile_cont(0.25) within group (order by cast(x as {DOUBLE}) nulls last)"
        " from (values (1.0), (2.0)) as t(x)",
        "1.25",
    ),
    Rule(
        "constant-regression",
        "corr, regr_slope, regr_intercept and regr_r2 where x is constant or there is one row",
        f"select regr_slope(y, x) {CONSTANT}", "nan", "NULL", "NULL",
        f"select covar_pop(y, x) / nullif(var_pop(x), 0) {CONSTANT}", "NULL",
    ),
    Rule(
        "sample-moments",
        "skewness and kurtosis: with or without the correction for small samples; sums of powers are enough",
        f"select skewness(x) {THREE}", "0.9352195295828243", "0.3818017741606068", ERROR,
        f"select sum(x * x * x) {THREE}", "73.0",
    ),
    # order and NULL
    Rule(
        "null-order",
        "the place of NULL in an order",
        "select a from (values (1), (null)) as t(a) order by a", "1, NULL", "NULL, 1", "1, NULL",
        "select a from (values (1), (null)) as t(a) order by a nulls last", "1, NULL",
    ),
    Rule(
        "concat-null",
        "concat() of NULL",
        "concat('a', null)", "a", "NULL", "a",
        f"'a' || coalesce(cast(null as {TEXT}), '')", "a",
    ),
    Rule(
        "untyped-null",
        "the type of a NULL without a cast; three branches of a union that begin with two of them fail",
        "select null as x union all select null union all select 1", "NULL, NULL, 1", "NULL, NULL, 1", ERROR,
        "select cast(null as integer) as x union all select cast(null as integer) union all select 1", "NULL, NULL, 1",
    ),
    Rule(
        "array-aggregate",
        "NULL in array_agg()",
        "select array_agg(a) from (values (1), (null)) as t(a)", "[1, NULL]", "[1]", "[1, NULL]",
        "select a from (values (1), (null)) as t(a) where a is not null", "1",
    ),
    Rule(
        "unordered-window",
        "a rank or neighbour without an order",
        "select row_number() over (partition by a) from (values (1)) as t(a)", "1", ERROR, "1",
        "select row_number() over (partition by a order by a nulls last) from (values (1)) as t(a)", "1",
    ),
    Rule(
        "refined-window",
        "a named window with something added to it",
        "select sum(a) over (w order by a nulls last) from (values (1)) as t(a) window w as (partition by a)",
        "1", ERROR, "1",
        "select sum(a) over (partition by a order by a nulls last) from (values (1)) as t(a)", "1",
    ),
    Rule(
        "boolean-extreme",
        "min and max of booleans",
        "select max(a) from (values (true), (false)) as t(a)", "True", "True", ERROR,
        "select bool_or(a) from (values (true), (false)) as t(a)", "True",
    ),
    Rule(
        "distinct-columns",
        "count(distinct) of several columns",
        "select count(distinct a, b) from (values (1, null), (1, 2)) as t(a, b)", ERROR, "1", ERROR,
        "select count(distinct (a, b)) from (values (1, null), (1, 2)) as t(a, b)", "2",
    ),
    # types
    Rule(
        "output-type",
        "the type of an output column that is a sum, a rank, a mean of whole numbers … without a cast",
        "select sum(a) as total from (values (1)) as t(a)", "HUGEINT", "BIGINT", "BIGINT",
        "select cast(sum(a) as bigint) as total from (values (1)) as t(a)", "BIGINT",
    ),
    Rule(
        "union-types",
        "the type of a union of text and numbers",
        "select 1 as x union all select '2'", "VARCHAR", "BIGINT", "INTEGER",
        f"select cast(1 as {TEXT}) as x union all select '2'", "VARCHAR",
    ),
    Rule(
        "type-name",
        "varchar, text, string, double, tinyint, hugeint and timestamptz as names of types",
        "cast(1 as varchar)", "1", ERROR, "1",
        f"cast(1 as {TEXT})", "1",
    ),
    Rule(
        "text-length",
        "a length in a text type",
        "cast('abc' as varchar(2))", "abc", "abc", "ab",
        "left('abc', 2)", "ab",
    ),
    Rule(
        "cast-of-text",
        "what counts as a number or a date when text is cast",
        "select cast(a as date) from (values ('2025')) as t(a)", ERROR, "2025-01-01", ERROR,
        "select {{ parse_value('a', 'date') }} from (values ('2025')) as t(a)", "NULL",
    ),
    Rule(
        "cast-to-text",
        "how a double or a truncated date looks as text",
        f"cast(cast(1 as {DOUBLE}) as {TEXT})", "1.0", "1.0", "1",
        f"cast(cast(1 as decimal(18, 2)) as {TEXT})", "1.00",
    ),
    # text
    Rule("backslash", "a backslash in text", r"'a\d'", r"a\d", "ad", r"a\d", "'a[0-9]'", "a[0-9]"),
    Rule(
        "quoted-name",
        'a name in double quotes; on Spark it is text',
        'select "a" from (values (1)) as t(a)', "1", "a", "1",
        "select a from (values (1)) as t(a)", "1",
    ),
    Rule(
        "substring-start",
        "substring() from 0 or from the end",
        "substring('abc', 0, 2)", "a", "ab", "a",
        "substring('abc', 1, 2)", "ab",
    ),
    Rule("negative-length", "left() and right() with a negative length", "left('abc', -1)", "ab", "", "ab",
         "left('abc', length('abc') - 1)", "ab"),
    Rule(
        "regexp-replace",
        "how often regexp_replace() replaces",
        "regexp_replace('aaa', 'a', 'b')", "baa", "bbb", "baa",
        "replace('aaa', 'a', 'b')", "bbb",
    ),
    Rule("hash", "hash()", "hash('a')", "12561829011207016135", "1485273170", ERROR,
         "md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
    # dates
    Rule(
        "date-difference",
        "the difference of two dates",
        "cast('2025-03-31' as date) - cast('2025-03-01' as date)", "30", "30 days", "30",
        """{{ dbt.datediff("cast('2025-03-01' as date)", "cast('2025-03-31' as date)", 'day') }}""", "30",
    ),
    Rule(
        "date-or-timestamp",
        "the type of an output column that is a date plus an interval, dbt.dateadd() or date_trunc() without a cast",
        "cast('2025-03-31' as date) + interval '1' day", "2025-04-01 00:00:00", "2025-04-01", "2025-04-01 00:00:00",
        """cast({{ dbt.dateadd('day', 1, "cast('2025-03-31' as date)") }} as date)""", "2025-04-01",
    ),
    Rule(
        "day-of-week",
        "the number of a weekday",
        "extract(dow from cast('2025-03-30' as date))", "0", "1", "0",
        """{{ dbt.datediff("cast('2000-01-02' as date)", "cast('2025-03-30' as date)", 'day') }} % 7""", "0",
    ),
    Rule(
        "seconds",
        "extract(second): whole or with its fraction",
        "extract(second from cast('2024-12-30 10:00:01.5' as timestamp))", "1", "1.500000", "1.500000",
        "date_trunc('second', cast('2024-12-30 10:00:01.5' as timestamp))", "2024-12-30 10:00:01",
    ),
    Rule(
        "truncation-unit",
        "date_trunc() to a unit other than year, quarter, month, week, day, hour, minute, second",
        "cast(date_trunc('decade', cast('2025-05-30' as date)) as date)", "2020-01-01", "NULL", "2020-01-01",
        "cast(date_trunc('year', cast('2025-05-30' as date)) as date)", "2025-01-01",
    ),
    Rule(
        "timestamp-offset",
        "a timestamp written with an offset",
        "cast('2025-01-01 00:00:00+02:00' as timestamp)",
        "2025-01-01 00:00:00", "2024-12-31 22:00:00", "2025-01-01 00:00:00",
        "cast('2024-12-31 22:00:00' as timestamp)", "2024-12-31 22:00:00",
    ),
    # words that not every engine knows
    Rule(
        "list-index",
        "the first place of a list: 1, on Spark 0 (there written array(1, 2)[1])",
        "(array[1, 2])[1]", "1", "2", "1",
        "split_part('1,2', ',', 1)", "1",
    ),
    Rule(
        "syntax",
        "qualify, distinct on, group by all, * exclude, pivot, ignore nulls, asof, similar to, ~, //, fetch first",
        "select a from (values (1)) as t(a) qualify row_number() over (order by a nulls last) = 1", "1", "1", ERROR,
        "select a from (select a, row_number() over (order by a nulls last) as place from (values (1)) as t(a)) as r"
        " where place = 1",
        "1",
    ),
    Rule(
        "function",
        "a function that is not known to be the same everywhere",
        "select median(a) from (values (1), (2)) as t(a)", "1.5", "1.5", ERROR,
        f"select percentile_cont(0.5) within group (order by cast(a as {DOUBLE}) nulls last)"
        " from (values (1), (2)) as t(a)",
        "1.5",
    ),
)  # fmt: skip

# Functions seen to give the same value everywhere, within the other rules. A new one is tried on all three engines
# before it is added, or gets a dispatched macro.
SAME_EVERYWHERE = frozenset(
    {
        "abs", "atan2", "avg", "bool_and", "bool_or", "cast", "ceil", "coalesce", "count", "covar_pop",
        "covar_samp", "cume_dist", "date_trunc", "dense_rank", "exp", "extract", "first_value", "floor",
        "greatest", "grouping", "lag", "last_value", "lead", "least", "left", "length", "ln", "lower",
        "lpad", "ltrim", "max", "md5", "min", "nth_value", "ntile", "nullif", "percent_rank",
        "percentile_cont", "position", "power", "rank", "regr_count", "regr_sxx", "regr_sxy", "regr_syy",
        "replace", "right", "round", "row_number", "rtrim", "split_part", "sqrt", "stddev_pop",
        "stddev_samp", "substring", "sum", "translate", "trim", "try_cast", "upper", "var_pop",
        "var_samp",
    }
)  # fmt: skip

# A call of one of these breaks the rule that is named, whatever it is given.
OWN_RULE = {
    "array_agg": "array-aggregate",
    "concat": "concat-null",
    "corr": "constant-regression",
    "hash": "hash",
    "kurtosis": "sample-moments",
    "log": "logarithm-base",
    "regexp_replace": "regexp-replace",
    "regr_intercept": "constant-regression",
    "regr_r2": "constant-regression",
    "regr_slope": "constant-regression",
    "skewness": "sample-moments",
}
