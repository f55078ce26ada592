"""Marts about feelings and memory, against the delivered files and what was planted."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import stats

from service_control.demo.parameters import TRUTH
from service_control.statistics.moments import Moments
from service_control.statistics.regression import regression
from service_control.statistics.student import t_975
from tests.metrics import feelings, placed
from tests.metrics.delivered import Delivery
from tests.metrics.feelings import Journey, images, journeys, responses
from tests.metrics.observed import last_day
from tests.metrics.test_experience_marts import CELLS, assert_same, cells_of, keyed, mart
from tests.projects import Project

YEAR = "rolling_12_months"


@pytest.fixture(scope="module")
def few(delivery: Delivery) -> int:
    return int(delivery.assumption("hidden_below_n"))


@pytest.fixture(scope="module")
def over(delivery: Delivery) -> list[Journey]:
    return journeys(delivery, last_day(delivery))


def test_rows_of_emotions(demo: Project, delivery: Delivery) -> None:
    names = "response_id, item_code, image_code, emotion_code, intensity, valence, feeling"
    shown = demo.query(f"select {names} from marts.fct_emotions where emotion_code is not null")
    assert set(shown) == set(images(delivery).iter_rows())
    names = "response_id, response_feeling, relation, mark"
    shown = demo.query(f"select {names} from marts.fct_emotions where relation is not null")
    own = responses(delivery).filter(pl.col("relation").is_not_null())
    assert set(shown) == set(own.select("response_id", "feeling", "relation", "mark").iter_rows())
    sources = dict(demo.query("select emotion_source, count(*) from marts.fct_emotions group by all"))
    assert {"image", "explanation", "reviewer"} <= set(sources)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_profile_of_emotions(demo: Project, delivery: Delivery, few: int, cell: tuple) -> None:
    felt = images(delivery).join(responses(delivery).drop("feeling"), on="response_id")
    key = ["period_start", "scope_key"]
    total = (
        keyed(responses(delivery).filter(pl.col("feeling").is_not_null()), cell).group_by(key).agg(n=pl.len())
    )
    own = keyed(felt, cell).group_by(*key, "emotion", "intensity").agg(emotion_count=pl.len())
    own = own.join(total, on=key).with_columns(share_pct=100 * pl.col("emotion_count") / pl.col("n"))
    profile = cells_of(mart(demo, "emotion_profile"), cell).rename({"emotion_code": "emotion"})
    told = profile.filter(pl.col("emotion_count") > 0).with_columns(pl.col("intensity").cast(pl.Int64))
    assert_same(own, told, [*key, "emotion", "intensity"], few)
    # whoever felt nothing of the kind is counted too
    cells = profile.group_by(key).agg(pl.len(), pl.col("share_pct").sum(), pl.col("n").n_unique())
    assert cells["len"].unique().to_list() == [len(delivery.seed("emotions"))]
    assert (cells["share_pct"] - 100).abs().max() < 1e-9
    assert profile["share_pct"].is_between(profile["ci_low"] - 1e-9, profile["ci_high"] + 1e-9).all()


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_what_high_marks_hide(demo: Project, delivery: Delivery, few: int, cell: tuple) -> None:
    high = responses(delivery).filter((pl.col("mark") >= 8) & pl.col("relation").is_not_null())
    band = pl.when(pl.col("mark") >= 9).then(pl.lit("9_10")).otherwise(pl.lit("8"))
    high = keyed(high.with_columns(mark_band=band), cell)
    key = ["period_start", "scope_key"]
    shown = cells_of(mart(demo, "mark_divergence"), cell)
    apart = counted(high, [*key, "mark_band"])
    on = [*key, "mark_band", "relation"]
    assert_same(apart, shown.filter(pl.col("mark_band") != "8_plus"), on, few)
    # both bands together are there where none of the two is hidden
    hidden = apart.filter(pl.col("n") < few).select(key).unique()
    both = counted(high.with_columns(mark_band=pl.lit("8_plus")), [*key, "mark_band"])
    both = both.join(hidden, on=key, how="anti")
    together = shown.filter(pl.col("mark_band") == "8_plus")
    assert together.join(both, on=on, how="anti").is_empty()
    found = together.join(both, on=on, suffix="_own")
    assert (found["n"] == found["n_own"]).all() and (
        found["relation_count"] == found["relation_count_own"]
    ).all()
    assert found.height > 0


def counted(frame: pl.DataFrame, cell: list[str]) -> pl.DataFrame:
    """n, relation_count and share_pct of each relation, and of all that were not strengthened."""
    relations = [*feelings.SIGNS, "not_strengthened"]
    counts = {
        name: pl.col("relation") != "strengthened"
        if name == "not_strengthened"
        else pl.col("relation") == name
        for name in relations
    }
    wide = frame.group_by(cell).agg(n=pl.len(), **{name: counts[name].sum() for name in relations})
    long = wide.unpivot(relations, index=[*cell, "n"], variable_name="relation", value_name="relation_count")
    return long.with_columns(share_pct=100 * pl.col("relation_count") / pl.col("n"))


def test_divergence_is_as_planted(demo: Project) -> None:
    """Of every year and band: the planted shares lie within the intervals of what is shown."""
    planted = {band.code: observed_relations(band.relation) for band in TRUTH.mark_bands}
    shown = mart(demo, "mark_divergence").filter(
        pl.col("period_grain") == YEAR, pl.col("scope_kind") == "organisation", pl.col("is_complete_period")
    )
    names = [relation.code for relation in TRUTH.relations]
    last = shown.filter(pl.col("period_start") == pl.col("period_start").max())
    of_band = {band: last.filter(pl.col("mark_band") == band)["n"].max() for band in ("8", "9_10")}
    share = of_band["9_10"] / sum(of_band.values())
    planted["8_plus"] = share * planted["9_10"] + (1 - share) * planted["8"]
    assert last.height == 12
    for row in last.rows(named=True):
        shares = dict(zip(names, planted[row["mark_band"]], strict=True))
        expected = (
            1 - shares["strengthened"] if row["relation"] == "not_strengthened" else shares[row["relation"]]
        )
        assert row["ci_low"] <= 100 * expected <= row["ci_high"], (row["mark_band"], row["relation"])
    # what the source paper tells of insurers: of 8 and higher 60 % not strengthened and 20 % weakened, of 9-10 14 %
    told = {(row["mark_band"], row["relation"]): row for row in last.rows(named=True)}
    for cell, paper in {
        ("8_plus", "not_strengthened"): 60,
        ("8_plus", "weakened"): 20,
        ("9_10", "weakened"): 14,
    }.items():
        assert told[cell]["ci_low"] <= paper <= told[cell]["ci_high"]


def observed_relations(shares: tuple[float, ...]) -> np.ndarray:
    """Shares of relations as they can be known: who left the question open is told by the sign of the feeling."""
    asked = np.array(shares)
    signs = np.array([relation.sign for relation in TRUTH.relations])
    # of a surprise without words the sign stays unknown
    felt = (1 - TRUTH.emotion_surprise_share * (1 - TRUTH.emotion_text_share)) * signs
    felt[:, 1] += 1 - felt.sum(axis=1)
    return (1 - TRUTH.emotion_blank_share) * asked + TRUTH.emotion_blank_share * (asked @ felt)


def test_emotions_are_as_planted(demo: Project) -> None:
    """Signs by relation, and emotions by journey within each sign; Net Emotion Value follows from the marks."""
    rows = demo.query(
        "select relation, response_sign, emotion_code, journey from marts.fct_emotions "
        "where relation_source = 'item' and emotion_code is not null"
    )
    told = pl.DataFrame(rows, schema=["relation", "sign", "emotion", "journey"], orient="row")
    clear = told.filter(pl.col("emotion") != "surprise")
    for relation in TRUTH.relations:
        planted = np.array(relation.sign) * [1, 1 / (1 - TRUTH.emotion_surprise_share), 1]
        signs = clear.filter(pl.col("relation") == relation.code)["sign"]
        for sign, share in zip((-1, 0, 1), planted / planted.sum(), strict=True):
            assert_within(int((signs == sign).sum()), len(signs), share)
    for sign, tables in ((-1, TRUTH.negative_emotions), (1, TRUTH.positive_emotions)):
        special = [code for code, _ in tables if code]
        for code, table in tables:
            of_journey = pl.col("journey") == code if code else ~pl.col("journey").is_in(special)
            felt = clear.filter((pl.col("sign") == sign) & of_journey)["emotion"]
            for emotion, share in table:
                assert_within(int((felt == emotion).sum()), len(felt), share)
    # fear belongs to claims: the profile of the journey says so without overlap
    year = mart(demo, "emotion_profile").filter(
        pl.col("period_grain") == YEAR, pl.col("scope_kind") == "journey", pl.col("is_complete_period"),
        pl.col("emotion_code") == "fear", pl.col("intensity") == 2,
    )  # fmt: skip
    year = year.filter(pl.col("period_start") == pl.col("period_start").max())
    claim, payment = (year.filter(pl.col("scope_key") == key) for key in ("claim", "payment"))
    assert claim["ci_low"].item() > payment["ci_high"].item()


def test_net_emotion_value_is_as_planted(demo: Project, published: pl.DataFrame, delivery: Delivery) -> None:
    """Mark to relation to sign: what the planted tables make of the marks that were given."""
    lowest = [band.lowest for band in TRUTH.mark_bands]
    chain = np.array([band.relation for band in TRUTH.mark_bands]) @ [row.sign for row in TRUTH.relations]
    net = (chain[:, 2] - chain[:, 0]) * (1 - TRUTH.emotion_surprise_share * (1 - TRUTH.emotion_text_share))
    years = published.filter(
        pl.col("metric_code") == "nev_share",
        pl.col("period_grain") == YEAR,
        pl.col("scope_kind") == "organisation",
    )
    for row in years.filter(pl.col("period_start").is_in([date(2024, 7, 1), date(2025, 7, 1)])).rows(
        named=True
    ):
        told = responses(delivery).filter(
            pl.col("feeling").is_not_null(), pl.col("mark").is_not_null(),
            pl.col("day").is_between(row["period_start"], row["period_end"]),
        )  # fmt: skip
        band = np.searchsorted(lowest, told["mark"].to_numpy(), side="right") - 1
        assert row["ci_low"] <= 100 * net[band].mean() <= row["ci_high"]


def assert_within(count: int, n: int, share: float) -> None:
    """Intervals that hold for all 31 shares at once with 95 % (Bonferroni)."""
    low, high = stats.binomtest(count, n).proportion_ci(1 - 0.05 / 31, "wilson")
    assert low <= share <= high, (count, n, share)


def test_journeys_with_their_peak_and_end(demo: Project, over: list[Journey]) -> None:
    columns = (
        "customer_id, journey, journey_id, moment_count, peak_feeling, peak_touchpoint, end_touchpoint, "
        "highest_feeling, lowest_feeling, ended_on, remembered"
    )
    with_columns = demo.query(f"select {columns} from restricted.journey_peak_end")
    own = {
        (
            one.customer, one.journey, one.moments[-1][1], len(one.moments), one.peak[3], one.peak[2],
            one.moments[-1][2], max(m[3] for m in one.moments), min(m[3] for m in one.moments), one.ended,
            one.remembered,
        )
        for one in over
    }  # fmt: skip
    assert set(with_columns) == own and len(own) > 200
    figures = {one.moments[-1][1]: (one.peak_end, one.mean, one.peak_end - one.mean) for one in over}
    for journey, *values in demo.query(
        "select journey_id, peak_end_feeling, mean_feeling, remembering_gap from restricted.journey_peak_end"
    ):
        assert figures[journey] == pytest.approx(tuple(values), abs=1e-9)


def in_years(over: list[Journey], shown: pl.DataFrame) -> dict[tuple[date, str], list[Journey]]:
    """Journeys by the start of the year in which they ended and by their name, `all` for every one."""
    years = shown.select("period_start", "period_end").unique().rows()
    found = defaultdict(list)
    for one in over:
        for start, end in years:
            if start <= one.ended <= end:
                found[start, one.journey].append(one)
                found[start, "all"].append(one)
    return found


def clustered(values: list[tuple[str, float]]) -> tuple[float, float]:
    """Mean and half the width of its 95 % interval, values of one person (key, value) taken together."""
    groups = defaultdict(list)
    for person, value in values:
        groups[person].append(value)
    n, mean = len(values), sum(value for _, value in values) / len(values)
    residuals = [sum(x - mean for x in own) for own in groups.values()]
    count = len(groups)
    error = np.sqrt(count / (count - 1) * np.sum(np.square(residuals))) / n
    return mean, float(t_975(count - 1)) * error


def test_memory_of_journeys(demo: Project, over: list[Journey], few: int, delivery: Delivery) -> None:
    shown = mart(demo, "journey_memory")
    by_year = in_years(over, shown)
    assert shown.filter(pl.col("journey") == "all").height == 2
    for row in shown.rows(named=True):
        own = by_year[row["period_start"], row["journey"]]
        assert row["journey_count"] == len(own)
        assert row["customer_count"] == len({one.customer for one in own}) >= few
        assert row["moment_count"] == sum(len(one.moments) for one in own)
        values = {
            "peak_feeling": [one.peak[3] for one in own], "end_feeling": [one.moments[-1][3] for one in own],
            "peak_end_feeling": [one.peak_end for one in own], "mean_feeling": [one.mean for one in own],
            "remembering_gap": [one.peak_end - one.mean for one in own],
        }  # fmt: skip
        for column, numbers in values.items():
            mean, margin = clustered([(one.customer, x) for one, x in zip(own, numbers, strict=True)])
            assert row[column] == pytest.approx(mean, abs=1e-9)
            assert row[f"{column}_ci_high"] - row[column] == pytest.approx(margin, abs=1e-9)
        memories = [
            (one.customer, one.remembered, one.peak_end, one.mean)
            for one in own
            if one.remembered is not None
        ]
        people = sorted({memory[0] for memory in memories})
        if len(people) >= delivery.assumption("minimum_groups"):
            rows = np.array([memory[1:] for memory in memories])
            groups = np.array([people.index(memory[0]) for memory in memories])
            fit = regression(Moments.of_rows(["y", "p", "m"], rows, groups), "y", ["p", "m"])
            margins = t_975(fit.degrees_of_freedom) * np.sqrt(np.diag(fit.covariance))
            for slope, value, margin in zip(
                ("peak_end_slope", "mean_slope"), fit.slopes, margins, strict=True
            ):
                assert row[slope] == pytest.approx(value, abs=1e-9)
                assert row[f"{slope}_ci_low"] == pytest.approx(value - margin, abs=1e-9)
        else:
            assert row["peak_end_slope"] is None


def test_memory_follows_peak_and_end_as_planted(demo: Project) -> None:
    """The planted weight of peak and end lies within the intervals, and the mean adds nothing.

    The intervals of two slopes in two years are widened so that all four hold at once with 95 % (Bonferroni).
    """
    wider = stats.norm.isf(0.05 / 2 / 4) / stats.norm.isf(0.05 / 2)
    planted = {"peak_end_slope": TRUTH.looking_back_per_peak_end, "mean_slope": TRUTH.looking_back_per_mean}
    shown = mart(demo, "journey_memory").filter(pl.col("journey") == "all")
    assert shown.height == 2
    for row in shown.rows(named=True):
        for slope, truth in planted.items():
            assert abs(row[slope] - truth) <= wider * (row[f"{slope}_ci_high"] - row[slope])
        assert row["peak_end_slope_ci_low"] > row["mean_slope_ci_high"]


def test_line_of_journeys(demo: Project, delivery: Delivery, over: list[Journey], few: int) -> None:
    shown = mart(demo, "journey_line")
    by_year = in_years(over, shown)
    for (start, journey), lines in shown.group_by("period_start", "journey"):
        own = by_year[start, journey]
        at = defaultdict(list)
        for one in own:
            for place, moment in enumerate(one.moments, start=1):
                at[moment[2]].append((one.customer, moment[3], place))
        order = sorted(lines["touchpoint"], key=lambda name: np.mean([place for *_, place in at[name]]))
        assert lines.sort("line_position")["touchpoint"].to_list() == order
        left_out = {customer for name in at if name not in order for customer, *_ in at[name]}
        assert not left_out or len(left_out) >= few
        for row in lines.rows(named=True):
            moments = at[row["touchpoint"]]
            mean, margin = clustered([moment[:2] for moment in moments])
            assert row["moment_count"] == len(moments)
            assert row["customer_count"] == len({customer for customer, *_ in moments}) >= few
            assert row["mean_feeling"] == pytest.approx(mean, abs=1e-9)
            assert row["ci_low"] == pytest.approx(max(-3, mean - margin), abs=1e-9)
            peaks = sum(one.peak[2] == row["touchpoint"] for one in own)
            ends = sum(one.moments[-1][2] == row["touchpoint"] for one in own)
            assert (row["peak_count"], row["end_count"], row["journey_count"]) == (peaks, ends, len(own))
            assert row["peak_pct"] == pytest.approx(100 * peaks / len(own), abs=1e-9)
            assert row["peak_ci_low"] - 1e-9 <= row["peak_pct"] <= row["peak_ci_high"] + 1e-9
    assert {"claim", "purchase", "payment"} <= set(shown["journey"])
    names = {
        row["scope_key"]: row for row in delivery.seed("scope_names") if row["scope_kind"] == "touchpoint"
    }
    for row in shown.rows(named=True):
        named = names[row["touchpoint"]]
        assert row["touchpoint_name_en"] == named["scope_name_en"]
        assert row["touchpoint_name_nl"] == named["scope_name_nl"] != row["touchpoint"]


def test_consistency_over_journeys_and_channels(demo: Project) -> None:
    figures = mart(demo, "metric_values").filter(pl.col("metric_code") == "nev_intensity")
    shown = mart(demo, "emotional_consistency")
    rows = demo.query(
        "select period_grain, period_start, scope_kind, n, y_sum, y_sq_sum "
        "from intermediate.int_metrics__published_parts where metric_code = 'nev_intensity' "
        "and scope_kind in ('journey', 'channel')"
    )
    parts = defaultdict(list)
    for grain, start, kind, *sums in rows:
        parts[grain, start, kind].append(sums)
    effective = figures.group_by("period_grain", "period_start", "scope_kind").agg(
        pl.col("n_effective").sum()
    )
    n_effective = {tuple(key): n for *key, n in effective.rows()}
    assert shown.height > 20
    for row in shown.rows(named=True):
        n, total, squares = (
            np.array(x)
            for x in zip(*parts[row["period_grain"], row["period_start"], row["dimension"]], strict=True)
        )
        means = total / n
        grand = total.sum() / n.sum()
        between = (n * (means - grand) ** 2).sum()
        within = (squares - n * means**2).sum()
        mean_square = within / (n.sum() - len(n))
        share = (between - (len(n) - 1) * mean_square) / (between + within + mean_square)
        assert row["between_share"] == pytest.approx(max(share, 0), abs=1e-9)
        effective = n_effective[row["period_grain"], row["period_start"], row["dimension"]]
        f = between / (len(n) - 1) / mean_square / (n.sum() / effective)
        assert row["f_statistic"] == pytest.approx(f, rel=1e-9)
        assert row["p_value"] == pytest.approx(stats.f.sf(f, len(n) - 1, effective - len(n)), abs=0.005)


def test_distance_to_the_signature(demo: Project, delivery: Delivery) -> None:
    wanted = {row["emotion_code"]: float(row["wanted_share"]) for row in delivery.seed("emotional_signature")}
    assert sum(wanted.values()) == pytest.approx(1)
    felt = images(delivery).join(responses(delivery).drop("feeling"), on="response_id")
    cell = ("quarter", "1q", "journey")
    counts = keyed(felt, cell).group_by("period_start", "scope_key", "emotion").agg(pl.len())
    by_cell = defaultdict(dict)
    for start, key, emotion, count in counts.iter_rows():
        by_cell[start, key][emotion] = count
    shown = cells_of(mart(demo, "emotional_distance"), cell)
    assert shown.height > 20
    for row in shown.rows(named=True):
        own = by_cell[row["period_start"], row["scope_key"]]
        n = sum(own.values())
        excess = {name: own.get(name, 0) / n - wanted.get(name, 0) for name in {*own, *wanted}}
        assert row["n"] == n
        assert row["distance_pct"] == pytest.approx(50 * sum(map(abs, excess.values())), abs=1e-9)
        assert row["most_missed_points"] == pytest.approx(-100 * min(excess.values()), abs=1e-9)
        assert excess[row["most_unwanted_emotion"]] == pytest.approx(max(excess.values()))


def test_images_are_explained_more_richly_than_scores(demo: Project, delivery: Delivery) -> None:
    qualifiers = {row["word"] for row in delivery.seed("qualifying_words")}
    asked = {
        (row["survey_code"], row["item_code"]): "image"
        if row["instrument"] == "image_explanation"
        else "score"
        for row in delivery.seed("survey_items")
        if row["instrument"] in ("explanation", "image_explanation")
    }
    people = {row["response_id"]: row for row in placed.responses(delivery).rows(named=True)}
    texts = {
        (response, item): text
        for response, item, text in delivery.rows("answers").iter_rows()
        if text and response in people and (people[response]["survey_code"], item) in asked
    }
    own = defaultdict(list)
    for (response, item), text in texts.items():
        person = people[response]
        words = text.lower().translate(str.maketrans('.,;:!?()"\n', " " * 10)).split()
        quarter = person["day"].replace(month=person["day"].month - (person["day"].month - 1) % 3, day=1)
        method = asked[person["survey_code"], item]
        own[quarter, method].append(
            (person["customer_id"], len(words), sum(word in qualifiers for word in words))
        )
    shown = mart(demo, "explanation_richness")
    assert shown.height == 16
    for row in shown.rows(named=True):
        counts = own[row["period_start"], row["method"]]
        assert row["n"] == len(counts)
        for at, name in ((1, "word"), (2, "qualifier")):
            mean, margin = clustered([(count[0], count[at]) for count in counts])
            assert row[f"mean_{name}s"] == pytest.approx(mean, abs=1e-9)
            assert row[f"{name}s_ci_high"] == pytest.approx(mean + margin, abs=1e-9)
    image, score = (shown.filter(pl.col("method") == method) for method in ("image", "score"))
    assert (
        image.sort("period_start")["qualifiers_ci_low"] > score.sort("period_start")["qualifiers_ci_high"]
    ).all()
