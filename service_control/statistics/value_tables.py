"""From tables of cells and panels to tables of values and links: what the Python models of dbt call.

Belongs here: which cells make one estimate, and which of its figures make a row. Not here: the estimators, and anything
that opens a database. A table is a mapping of column -> values of one length; what is unknown in a row is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import stats

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.contract_lifetime import ContractLifetime, fit_contract_lifetime
from service_control.statistics.marginal_effects import MarginalEffects, marginal_effects
from service_control.statistics.repeat_buying import fit_repeat_buying, fit_spend_per_purchase
from service_control.statistics.results import Estimate, Refusal
from service_control.statistics.rows import (
    REFUSED,
    Columns,
    Row,
    estimate_row,
    refusal_row,
    schema,
    with_ends,
)
from service_control.statistics.value_chain import (
    Link,
    cost_of_poor_service,
    euro_per_point,
    panel_link,
)

MONTHS_PER_YEAR = 12
DAYS_PER_YEAR, DAYS_PER_WEEK = 365.25, 7
STEPS_PER_E = 100
"""spend_step of int_value__purchase_histories counts hundredths of the natural logarithm of mean spend."""
ALL = "all"
"""The fit of all products together, and the organisation."""
BEFORE = "none"
"""Customers without a bad experience."""
EXPERIENCES = ("one_bad", "several_bad", "frustration")
ERRORS = tuple(f"error_{i}" for i in range(1, 8))


LIFETIMES = schema(
    ("product", "fit_key", "refusal_reason"), ("renewal_number",), (), ("residual_months", *ERRORS[:2])
)
PURCHASES = schema(
    ("refusal_reason",),
    ("frequency", "recency_weeks", "age_weeks"),
    (),
    ("probability_alive", "expected_purchases", *ERRORS[:4]),
)
SPENDS = schema(("refusal_reason",), ("frequency", "spend_step"), (), ("expected_spend_eur", *ERRORS[:3]))
LINKS = schema(
    ("driver_metric_code", "outcome_metric_code", "refusal_reason", "refusal_about"),
    ("lag_periods", "unit_count", "period_count"),
    ("is_demonstrable", "is_error_corrected"),
    (
        *with_ends("slope"),
        "standard_error",
        "degrees_of_freedom",
        "p_value",
        "driver_reliability",
        "holdout_r_squared",
        "driver_lowest",
        "driver_highest",
        "driver_level",
        "outcome_level",
        *REFUSED,
    ),
)
EUROS = schema(
    ("metric_code", "refusal_reason", "refusal_about"),
    ("answer_count", "lost_count", "customer_count"),
    ("is_demonstrable",),
    (
        *with_ends("retention_per_point_pct", "monthly_margin_eur", "residual_months", "euro_per_point"),
        "standard_error_eur",
        "degrees_of_freedom",
        "q_value",
        "metric_level",
        "metric_lowest",
        "metric_highest",
        *REFUSED,
    ),
)
POOR_SERVICE = schema(
    ("scope_kind", "scope_key", "experience", "refusal_reason", "refusal_about"),
    ("customer_count", "lost_count", "compared_count", "compared_lost_count"),
    (),
    (*with_ends("excess_rate_pct", "customers_lost", "margin_lost_eur"), "value_per_customer_eur", *REFUSED),
)
"""Columns of what the functions below give; all of them may be empty."""


def monthly_rate(discount_rate_per_year: float) -> float:
    """The rate per month that makes the rate of a year."""
    return (1 + discount_rate_per_year) ** (1 / MONTHS_PER_YEAR) - 1


def lifetime_rows(renewals: Columns, wanted: Columns, assumptions: ValueAssumptions) -> list[Row]:
    """Discounted months still to come, per product and renewal that a customer of it comes to next.

    Parameters
    ----------
    renewals : product, renewal_number, at_risk_count, renewed_count; one row per product and renewal.
    wanted : product, renewal_number; one row per combination that somebody has.

    A product that lost too few customers, or has no fit, gets that of all products together; where that has none
    either, the row says why.
    """
    rate = monthly_rate(assumptions.discount_rate_per_year)
    together = _fit_lifetime(renewals, np.ones(len(renewals["product"]), dtype=bool))
    rows: list[Row] = []
    for product in np.unique(wanted["product"].astype(str)):
        own = renewals["product"].astype(str) == product
        fit, fit_key = _fit_lifetime(renewals, own), str(product)
        lost = (renewals["at_risk_count"] - renewals["renewed_count"])[own].sum()
        if isinstance(fit, Refusal) or lost < assumptions.lifetime_minimum_lost:
            fit, fit_key = together, ALL
        numbers = np.sort(wanted["renewal_number"][wanted["product"].astype(str) == product]).astype(int)
        known = [{"product": str(product), "renewal_number": int(number)} for number in numbers]
        if isinstance(fit, Refusal):
            rows += [row | {"refusal_reason": fit.reason} for row in known]
            continue
        months = fit.residual_lifetime(numbers, rate)
        errors = fit.residual_lifetime_errors(numbers, rate)
        rows += [
            row
            | {"fit_key": fit_key, "residual_months": float(month)}
            | dict(zip(ERRORS, map(float, error), strict=False))
            for row, month, error in zip(known, months, errors, strict=True)
        ]
    return rows


def _fit_lifetime(renewals: Columns, rows: np.ndarray) -> ContractLifetime | Refusal:
    numbers = renewals["renewal_number"][rows].astype(int)
    size = int(numbers.max(initial=0))
    at_risk, renewed = (
        np.bincount(numbers - 1, weights=renewals[name][rows], minlength=size)
        for name in ("at_risk_count", "renewed_count")
    )
    return fit_contract_lifetime(at_risk, renewed)


def purchase_rows(histories: Columns, assumptions: ValueAssumptions) -> list[Row]:
    """Chance to be alive and discounted purchases still to come, per history of customers without a contract.

    histories : frequency, recency_weeks, age_weeks, customer_count; one row per combination.
    """
    names = ("frequency", "recency_weeks", "age_weeks")
    columns = [histories[name].astype(float) for name in names]
    known = [
        dict(zip(names, map(int, row), strict=True)) for row in zip(*columns, strict=True)
    ]  # fmt: skip
    if not known:
        return []
    fit = fit_repeat_buying(*columns, histories["customer_count"].astype(float))
    if isinstance(fit, Refusal):
        return [row | {"refusal_reason": fit.reason} for row in known]
    weeks_per_year = DAYS_PER_YEAR / DAYS_PER_WEEK
    ends = np.arange(1, int(assumptions.purchase_horizon_months) + 1) * weeks_per_year / MONTHS_PER_YEAR
    rate = (1 + assumptions.discount_rate_per_year) ** (1 / weeks_per_year) - 1
    purchases, errors = fit.discounted_purchases(ends, rate, *columns)
    return [
        row
        | {"probability_alive": float(alive), "expected_purchases": float(expected)}
        | dict(zip(ERRORS, map(float, error), strict=False))
        for row, alive, expected, error in zip(known, fit.alive(*columns), purchases, errors, strict=True)
    ]


def spend_rows(spends: Columns) -> list[Row]:
    """Expected spend of a purchase, per number of repeat purchases and step of mean spend.

    spends : frequency, spend_step, customer_count; one row per combination.
    """
    frequency, step = (spends[name].astype(float) for name in ("frequency", "spend_step"))
    known = [
        {"frequency": int(x), "spend_step": int(place)} for x, place in zip(frequency, step, strict=True)
    ]  # fmt: skip
    if not known:
        return []
    mean = np.exp((step + 1 / 2) / STEPS_PER_E)
    fit = fit_spend_per_purchase(frequency, mean, spends["customer_count"].astype(float))
    if isinstance(fit, Refusal):
        return [row | {"refusal_reason": fit.reason} for row in known]
    expected, errors = fit.expected_spend(frequency, mean), fit.expected_spend_errors(frequency, mean)
    return [
        row
        | (
            {"refusal_reason": "not_converged"}
            if np.isnan(value)
            else {"expected_spend_eur": float(value)} | dict(zip(ERRORS, map(float, error), strict=False))
        )
        for row, value, error in zip(known, expected, errors, strict=True)
    ]


def link_rows(chain: Columns, panel: Columns, assumptions: ValueAssumptions) -> list[Row]:
    """Rows of value_chain_links, from the seed of that name and int_value__unit_panel.

    panel : metric_code, scope_kind (team or organisation), unit_key, quarter_number, n, mean_value, error_variance.

    A link of which a measure is absent has no row.
    """
    rows: list[Row] = []
    is_team = panel["scope_kind"].astype(str) == "team"
    codes = panel["metric_code"].astype(str)
    sides = (map(str, chain[f"{side}_metric_code"]) for side in ("driver", "outcome"))
    pairs = list(zip(*sides, strict=True))
    # once each: most are in several links
    measures = {code for pair in pairs for code in pair}
    of_teams, of_all = (
        {code: _cells(panel, rows & (codes == code)) for code in measures} for rows in (is_team, ~is_team)
    )
    for i, (driver, outcome) in enumerate(pairs):
        of_driver, of_outcome = of_teams[driver], of_teams[outcome]
        if not of_driver or not of_outcome:
            continue
        keys = sorted(of_driver.keys() | of_outcome.keys())
        nothing = (np.nan, np.nan, 0.0)
        values, variances, sizes = np.array([of_driver.get(key, nothing) for key in keys]).T
        outcomes = np.array([of_outcome.get(key, nothing)[0] for key in keys])
        is_corrected = not chain["has_same_respondents"][i]
        found = panel_link(
            driver,
            outcome,
            np.array([unit for unit, _ in keys]),
            np.array([period for _, period in keys]),
            values,
            outcomes,
            lags=range(int(assumptions.chain_longest_lag) + 1),
            assumptions=assumptions,
            driver_error_variances=variances if is_corrected else None,
        )
        known = {
            "driver_metric_code": driver,
            "outcome_metric_code": outcome,
            "is_error_corrected": is_corrected,
        }
        for side, code in (("driver", driver), ("outcome", outcome)):
            if levels := of_all[code]:
                known[f"{side}_level"] = levels[max(levels, key=lambda key: key[1])][0]
        if isinstance(found, Refusal):
            rows.append(known | refusal_row(found))
            continue
        shown = values[sizes >= assumptions.hidden_below_n]
        rows.append(known | _link(found) | _range("driver", shown))
    return rows


def _cells(panel: Columns, rows: np.ndarray) -> dict[tuple[str, int], list[float]]:
    """Mean, variance of the mean by chance, and n, by unit and quarter."""
    columns = ("mean_value", "error_variance", "n")
    numbers = [np.ma.filled(panel[name][rows].astype(float), np.nan).tolist() for name in columns]
    units, quarters = panel["unit_key"][rows].astype(str).tolist(), panel["quarter_number"][rows].tolist()
    return {(unit, quarter): found for unit, quarter, *found in zip(units, quarters, *numbers, strict=True)}


def _link(link: Link) -> Row:
    return estimate_row("slope", link.slope) | {
        "lag_periods": link.lag,
        "standard_error": link.slope.standard_error,
        "degrees_of_freedom": link.slope.degrees_of_freedom,
        "p_value": link.p_value,
        "is_demonstrable": link.is_demonstrable,
        "driver_reliability": link.driver_reliability,
        "holdout_r_squared": _number(link.holdout_r_squared[link.lag]),
        "unit_count": link.unit_count,
        "period_count": link.period_count,
    }


def euro_rows(cells: Columns, levels: Columns, bases: Columns, assumptions: ValueAssumptions) -> list[Row]:
    """Rows of euro_per_point.

    Parameters
    ----------
    cells : metric_code, is_about_contact, segment, score, customer_group, answer_count, lost_count.
    levels : metric_code, quarter_number, unit_key (all or a team), answer_count, score_sum.
    bases : base_kind (active or contacted), fit_key, customer_count, margin_eur, margin_sq, clv_eur and what the last
        moves for each error of the fit; one row per base and fit.

    Nothing is said where nobody has a lifetime.
    """
    rows: list[Row] = []
    tested: list[tuple[int, float]] = []
    codes, of_levels = (table["metric_code"].astype(str) for table in (cells, levels))
    newest = int(levels["quarter_number"].max(initial=0))
    for code in np.unique(codes):
        own = {name: values[codes == code] for name, values in cells.items()}
        base = base_of(bases, "contacted" if own["is_about_contact"].any() else "active", assumptions)
        if base is None:
            continue
        customers, margin, lifetime = base
        known: Row = {
            "metric_code": str(code),
            "answer_count": int(own["answer_count"].sum()),
            "lost_count": int(own["lost_count"].sum()),
            "customer_count": int(customers),
            **estimate_row("monthly_margin_eur", margin),
            **estimate_row("residual_months", lifetime),
            **_level(
                {name: values[of_levels == code] for name, values in levels.items()}, newest, assumptions
            ),
        }
        effects = _effect_on_leaving(own, assumptions)
        if isinstance(effects, Refusal):
            rows.append(known | refusal_row(effects))
            continue
        leaving = effects.effects[0]
        stays = Estimate(
            -leaving.value, -leaving.high, -leaving.low, leaving.standard_error, leaving.degrees_of_freedom
        )  # fmt: skip
        euros = euro_per_point(stays, customers, margin, lifetime, assumptions=assumptions)
        tested.append((len(rows), leaving.p_value))
        rows.append(
            known
            | estimate_row("retention_per_point_pct", stays, 100)
            | estimate_row("euro_per_point", euros)
            | {"standard_error_eur": euros.standard_error, "degrees_of_freedom": euros.degrees_of_freedom}
        )
    if tested:
        q_values = stats.false_discovery_control([p_value for _, p_value in tested])
        for (place, _), q_value in zip(tested, q_values, strict=True):
            rows[place]["q_value"] = float(q_value)
            rows[place]["is_demonstrable"] = bool(q_value <= assumptions.significance_level)
    return rows


def _effect_on_leaving(cells: Columns, assumptions: ValueAssumptions) -> MarginalEffects | Refusal:
    """Of the score first, beside segments; those with too few events stand together."""
    segment = cells["segment"].astype(str)
    events = cells["lost_count"].astype(float)
    least = assumptions.driver_minimum_events_per_driver
    apart = [name for name in np.unique(segment) if events[segment == name].sum() >= least]
    if len(apart) == len(np.unique(segment)):
        apart = apart[1:]
    columns = [cells["score"].astype(float), *((segment == name).astype(float) for name in apart)]
    return marginal_effects(
        ["score", *apart],
        np.column_stack(columns),
        cells["answer_count"].astype(float),
        events,
        cells["customer_group"].astype(str),
        assumptions=assumptions,
    )


def base_of(
    bases: Columns, kind: str, assumptions: ValueAssumptions
) -> tuple[float, Estimate, Estimate] | None:
    """Customers of a base, their mean margin per month in euros, and the months still to come.

    Months are weighed by margin, so that customers x margin x months is the lifetime value of all of them.
    """
    rows = np.flatnonzero(bases["base_kind"].astype(str) == kind)
    customers = float(bases["customer_count"][rows].sum())
    margin = float(bases["margin_eur"][rows].sum())
    if customers < assumptions.hidden_below_n or margin <= 0:
        return None
    level = assumptions.significance_level
    spread = (float(bases["margin_sq"][rows].sum()) - margin**2 / customers) / (customers - 1)
    mean = Estimate.of(margin / customers, float(np.sqrt(max(spread, 0.0) / customers)), level, customers - 1)
    moved = np.array([[float(bases[error][row]) for error in ERRORS] for row in rows]) / margin
    months = float(bases["clv_eur"][rows].sum()) / margin
    return customers, mean, Estimate.of(months, float(np.sqrt((moved**2).sum())), level)


def _level(levels: Columns, newest: int, assumptions: ValueAssumptions) -> Row:
    """Of one metric: its range over units and quarters, and its level in the year that ends with quarter `newest`."""
    quarter = levels["quarter_number"].astype(int)
    answers, sums = levels["answer_count"].astype(float), levels["score_sum"].astype(float)
    last_year = (levels["unit_key"].astype(str) == ALL) & (quarter > newest - MONTHS_PER_YEAR // 3)
    enough = answers >= assumptions.normal_from_n
    row: Row = _range("metric", sums[enough] / answers[enough])
    if last_year.any():
        row["metric_level"] = float(sums[last_year].sum() / answers[last_year].sum())
    return row


def poor_service_rows(cells: Columns, bases: Columns, assumptions: ValueAssumptions) -> list[Row]:
    """Rows of cost_of_poor_service.

    Parameters
    ----------
    cells : scope_kind, scope_key, experience (none too), customer_count, lost_count, monthly_margin_eur (a sum).
    bases : as in `euro_rows`; the months still to come of those contacted.

    A kind of scope is left out when one of its groups is too small to be shown.
    """
    base = base_of(bases, "contacted", assumptions)
    if base is None:
        return []
    *_, lifetime = base
    rows: list[Row] = []
    for kind, keys in _shown_scopes(cells, assumptions):
        for key in keys:
            own = (cells["scope_kind"].astype(str) == kind) & (cells["scope_key"].astype(str) == key)
            rows += _of_scope({name: values[own] for name, values in cells.items()}, lifetime, assumptions)
    return rows


def _shown_scopes(cells: Columns, assumptions: ValueAssumptions) -> Iterator[tuple[str, list[str]]]:
    kinds, keys = cells["scope_kind"].astype(str), cells["scope_key"].astype(str)
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        if cells["customer_count"][of_kind].min() >= assumptions.hidden_below_n:
            yield str(kind), [str(key) for key in np.unique(keys[of_kind])]


def _of_scope(cells: Columns, lifetime: Estimate, assumptions: ValueAssumptions) -> list[Row]:
    place = {str(name): i for i, name in enumerate(cells["experience"])}
    told = [name for name in EXPERIENCES if name in place]
    if BEFORE not in place or not told:
        return []
    order = [place[name] for name in (BEFORE, *told)]
    customers, lost, margin = (
        cells[name][order].astype(float) for name in ("customer_count", "lost_count", "monthly_margin_eur")
    )
    value = margin / customers * lifetime.value
    found = cost_of_poor_service((BEFORE, *told), customers, lost, value, assumptions=assumptions)
    rows: list[Row] = [
        {
            "scope_kind": str(cells["scope_kind"][0]),
            "scope_key": str(cells["scope_key"][0]),
            "experience": name,
            "customer_count": int(customers[i]),
            "lost_count": int(lost[i]),
            "compared_count": int(customers[0]),
            "compared_lost_count": int(lost[0]),
            "value_per_customer_eur": float(value[i]),
        }
        for i, name in enumerate(told, start=1)
    ]
    if isinstance(found, Refusal):
        return [row | refusal_row(found) for row in rows]
    return [
        row
        | estimate_row("excess_rate_pct", cost.excess_rate, 100)
        | estimate_row("customers_lost", cost.customers_lost)
        | estimate_row("margin_lost_eur", cost.margin_lost_eur)
        for row, cost in zip(rows, found, strict=True)
    ]


def _range(name: str, values: np.ndarray) -> Row:
    if not len(values):
        return {}
    return {f"{name}_lowest": float(values.min()), f"{name}_highest": float(values.max())}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
