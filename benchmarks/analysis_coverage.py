"""`python -m benchmarks.analysis_coverage`: do the intervals of the analyses hold the truth?

Every study plants a truth, draws many small data sets from it, and counts how often the 95 % interval holds the truth
and how often something without effect is called real. Only what leaves SQL (moments, counts, panels) goes into the
analyses.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

# before numpy: these are many small problems, and threads of its libraries would only wait for each other
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy import special, stats

from benchmarks.value_organisations import assumed, euros_of_an_organisation, link_of_an_organisation
from service_control.statistics.asymmetry import expectation_curve, index_of_asymmetry, penalty_reward
from service_control.statistics.contract_lifetime import ContractLifetime, fit_contract_lifetime
from service_control.statistics.driver_impact import driver_impact
from service_control.statistics.marginal_effects import marginal_effects
from service_control.statistics.moments import Moments
from service_control.statistics.relative_weights import relative_weights
from service_control.statistics.repeat_buying import RepeatBuying, fit_repeat_buying
from service_control.statistics.results import Estimate, Refusal
from service_control.statistics.review import PairMoments, correlations
from service_control.statistics.service_levels import LEVEL, OUTCOME, level_effect, verdict
from service_control.statistics.value_chain import euro_per_point, panel_link

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PROCESSES = 2


ASSUMED = assumed()
Counts = dict[str, list[bool]]
"""What was counted -> of each time it could happen, whether it did."""


def holds(estimate: Estimate, truth: float) -> bool:
    """The interval holds the truth."""
    return estimate.low <= truth <= estimate.high


def clustered(
    random: np.random.Generator, respondents: int, answers: int, width: int, icc: float
) -> np.ndarray:
    """Standard normal answers (respondents x answers, width); those of one respondent correlate by `icc`."""
    person = np.repeat(random.standard_normal((respondents, width)), answers, axis=0)
    own = random.standard_normal((respondents * answers, width))
    return np.sqrt(icc) * person + np.sqrt(1 - icc) * own


def groups_of(random: np.random.Generator, respondents: int, answers: int) -> np.ndarray:
    """Group of each answer as the models have it: 256 groups of whole respondents by hash, some of them empty."""
    return np.repeat(random.integers(0, 256, respondents), answers)


def driver_weights(
    random: np.random.Generator, respondents: int, answers: int, together: float, has_effect: bool = True
) -> Counts:
    """Six drivers: three with effect, two without it in their company, one without it on its own."""
    names = [f"driver_{i}" for i in range(6)]
    betas = np.array([0.5, 0.35, 0.25, 0, 0, 0]) * has_effect
    among = np.full((6, 6), together)
    among[5] = among[:, 5] = 0
    np.fill_diagonal(among, 1)
    variance = betas @ among @ betas + 0.8
    truth = relative_weights(among, among @ betas / np.sqrt(variance))
    drawn = clustered(random, respondents, answers, 7, 0.3)
    drivers = drawn[:, :6] @ np.linalg.cholesky(among).T
    rows = np.column_stack([drivers, drivers @ betas + np.sqrt(0.8) * drawn[:, 6]])
    groups = Moments.of_rows([*names, "outcome"], rows, groups_of(random, respondents, answers))
    found = driver_impact(groups, "outcome", names, assumptions=ASSUMED, seed=int(random.integers(2**32)))
    if isinstance(found, Refusal):
        return {"refused": [True]}
    counts: Counts = {"refused": [False]}
    if has_effect:
        for j, place in enumerate(("largest", "second", "third")):
            counts[f"{place} weight held"] = [holds(found.drivers[j].weight, truth[j])]
        counts["R² held"] = [holds(found.r_squared, truth.sum())]
        counts["with effect called real"] = [driver.evidence == "own" for driver in found.drivers[:3]]
    without = found.drivers[3 * has_effect :]
    alone, company = without[-1:], without[:-1]
    counts["without effect called real"] = [driver.evidence == "own" for driver in without]
    counts["without effect, alone: above noise"] = [driver.evidence != "none" for driver in alone]
    if has_effect and together:
        counts["without effect, in company: above noise"] = [driver.evidence != "none" for driver in company]
    return counts


def churn_effects(random: np.random.Generator, customers: int) -> Counts:
    """Scores of 1 to 7 on three drivers that go together; about 12 % leave; the third driver does nothing."""
    names, betas = ("ease", "trusted", "positive"), np.array([-0.5, -0.25, 0.0])

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        raw = random.standard_normal((n, 3)) + 0.7 * random.standard_normal((n, 1))
        scores = np.clip(np.round(5 + raw), 1, 7)
        return scores, special.expit(1.4 + scores @ betas)

    _, chance = draw(400_000)
    truth = (chance * (1 - chance)).mean() * betas
    scores, chance = draw(customers)
    left = (random.random(customers) < chance).astype(float)
    group = random.integers(0, 200, customers)
    found = marginal_effects(names, scores, np.ones(customers), left, group, assumptions=ASSUMED)
    if isinstance(found, Refusal):
        return {"refused": [True]}
    return {
        "refused": [False],
        "effects held": [holds(effect, true) for effect, true in zip(found.effects, truth, strict=True)],
        "with effect called real": [q <= 0.05 for q in found.q_values[:2]],
        "without effect called real": [found.q_values[2] <= 0.05],
    }


def penalties(random: np.random.Generator, respondents: int, answers: int) -> Counts:
    """Four drivers: falling short hurts more, exceeding helps more, both alike, neither does anything."""
    names = ("basic", "excitement", "performance", "nothing")
    effects = np.array([(-0.6, 0.15), (-0.1, 0.6), (-0.4, 0.4), (0.0, 0.0)])
    drawn = clustered(random, respondents, answers, 6, 0.3)
    scores = 0.5 * drawn[:, 4:5] + np.sqrt(0.75) * drawn[:, :4]
    dummies = np.stack([scores < -0.9, scores > 0.7], axis=2).reshape(len(scores), 8).astype(float)
    rows = np.column_stack([dummies, dummies @ effects.ravel() + drawn[:, 5]])
    columns = [f"{name}_{side}" for name in names for side in ("low", "high")]
    groups = Moments.of_rows([*columns, "outcome"], rows, groups_of(random, respondents, answers))
    found = penalty_reward(
        groups, "outcome", names, assumptions=ASSUMED, seed=int(random.integers(2**32))
    )  # fmt: skip
    if isinstance(found, Refusal):
        return {"refused": [True]}
    index = index_of_asymmetry(effects[:, 0], effects[:, 1])[1]
    return {
        "refused": [False],
        "penalties held": [holds(each.penalty, p) for each, (p, _) in zip(found, effects, strict=True)],
        "rewards held": [holds(each.reward, r) for each, (_, r) in zip(found, effects, strict=True)],
        "index held": [holds(found[j].asymmetry, index[j]) for j in range(3)],
        "asymmetric called so": [each.pattern == each.driver for each in found[:2]],
        "symmetric called asymmetric": [found[2].pattern in ("basic", "excitement")],
        "without effect called real": [found[3].pattern != "none"],
    }


def expectations(random: np.random.Generator, respondents: int, gain: float) -> Counts:
    """A point lost below expectation, `gain` won above it."""
    place = random.choice(3, respondents, p=[0.2, 0.55, 0.25])
    outcome = np.array([5.0, 6.0, 6.0 + gain])[place] + random.standard_normal(respondents)
    rows = np.column_stack([np.eye(3)[place], outcome])
    groups = Moments.of_rows(["below", "as", "above", "outcome"], rows, groups_of(random, respondents, 1))
    found = expectation_curve(groups, assumptions=ASSUMED, seed=int(random.integers(2**32)))
    if isinstance(found, Refusal):
        return {"refused": [True]}
    counts: Counts = {
        "refused": [False],
        "loss held": [holds(found.loss, 1.0)],
        "gain held": [holds(found.gain, gain)],
        ("loss larger: called so" if gain < 1 else "alike called larger"): [found.is_loss_larger],
    }
    if found.loss_gain_ratio:
        counts["ratio held, where given"] = [holds(found.loss_gain_ratio, 1 / gain)]
    return counts


def series(random: np.random.Generator, units: int, periods: int, slope: float, lag: int) -> np.ndarray:
    """Unit, period, driver, outcome: lasting differences, memory within units (0.5), and a season that all share."""

    def remembered() -> np.ndarray:
        values = random.standard_normal((units, periods + 10))
        for t in range(1, periods + 10):
            values[:, t] = 0.5 * values[:, t - 1] + np.sqrt(0.75) * values[:, t]
        return values[:, 10:] + random.standard_normal((units, 1))

    season = random.standard_normal(periods)
    driver, outcome = remembered() + season, remembered() + 0.8 * season
    outcome[:, lag:] += slope * driver[:, : periods - lag]
    unit, period = np.divmod(np.arange(units * periods), periods)
    return np.column_stack([unit, period, driver.ravel(), outcome.ravel()])


def links(random: np.random.Generator, units: int, slope: float) -> Counts:
    """Twenty-four months; the outcome follows the driver a month later; four lags are tried."""
    rows = series(random, units, 24, slope, 1)
    found = panel_link("driver", "outcome", *rows.T, lags=(0, 1, 2, 3), assumptions=ASSUMED)
    known = panel_link("driver", "outcome", *rows.T, lags=(1,), assumptions=ASSUMED)
    if isinstance(found, Refusal) or isinstance(known, Refusal):
        return {"refused": [True]}
    counts: Counts = {"refused": [False], "slope held, lag known": [holds(known.slope, slope)]}
    if slope:
        counts["right lag chosen"] = [found.lag == 1]
        if found.lag == 1:
            counts["slope held, lag chosen and right"] = [holds(found.slope, slope)]
        counts["with effect called real"] = [found.is_demonstrable]
    else:
        counts["without effect called real"] = [found.is_demonstrable]
        counts["the same, not paying for four lags"] = [found.slope.p_value <= 0.05]
        counts["the same, without period effects"] = [without_period_effects(rows, units)]
    return counts


def without_period_effects(rows: np.ndarray, units: int) -> bool:
    """What would be called real if the season were left in: unit effects only, lag 1, same jackknife."""
    x, y = (rows[:, column].reshape(units, -1) for column in (2, 3))
    x, y = x[:, :-1], y[:, 1:]
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    crossed, squares = (x * y).sum(axis=1), (x * x).sum(axis=1)
    slope = crossed.sum() / squares.sum()
    left_out = (crossed.sum() - crossed) / (squares.sum() - squares)
    error = np.sqrt((units - 1) / units * ((left_out - slope) ** 2).sum())
    return Estimate.of(slope, error, 0.05, units - 1).is_nonzero


def lost_by_renewal(random: np.random.Generator, truth: ContractLifetime, contracts: int) -> np.ndarray:
    """Customers before renewal 1 … 6 and those who renewed, (2, 6)."""
    chances = random.beta(truth.alpha, truth.beta, contracts)
    stayed = random.geometric(np.maximum(chances, 1e-9)) - 1
    at_risk = np.array([(stayed >= t).sum() for t in range(6)])
    return np.array([at_risk, np.append(at_risk[1:], (stayed >= 6).sum())])


def euros(random: np.random.Generator, units: int, slope: float) -> Counts:
    """A point of service moves retention by `slope`; margin and lifetime are estimated from samples of their own."""
    truth = ContractLifetime(0.668, 3.806, 0.0, np.zeros((2, 2)))
    rows = series(random, units, 24, slope, 0)
    link = panel_link("driver", "retention", *rows.T, lags=(0,), assumptions=ASSUMED)
    margins = random.lognormal(4.5, 0.6, 300)
    margin = Estimate.of(margins.mean(), margins.std(ddof=1) / np.sqrt(300), 0.05, 299)
    fit = fit_contract_lifetime(*lost_by_renewal(random, truth, 1000))
    lifetime = fit.residual_lifetime_estimate(np.array([1, 2, 3]), np.array([0.5, 0.3, 0.2]), 0.1, 0.05)
    real_lifetime = float(np.array([0.5, 0.3, 0.2]) @ truth.residual_lifetime(np.array([1, 2, 3]), 0.1))
    found = euro_per_point(link.slope, 20_000, margin, lifetime, assumptions=ASSUMED)
    value = slope * 20_000 * np.exp(4.5 + 0.18) * real_lifetime
    counts: Counts = {
        "lifetime held": [holds(lifetime, real_lifetime)],
        "euro per point held": [holds(found, value)],
    }
    counts["with effect called real" if slope else "without effect called real"] = [found.is_nonzero]
    return counts


def organisation_euros(random: np.random.Generator, customers: int, effect: float) -> Counts:
    """All of euro_per_point of one organisation: churn, margins, lifetimes and two scores, one of which is idle."""
    rows, truth = euros_of_an_organisation(random, customers, effect)
    counts: Counts = {"refused": [row.get("refusal_reason") is not None for row in rows.values()]}
    held, real = {}, {}
    for code, row in rows.items():
        if row.get("refusal_reason") is None:
            held[code] = row["euro_per_point_ci_low"] <= truth[code] <= row["euro_per_point_ci_high"]
            real[code] = row["is_demonstrable"]
    if not effect:
        return counts | {"zero held": list(held.values()), "without effect called real": list(real.values())}
    for code, is_held, is_real in (
        ("told", "euro per point held", "with effect called real"),
        ("idle", "zero held", "without effect called real"),
    ):
        if code in held:
            counts |= {is_held: [held[code]], is_real: [real[code]]}
    return counts


def organisation_links(random: np.random.Generator, teams: int, colleagues: int, slope: float) -> Counts:
    """A row of value_chain_links from answers of employees and customers, two lags tried."""
    row = link_of_an_organisation(random, teams, colleagues, slope)
    if row.get("refusal_reason"):
        return {"refused": [True]}
    counts: Counts = {"refused": [False]}
    if slope:
        counts["right lag chosen"] = [row["lag_periods"] == 0]
        if row["lag_periods"] == 0:
            counts["slope held, lag chosen and right"] = [
                row["slope_ci_low"] <= slope <= row["slope_ci_high"]
            ]
        counts["with effect called real"] = [row["is_demonstrable"]]
    else:
        counts["slope held"] = [row["slope_ci_low"] <= 0 <= row["slope_ci_high"]]
        counts["without effect called real"] = [row["is_demonstrable"]]
    return counts


def buyers(random: np.random.Generator, customers: int) -> Counts:
    """Parameters of BG/NBD from simulated buyers, half a year to a year of history in weeks."""
    truth = RepeatBuying(0.6, 6.0, 0.8, 2.5, 0.0, np.zeros((4, 4)))
    age = random.integers(26, 53, customers).astype(float)
    rate = random.gamma(truth.r, 1 / truth.alpha, customers)
    purchases_alive = random.geometric(random.beta(truth.a, truth.b, customers))
    waits = random.exponential(1, (customers, 200)) / rate[:, None]
    times = np.cumsum(waits, axis=1)
    made = (times <= age[:, None]) & (np.arange(200) < purchases_alive[:, None])
    frequency = made.sum(axis=1)
    recency = np.where(made, times, 0).max(axis=1)
    fit = fit_repeat_buying(frequency, recency, age, np.ones(customers))
    if isinstance(fit, Refusal):
        return {"refused": [True]}
    logs = np.log([fit.r / truth.r, fit.alpha / truth.alpha, fit.a / truth.a, fit.b / truth.b])
    errors = np.sqrt(np.diagonal(fit.covariance))
    return {"refused": [False], "parameters held": list(np.abs(logs) < 1.96 * errors)}


def service_levels(random: np.random.Generator, respondents: int, correlation: float) -> Counts:
    """Five service levels of which the first moves the outcome, compared within channels as the models do."""
    answers = 2
    drawn = clustered(random, respondents, answers, 6, 0.3)
    channel = random.integers(0, 4, len(drawn))
    levels = drawn[:, :5] + channel[:, None]
    outcome = correlation * drawn[:, 0] + np.sqrt(1 - correlation**2) * drawn[:, 5] - channel
    groups = groups_of(random, respondents, answers)
    found = []
    for j in range(5):
        rows = np.column_stack([levels[:, j], outcome])
        for each in np.unique(channel):
            rows[channel == each] -= rows[channel == each].mean(axis=0)
        found.append(level_effect(Moments.of_rows((LEVEL, OUTCOME), rows, groups), assumptions=ASSUMED))
    if any(isinstance(each, Refusal) for each in found):
        return {"refused": [True]}
    q_values = stats.false_discovery_control([each.p_value for each in found])
    verdicts = [verdict(each, q, assumptions=ASSUMED) for each, q in zip(found, q_values, strict=True)]
    real = ("moves_experience", "hardly_moves", "moves_against")
    return {
        "refused": [False],
        "correlation held": [holds(found[0].correlation, correlation)],
        "zero held": [holds(each.correlation, 0.0) for each in found[1:]],
        "with effect called real": [verdicts[0] in real],
        "without effect called real": [each in real for each in verdicts[1:]],
        "called without value though it matters": [verdicts[0] == "without_value"],
    }


def metric_pairs(random: np.random.Generator, units: int, correlation: float) -> Counts:
    """Five metrics over units and eighteen months with memory; the first two correlate, the others do not."""
    values = random.standard_normal((units, 28, 5))
    for t in range(1, 28):
        values[:, t] = 0.5 * values[:, t - 1] + np.sqrt(0.75) * values[:, t]
    values = values[:, 10:]
    values[..., 1] = correlation * values[..., 0] + np.sqrt(1 - correlation**2) * values[..., 1]
    found = correlations(PairMoments.of_panel([f"m{i}" for i in range(5)], values), assumptions=ASSUMED)
    return {
        "correlation held": [holds(found[0].estimate, correlation)],
        "zero held": [holds(pair.estimate, 0.0) for pair in found[1:]],
        "with effect called real": [found[0].is_real],
        "without effect called real": [pair.is_real for pair in found[1:]],
    }


Study = tuple[str, str, Callable[..., Counts], tuple]
STUDIES: list[Study] = [
    *(
        (
            "Driver weights",
            f"{respondents} respondents x {answers}, drivers correlate {together}",
            driver_weights,
            (respondents, answers, together),
        )
        for respondents, answers, together in [
            (70, 1, 0.4),
            (150, 1, 0.0), (150, 1, 0.4), (300, 1, 0.4), (300, 4, 0.4), (2000, 2, 0.0), (2000, 2, 0.4), (2000, 2, 0.7),
        ]
    ),
    *(
        (
            "Driver weights",
            f"{respondents} respondents x {answers}, no driver has any effect",
            driver_weights,
            (respondents, answers, 0.4, False),
        )
        for respondents, answers in [(150, 1), (300, 4), (2000, 2)]
    ),
    *(("Marginal effects on churn", f"{n} customers", churn_effects, (n,)) for n in (400, 1000, 4000)),
    *(
        ("Penalties and rewards", f"{respondents} respondents x {answers}", penalties, (respondents, answers))
        for respondents, answers in [(200, 1), (300, 4), (1500, 2)]
    ),
    *(
        ("Expectation curve", f"{n} respondents, gain {gain}", expectations, (n, gain))
        for n, gain in [(150, 0.4), (600, 0.4), (600, 1.0), (2000, 1.0)]
    ),
    *(
        ("Links over units and periods", f"{units} units, slope {slope}", links, (units, slope))
        for units in (10, 14, 40)
        for slope in (0.0, 0.2, 0.4)
    ),
    *(
        ("Euro per point", f"{units} units, slope {slope}", euros, (units, slope))
        for units in (10, 14, 40)
        for slope in (0.0, 0.1, 0.3)
    ),
    *(
        ("Service levels", f"{n} respondents x 2, correlation {r}", service_levels, (n, r))
        for n, r in [(150, 0.2), (600, 0.2), (2000, 0.1)]
    ),
    *(
        ("Euro per point of an organisation", f"{n} customers, effect {effect}", organisation_euros, (n, effect))
        for n, effect in [(1500, 0.0), (1500, 0.4), (6000, 0.0), (6000, 0.4)]
    ),
    *(
        (
            "Links of an organisation",
            f"{teams} teams of {colleagues}, slope {slope}",
            organisation_links,
            (teams, colleagues, slope),
        )
        for teams, colleagues in [(12, 8), (24, 8), (24, 20), (60, 8)]
        for slope in (0.0, 0.4)
    ),
    *(("Repeat buying", f"{n} customers", buyers, (n,)) for n in (500, 2000)),
    *(
        ("Metric review", f"{units} units, correlation {r}", metric_pairs, (units, r))
        for units in (10, 20)
        for r in (0.3, 0.85)
    ),
]  # fmt: skip


def run(study: Study, replications: int) -> dict[str, tuple[float, int]]:
    """What was counted -> share (0 to 1) and how many times it could happen. Each study has a seed of its own."""
    random = np.random.default_rng(abs(hash_of(study[0] + study[1])))
    total: Counts = {}
    for _ in range(replications):
        for name, happened in study[2](random, *study[3]).items():
            total.setdefault(name, []).extend(happened)
    return {name: (float(np.mean(happened)), len(happened)) for name, happened in total.items()}


def hash_of(text: str) -> int:
    """The same on every run, unlike hash()."""
    return int.from_bytes(text.encode(), "little") % 2**32


def page(results: list[tuple[Study, dict[str, tuple[float, int]]]], n: int) -> str:
    """The results as Markdown: a table per subject, a row per setting, a column per thing counted."""
    lines = [
        f"# Intervals of the analyses, {date.today()}",
        "",
        f"{n} data sets per row; {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}. "
        "Command: `python -m benchmarks.analysis_coverage`",
        "",
        "*Held*: the 95 % interval holds the planted truth, aimed at is 92 to 98 %. *Called real*: the verdict that a "
        "reader sees; without effect at most 5 %. A share of 500 has a standard error of one point at 95 %.",
    ]
    for subject in dict.fromkeys(study[0] for study, _ in results):
        of_subject = [(study[1], found) for study, found in results if study[0] == subject]
        counted = [
            name
            for name in dict.fromkeys(name for _, found in of_subject for name in found)
            if name != "refused" or any(found.get("refused", (0, 0))[0] for _, found in of_subject)
        ]
        lines += ["", f"## {subject}", "", f"| % | {' | '.join(counted)} |", "|---|" + "---:|" * len(counted)]
        for setting, found in of_subject:
            cells = [f"{100 * found[name][0]:.1f}" if name in found else "" for name in counted]
            lines.append(f"| {setting} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Run all studies and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analysis_coverage", description=main.__doc__)
    parser.add_argument("--replications", type=int, default=500, help="data sets per setting")
    n = parser.parse_args().replications
    with ProcessPoolExecutor(PROCESSES) as pool:
        found = list(pool.map(run, STUDIES, [n] * len(STUDIES)))
    path = RESULTS / f"analysis_coverage_{date.today()}.md"
    path.write_text(page(list(zip(STUDIES, found, strict=True)), n), encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
