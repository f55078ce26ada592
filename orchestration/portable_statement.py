"""One SELECT judged: what is known of its values, and the places that differ between engines.

Belongs here: how a rule of portable_rules.py is found in SQL. Not here: which models are judged, and exceptions
(portable_sql.py). Rules that words give away are found in the tokens; the others need the kind of a value (a whole
number, a decimal, a date …), which follows from the declared columns through CTEs, joins and unions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from orchestration.portable_rules import OWN_RULE, SAME_EVERYWHERE
from orchestration.rendering import Place, Rendered
from service_control.errors import BuildError

# What is known of a value. `whole` is a whole number whose type differs between engines (a sum, a rank), `decimal` a
# fraction whose type or digits differ, `moment` a date or a timestamp, depending on the engine.
BOOLEAN, TEXT, DATE, TIMESTAMP, MOMENT, INTERVAL, NULL, UNKNOWN = (
    "boolean", "text", "date", "timestamp", "moment", "interval", "null", "",
)  # fmt: skip
INTEGER, BIGINT, WHOLE, DECIMAL, DOUBLE = NUMBERS = ("integer", "bigint", "whole", "decimal", "double")
DATES = (DATE, TIMESTAMP, MOMENT)
KINDS = {
    "bigint": BIGINT, "bool": BOOLEAN, "boolean": BOOLEAN, "date": DATE, "decimal": DECIMAL, "double": DOUBLE,
    "double precision": DOUBLE, "float": DOUBLE, "hugeint": WHOLE, "int": INTEGER, "integer": INTEGER,
    "numeric": DECIMAL, "real": DOUBLE, "smallint": INTEGER, "string": TEXT, "text": TEXT, "timestamp": TIMESTAMP,
    "varchar": TEXT,
}  # fmt: skip
# Of functions that the parser does not know by name.
CALLED = {
    "dbt_date_trunc": MOMENT,
    "dbt_dateadd": MOMENT,
    "dbt_datediff": WHOLE,
    "dbt_length": WHOLE,
    "regr_count": WHOLE,
}
TYPE_NAMES = ("double", "hugeint", "string", "text", "timestamptz", "tinyint", "varchar")
TEXT_WITH_LENGTH = ("char", "character", "varchar")
TRUNCATION_UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
EXTRACTED = {"dow": "day-of-week", "dayofweek": "day-of-week", "second": "seconds"}
EXTRACTED_ALIKE = ("year", "quarter", "month", "week", "day", "doy", "hour", "minute")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?")
# A word before a parenthesis that is no function.
WORDS = frozenset(
    {
        "all", "and", "any", "as", "asc", "between", "by", "case", "cross", "desc", "distinct", "else",
        "end", "escape", "except", "exclude", "exists", "filter", "from", "full", "group", "grouping", "having",
        "ilike", "in", "inner", "intersect", "is", "join", "lateral", "left", "like", "limit", "not",
        "offset", "on", "or", "order", "over", "partition", "range", "recursive", "right", "rows",
        "select", "sets", "then", "union", "using", "values", "when", "where", "with", "within",
    }
)  # fmt: skip
WINDOWED_ORDER = (
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Ntile,
)  # fmt: skip
SYNTAX = (
    exp.Qualify,
    exp.Pivot,
    exp.Fetch,
    exp.SimilarTo,
    exp.RegexpLike,
    exp.TableSample,
    exp.IgnoreNulls,
    exp.IntDiv,
)

Columns = Mapping[str, str]


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks one rule. `written`: the SQL, shortened; `seen_in`: the model or test it was found in."""

    place: Place
    code: str
    written: str
    seen_in: str

    def __str__(self) -> str:
        elsewhere = "" if self.seen_in in self.place.file else f" (in {self.seen_in})"
        return f"{self.place}: {self.code}: {self.written}{elsewhere}"


@dataclass(frozen=True)
class _Scope:
    """What names mean inside one SELECT: columns by the name of their relation, and the CTEs before it."""

    sources: dict[str, Columns | None]
    ctes: dict[str, Columns | None]
    outer: _Scope | None = None

    def kind(self, column: exp.Column) -> str:
        if column.table:
            if column.table in self.sources:
                return (self.sources[column.table] or {}).get(column.name, UNKNOWN)
        else:
            for columns in self.sources.values():
                if columns and column.name in columns:
                    return columns[column.name]
        return self.outer.kind(column) if self.outer else UNKNOWN


class Statement:
    """One rendered SELECT: its output columns and its findings."""

    def __init__(self, rendered: Rendered, columns: Callable[[str], Columns | None]) -> None:
        self.rendered, self.relation_columns = rendered, columns
        self.findings: set[Finding] = set()
        self.output: Columns = {}
        self.tokens: list[Token] = []

    def judge(self) -> None:
        try:
            self.tokens = sqlglot.tokenize(self.rendered.sql, read="duckdb")
            self._judge_tokens()
            # The parser keeps comments with the node they stand at: so every node knows its own word.
            for number, token in enumerate(self.tokens):
                token.comments = [str(number)]
            (tree,) = sqlglot.Dialect.get_or_raise("duckdb").parser().parse(self.tokens, self.rendered.sql)
        except (sqlglot.errors.SqlglotError, ValueError) as error:
            raise BuildError(
                f"cannot be read as SQL: {' '.join(str(error).split())[:300]}",
                where=self.rendered.name,
                remedy="mend the SQL; what only one engine can read belongs in a dispatched macro",
            ) from error
        self.output = self._columns(tree, {}, None, is_output=self.rendered.is_model)

    # where

    def _find(self, code: str, node: exp.Expression, *words: str) -> None:
        """Note a finding at the word of the node that is among `words`, else at its first word."""
        self._note(code, self._own_token(node, words), node.sql("duckdb", comments=False))

    def _note(self, code: str, token: Token, written: str = "") -> None:
        """Note a finding at a token, unless it is a word of one engine."""
        place = self.rendered.place(token.start)
        if place is not None:
            written = " ".join((written or token.text).split())
            shortened = written if len(written) <= 70 else written[:69] + "…"
            self.findings.add(Finding(place, code, shortened, self.rendered.name))

    def _own_token(self, node: exp.Expression, words: tuple[str, ...]) -> Token:
        own = [self.tokens[int(comment)] for comment in node.comments or ()]
        for token in own:
            if token.text.lower() in words:
                return token
        offsets = [part.meta["start"] for part in node.walk() if "start" in part.meta]
        offsets += [token.start for token in own if token.text not in (",", ")")]
        first = min(offsets, default=0)
        return next(token for token in self.tokens if token.start >= first)

    def _words(self, node: exp.Expression) -> list[str]:
        return [self.tokens[int(comment)].text.lower() for comment in node.comments or ()]

    # words

    def _judge_tokens(self) -> None:
        for number, token in enumerate(self.tokens):
            if token.token_type in (TokenType.CARET, TokenType.DSTAR):
                self._note("power-operator", token)
            elif token.token_type == TokenType.STRING and "\\" in token.text:
                self._note("backslash", token)
            elif token.token_type == TokenType.IDENTIFIER:
                self._note("quoted-name", token)
            elif token.token_type == TokenType.ORDER_BY:
                self._judge_order(number)
            elif token.token_type == TokenType.L_PAREN and number:
                self._judge_call(self.tokens[number - 1], self.tokens[number - 2])

    def _judge_call(self, name: Token, before: Token) -> None:
        function = name.text.lower()
        if not function.isidentifier() or name.token_type in (TokenType.STRING, TokenType.IDENTIFIER):
            return
        if function in OWN_RULE:
            self._note(OWN_RULE[function], name)
        elif function in TEXT_WITH_LENGTH:
            self._note("text-length", name)
        elif before.token_type not in (TokenType.ALIAS, TokenType.WITH) and not (
            function in SAME_EVERYWHERE
            or function in WORDS
            or function in KINDS
            or function.startswith("dbt_")
        ):
            self._note("function", name)

    def _judge_order(self, number: int) -> None:
        """Each key of an ORDER BY says where NULL goes."""
        depth, first = 0, number + 1
        for position in range(number + 1, len(self.tokens) + 1):
            token = self.tokens[position] if position < len(self.tokens) else None
            text = token.text.lower() if token else ";"
            if depth == 0 and text in (")", ";", ",", "rows", "range", "limit", "union", "offset"):
                if not any(self.tokens[place].text.lower() == "nulls" for place in range(first, position)):
                    key = self.rendered.sql[self.tokens[first].start : self.tokens[position - 1].end + 1]
                    self._note("null-order", self.tokens[first], key)
                first = position + 1
                if text != ",":
                    return
            depth += (text == "(") - (text == ")")

    # queries

    def _columns(
        self,
        query: exp.Expression,
        ctes: dict[str, Columns | None],
        outer: _Scope | None,
        is_output: bool = False,
    ) -> Columns:
        """Columns of a query and their kinds, in order."""
        ctes = dict(ctes)
        clause = query.args.get("with_") or query.args.get("with")
        for cte in clause.expressions if clause else ():
            if clause.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                ctes[cte.alias] = self._columns(cte.this.left, ctes, outer)
            ctes[cte.alias] = self._columns(cte.this, ctes, outer)
        if isinstance(query, exp.Subquery):
            return self._columns(query.this, ctes, outer, is_output)
        if isinstance(query, exp.SetOperation):
            return self._set_operation(query, ctes, outer, is_output)
        if isinstance(query, exp.Select):
            return self._select(query, ctes, outer, is_output)
        return {}

    def _set_operation(
        self, query: exp.SetOperation, ctes: dict[str, Columns | None], outer: _Scope | None, is_output: bool
    ) -> Columns:
        left = self._columns(query.left, ctes, outer, is_output)
        right = self._columns(query.right, ctes, outer, is_output)
        kinds = list(right.values())
        if len(kinds) != len(left):
            return left
        for one, other in zip(left.values(), kinds, strict=True):
            if (one == TEXT and other in NUMBERS) or (other == TEXT and one in NUMBERS):
                self._find("union-types", query.right)
            if one == other == NULL:
                self._find("untyped-null", query.right)
        return {
            name: together((kind, other)) for (name, kind), other in zip(left.items(), kinds, strict=True)
        }

    def _select(
        self, select: exp.Select, ctes: dict[str, Columns | None], outer: _Scope | None, is_output: bool
    ) -> Columns:
        sources: dict[str, Columns | None] = {}
        scope = _Scope(sources, ctes, outer)
        clause = select.args.get("from_") or select.args.get("from")
        tables = [clause.this] if clause else []
        joins = select.args.get("joins") or []
        for table in [*tables, *(join.this for join in joins)]:
            sources[table.alias_or_name] = self._source(table, scope)
        columns: dict[str, str] = {}
        for projection in select.expressions:
            for name, kind in self._projected(projection, scope).items():
                columns[name] = kind
                if is_output:
                    self._judge_output(projection, name, kind)
        for join in joins:
            if join.method == "ASOF":
                self._find("syntax", join)
            for key in ("on", "using"):
                self._visit(join.args.get(key), scope)
        for key, part in select.args.items():
            if key not in ("with_", "with", "from_", "from", "joins", "expressions"):
                self._visit(part, scope)
        return columns

    def _source(self, table: exp.Expression, scope: _Scope) -> Columns | None:
        if isinstance(table, exp.Table):
            if table.name in scope.ctes:
                return scope.ctes[table.name]
            return self.relation_columns(table.name)
        if isinstance(table, exp.Values):
            rows = zip(*(row.expressions for row in table.expressions), strict=False)
            kinds = [together(self.kind(value, scope) for value in column) for column in rows]
            return dict(zip(table.alias_column_names, kinds, strict=False))
        if isinstance(table, exp.Subquery):
            return self._columns(table, scope.ctes, scope)
        self._visit(table, scope)
        return None

    def _projected(self, projection: exp.Expression, scope: _Scope) -> Columns:
        """Columns that one item of a SELECT gives."""
        whole = projection.this if isinstance(projection, exp.Column) else projection
        if isinstance(whole, exp.Star):
            if whole.args.get("except_") or whole.args.get("except") or whole.args.get("replace"):
                self._find("syntax", projection)
            table = projection.table if isinstance(projection, exp.Column) else ""
            sources = [scope.sources.get(table)] if table else list(scope.sources.values())
            return {name: kind for columns in sources if columns for name, kind in columns.items()}
        return {projection.alias_or_name: self.kind(projection, scope)}

    def _judge_output(self, projection: exp.Expression, name: str, kind: str) -> None:
        if kind == NULL:
            self._find("untyped-null", projection)
        elif kind in (WHOLE, DECIMAL, MOMENT):
            token = self._own_token(projection.args.get("alias") or projection, ())
            self._note("date-or-timestamp" if kind == MOMENT else "output-type", token, f"column {name}")

    # values

    def _visit(self, part: object, scope: _Scope) -> None:
        for node in part if isinstance(part, list) else [part]:
            if isinstance(node, exp.Expression):
                self.kind(node, scope)

    def kind(self, node: exp.Expression, scope: _Scope) -> str:
        """What is known of a value; judges the node and everything in it."""
        if isinstance(node, exp.Column):
            return scope.kind(node)
        if isinstance(node, exp.Literal):
            if node.is_string:
                return TEXT
            return (INTEGER if int(node.this) < 2**31 else BIGINT) if node.this.isdigit() else DECIMAL
        if isinstance(node, exp.Null):
            return NULL
        if isinstance(node, exp.Query):
            if isinstance(node.unnest(), exp.Query):
                return next(iter(self._columns(node, scope.ctes, scope).values()), UNKNOWN)
            return self.kind(node.this, scope)
        if isinstance(node, SYNTAX):
            self._find("syntax", node)
        judged = self._judges.get(type(node))
        if judged is not None:
            return judged(node, scope)
        kinds = [self.kind(child, scope) for child in node.iter_expressions()]
        if isinstance(
            node, exp.Predicate | exp.Connector | exp.Not | exp.Boolean | exp.LogicalOr | exp.LogicalAnd
        ):
            return BOOLEAN
        if isinstance(node, exp.Alias | exp.Paren | exp.Neg | exp.Abs | exp.Filter | exp.Ordered):
            return kinds[0]
        return UNKNOWN

    @cached_property
    def _judges(self) -> dict[type, Callable[[exp.Expression, _Scope], str]]:
        text = self._text
        return {
            exp.Add: self._sum_or_difference,
            exp.Sub: self._sum_or_difference,
            exp.Mul: self._arithmetic,
            exp.Mod: self._arithmetic,
            exp.Div: self._division,
            exp.Cast: self._cast,
            exp.TryCast: self._try_cast,
            exp.Case: self._case,
            exp.Coalesce: self._choice,
            exp.Greatest: self._choice,
            exp.Least: self._choice,
            exp.Nullif: self._first,
            exp.Window: self._window,
            exp.Count: self._count,
            exp.Sum: self._total,
            exp.Avg: self._average,
            exp.Stddev: self._average,
            exp.StddevPop: self._average,
            exp.StddevSamp: self._average,
            exp.Variance: self._average,
            exp.VariancePop: self._average,
            exp.Min: self._extreme,
            exp.Max: self._extreme,
            exp.Lag: self._first,
            exp.Lead: self._first,
            exp.FirstValue: self._first,
            exp.LastValue: self._first,
            exp.NthValue: self._first,
            exp.RowNumber: self._whole,
            exp.Rank: self._whole,
            exp.DenseRank: self._whole,
            exp.Ntile: self._whole,
            exp.Grouping: self._whole,
            exp.Length: self._whole,
            exp.StrPosition: self._whole,
            exp.Floor: self._fraction,
            exp.Ceil: self._fraction,
            exp.Round: self._round,
            exp.Sqrt: self._real,
            exp.Exp: self._real,
            exp.Pow: self._real,
            exp.Ln: self._logarithm,
            exp.CovarPop: self._average,
            exp.WithinGroup: self._percentile,
            exp.DPipe: self._joined_text,
            exp.Lower: text,
            exp.Upper: text,
            exp.Trim: text,
            exp.MD5: text,
            exp.Replace: text,
            exp.SplitPart: text,
            exp.Substring: self._substring,
            exp.Left: self._end,
            exp.Right: self._end,
            exp.Interval: lambda node, scope: INTERVAL,
            exp.Extract: self._extract,
            exp.DateTrunc: self._truncation,
            exp.TimestampTrunc: self._truncation,
            exp.Bracket: self._bracket,
            exp.Distinct: self._distinct,
            exp.Group: self._group,
            exp.Anonymous: self._call,
        }

    def _inside(self, node: exp.Expression, scope: _Scope) -> list[str]:
        return [self.kind(child, scope) for child in node.iter_expressions()]

    def _first(self, node: exp.Expression, scope: _Scope) -> str:
        return self._inside(node, scope)[0]

    def _text(self, node: exp.Expression, scope: _Scope) -> str:
        self._inside(node, scope)
        return TEXT

    def _whole(self, node: exp.Expression, scope: _Scope) -> str:
        self._inside(node, scope)
        return WHOLE

    def _fraction(self, node: exp.Expression, scope: _Scope) -> str:
        self._inside(node, scope)
        return DECIMAL

    def _real(self, node: exp.Expression, scope: _Scope) -> str:
        return DOUBLE if DOUBLE in self._inside(node, scope) else DECIMAL

    def _choice(self, node: exp.Expression, scope: _Scope) -> str:
        return together(self._inside(node, scope))

    def _case(self, node: exp.Expression, scope: _Scope) -> str:
        self._visit(node.this, scope)
        for branch in node.args["ifs"]:
            self.kind(branch.this, scope)
        values = [branch.args["true"] for branch in node.args["ifs"]]
        return together(self.kind(value, scope) for value in [*values, node.args.get("default")] if value)

    def _arithmetic(self, node: exp.Expression, scope: _Scope) -> str:
        return together(self._inside(node, scope))

    def _sum_or_difference(self, node: exp.Expression, scope: _Scope) -> str:
        left, right = self.kind(node.left, scope), self.kind(node.right, scope)
        if INTERVAL in (left, right):
            return TIMESTAMP if TIMESTAMP in (left, right) else MOMENT
        if left in DATES and right in DATES:
            self._find("date-difference", node, "-")
            return UNKNOWN
        if left == DATE or right == DATE:
            return DATE
        return together((left, right))

    def _division(self, node: exp.Expression, scope: _Scope) -> str:
        kinds = [self.kind(node.left, scope), self.kind(node.right, scope)]
        if DOUBLE not in kinds:
            self._find("decimal-division" if DECIMAL in kinds else "integer-division", node, "/")
        if not _is_never_zero(node.right):
            self._find("division-by-zero", node, "/")
        return DOUBLE if DOUBLE in kinds else DECIMAL

    def _cast(self, node: exp.Expression, scope: _Scope) -> str:
        inner, source = node.this, self.kind(node.this, scope)
        target = KINDS.get(node.to.sql("duckdb").lower().split("(")[0], UNKNOWN)
        words = ("cast", "try_cast", "::")
        if node.to.is_type("float"):
            self._find("float-type", node, *words)
        for comment in node.comments or ():
            token = self.tokens[int(comment)]
            if token.text.lower() in TYPE_NAMES:
                self._note("type-name", token)
        if target in (INTEGER, BIGINT) and source in (DECIMAL, DOUBLE) and not _is_cut(inner):
            self._find("cast-rounds", node, *words)
        elif source == TEXT and target not in (TEXT, UNKNOWN):
            literal = inner.this if isinstance(inner, exp.Literal) else None
            if literal is None:
                self._find("cast-of-text", node, *words)
            elif target in (DATE, TIMESTAMP) and not ISO.fullmatch(literal):
                self._find("timestamp-offset" if target == TIMESTAMP else "cast-of-text", node, *words)
        elif target == TEXT and source in (DOUBLE, MOMENT):
            self._find("cast-to-text", node, *words)
        return target

    def _try_cast(self, node: exp.Expression, scope: _Scope) -> str:
        self._find("function", node, "try_cast")
        return self._cast(node, scope)

    def _joined_text(self, node: exp.Expression, scope: _Scope) -> str:
        for side in (node.left, node.right):
            if self.kind(side, scope) in (DOUBLE, MOMENT):
                self._find("cast-to-text", side)
        return TEXT

    def _window(self, node: exp.Expression, scope: _Scope) -> str:
        inner = node.this.this if isinstance(node.this, exp.IgnoreNulls) else node.this
        if isinstance(inner, WINDOWED_ORDER) and not node.args.get("order"):
            self._find("unordered-window", inner)
        if node.args.get("alias") and any(node.args.get(part) for part in ("partition_by", "order", "spec")):
            self._find("refined-window", inner)
        return self._inside(node, scope)[0]

    def _count(self, node: exp.Expression, scope: _Scope) -> str:
        if isinstance(node.this, exp.Distinct) and len(node.this.expressions) > 1:
            self._find("distinct-columns", node)
        self._inside(node, scope)
        return BIGINT

    def _total(self, node: exp.Expression, scope: _Scope) -> str:
        kind = self._first(node, scope)
        return WHOLE if kind in (INTEGER, BIGINT) else kind

    def _average(self, node: exp.Expression, scope: _Scope) -> str:
        kinds = self._inside(node, scope)
        if DECIMAL in kinds and DOUBLE not in kinds:
            self._find("decimal-average", node)
        if UNKNOWN in kinds:
            return UNKNOWN
        return DOUBLE if DOUBLE in kinds else DECIMAL

    def _extreme(self, node: exp.Expression, scope: _Scope) -> str:
        kind = self._first(node, scope)
        if kind == BOOLEAN:
            self._find("boolean-extreme", node)
        return kind

    def _round(self, node: exp.Expression, scope: _Scope) -> str:
        kind = self._first(node, scope)
        if kind not in (INTEGER, BIGINT, WHOLE, DECIMAL):
            self._find("round-half", node)
        return DECIMAL

    def _logarithm(self, node: exp.Expression, scope: _Scope) -> str:
        if not _is_never_zero(node.this):
            self._find("logarithm-of-zero", node)
        return self._real(node, scope)

    def _percentile(self, node: exp.Expression, scope: _Scope) -> str:
        kinds = [self.kind(ordered.this, scope) for ordered in node.expression.expressions]
        if DECIMAL in kinds:
            self._find("decimal-percentile", node)
        return DOUBLE

    def _substring(self, node: exp.Expression, scope: _Scope) -> str:
        start = node.args.get("start")
        if start is not None and _literal_sign(start) in (-1, 0):
            self._find("substring-start", node)
        return self._text(node, scope)

    def _end(self, node: exp.Expression, scope: _Scope) -> str:
        if _literal_sign(node.expression) == -1:
            self._find("negative-length", node)
        return self._text(node, scope)

    def _extract(self, node: exp.Expression, scope: _Scope) -> str:
        unit = node.this.name.lower()
        if unit not in EXTRACTED_ALIKE:
            self._find(EXTRACTED.get(unit, "function"), node, "extract")
        self.kind(node.expression, scope)
        return WHOLE

    def _truncation(self, node: exp.Expression, scope: _Scope) -> str:
        if node.args["unit"].name.lower() not in TRUNCATION_UNITS:
            self._find("truncation-unit", node)
        return TIMESTAMP if self.kind(node.this, scope) == TIMESTAMP else MOMENT

    def _bracket(self, node: exp.Expression, scope: _Scope) -> str:
        self._find("list-index", node)
        self._inside(node, scope)
        return UNKNOWN

    def _distinct(self, node: exp.Expression, scope: _Scope) -> str:
        if node.args.get("on"):
            self._find("syntax", node, "distinct")
        return next(iter(self._inside(node, scope)), UNKNOWN)

    def _group(self, node: exp.Expression, scope: _Scope) -> str:
        if node.args.get("all") or any(key.name.lower() == "all" for key in node.expressions):
            self._find("syntax", node, "group by")
        self._inside(node, scope)
        return UNKNOWN

    def _call(self, node: exp.Expression, scope: _Scope) -> str:
        name = node.name.lower()
        self._visit(node.expressions, scope)
        return CALLED.get(name, UNKNOWN)


def together(kinds: Iterable[str]) -> str:
    """Kind of a value that is one of several, or is computed from them."""
    known = {kind for kind in kinds if kind != NULL}
    if not known:
        return NULL
    if len(known) == 1:
        return known.pop()
    if DOUBLE in known:
        return DOUBLE
    if known <= set(NUMBERS):
        return max(known, key=NUMBERS.index)
    if known <= set(DATES):
        return TIMESTAMP if known == {DATE, TIMESTAMP} else MOMENT
    return UNKNOWN


def _is_never_zero(node: exp.Expression) -> bool:
    """A number other than 0, or nullif(…, 0)."""
    while isinstance(node, exp.Paren | exp.Cast | exp.Neg):
        node = node.this
    if isinstance(node, exp.Nullif):
        return True
    if isinstance(node, exp.Mul | exp.Div):
        return _is_never_zero(node.left) and _is_never_zero(node.right)
    return isinstance(node, exp.Literal) and not node.is_string and float(node.this) != 0


def _is_cut(node: exp.Expression) -> bool:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Add | exp.Sub):
        return _is_cut(node.left)
    return isinstance(node, exp.Floor | exp.Ceil | exp.Round)


def _literal_sign(node: exp.Expression) -> int | None:
    """-1, 0 or 1 of a written number; None of anything else."""
    if isinstance(node, exp.Neg):
        inner = _literal_sign(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Literal) and not node.is_string:
        return (float(node.this) > 0) - (float(node.this) < 0)
    return None
