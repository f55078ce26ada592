"""What was planted can be found again in the delivered tables, with numpy alone.

Tolerances allow for rounding and clipping to the scale, and for chance at scale 1 with the fixed seed.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from service_control.demo.clock import DAY_COUNT, DAY_SECONDS, month_of_day
from service_control.demo.contacts import ISSUES, Contacts
from service_control.demo.deliver_survey import DRIVER_HEADERS
from service_control.demo.incidentals import ADVOCACY_KINDS, COMPLAINT, IDEA, SCORED_SOURCES, SENTIMENTS
from service_control.demo.organisation import Block
from service_control.demo.outcomes import churn_hazard, remembered_months
from service_control.demo.parameters import CHANNELS, TRUTH
from service_control.demo.surveys import CLICK_NONE, ELEMENT_NAMES


def whole_numbers(table: pa.Table, column: str, missing: tuple[str, ...] = ()) -> np.ndarray:
    """Answers as floats; NaN where missing."""
    return np.array([np.nan if v is None or v in missing else float(v) for v in table[column].to_pylist()])


def net_promoter_score(scores: np.ndarray) -> tuple[float, float]:
    """NPS and its standard error."""
    sign = np.where(scores >= 9, 1, np.where(scores <= 6, -1, 0))
    return 100 * sign.mean(), 100 * sign.std() / np.sqrt(len(sign))


@pytest.fixture(scope="module")
def survey(clean: dict[str, pa.Table]) -> pa.Table:
    return clean["survey/exports/contact_survey"]


@pytest.mark.parametrize(("outcome", "header", "tolerance"), [("nps", "NPS ", 0.15), ("ces", "CES ", 0.15),
                                                               ("csat", "CSAT", 0.12)])  # fmt: skip
def test_driver_penalties_and_rewards(survey: pa.Table, outcome: str, header: str, tolerance: float) -> None:
    y = whole_numbers(survey, header, ("99", "0") if outcome == "csat" else ("99",))
    x = np.column_stack([whole_numbers(survey, f"{name} ", ("0", "6")) for name in DRIVER_HEADERS])
    complete = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    x, y = x[complete], y[complete]
    design = np.column_stack([np.ones(len(y)), x <= 2, x == 5]).astype(float)
    found = np.linalg.lstsq(design, y, rcond=None)[0][1:]
    penalty = [getattr(driver, f"{outcome}_penalty") for driver in TRUTH.drivers]
    reward = [getattr(driver, f"{outcome}_reward") for driver in TRUTH.drivers]
    np.testing.assert_allclose(-found[: len(penalty)], penalty, atol=tolerance)
    np.testing.assert_allclose(found[len(penalty) :], reward, atol=tolerance)
    if outcome == "nps":
        assert sum(penalty) > 2 * sum(reward)


def nps_rows(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and the rows of their contacts."""
    given = block.contact_survey.nps >= 0
    return block.contact_survey.nps[given], block.contact_survey.contact[given]


def test_team_effects_on_nps(block: Block) -> None:
    scores, rows = nps_rows(block)
    team = block.contacts.team[rows]
    # Departments differ by issue as well: compare within the largest one, and over all teams roughly.
    found = np.array([scores[team == number].mean() for number in range(len(TRUTH.teams))])
    planted = np.array(
        [team.quality for team in TRUTH.teams]
    ) + TRUTH.quality_per_engagement * block.staff.team_engagement.mean(axis=1)
    assert np.corrcoef(found[:4], planted[:4])[0, 1] > 0.95
    assert np.corrcoef(found, planted)[0, 1] > 0.6


def test_some_changes_are_real_and_others_are_not(block: Block) -> None:
    scores, rows = nps_rows(block)
    quarter = month_of_day[block.contacts.day[rows]] // 3

    def z(first: int, second: int, only: np.ndarray | bool = True) -> float:
        (a, se_a), (b, se_b) = (net_promoter_score(scores[(quarter == q) & only]) for q in (first, second))
        return (b - a) / np.hypot(se_a, se_b)

    is_phone = block.contacts.channel[rows] == CHANNELS.index("phone")
    assert abs(z(0, 1)) < 1.96  # nothing was planted between the first two quarters
    assert z(2, 3, is_phone) < -1.96  # the backlog by phone from April 2025
    assert z(4, 5) > 3  # the improvement from October 2025


def test_registered_resolution_is_rosier_than_perceived(clean: dict[str, pa.Table], survey: pa.Table) -> None:
    registered = np.mean(clean["crm/contacts"]["is_resolved_registered"].to_pylist())
    perceived = np.nanmean(whole_numbers(survey, "Opgelost", ("9",)))
    spread = TRUTH.perceived_when_resolved - TRUTH.perceived_when_not
    share = (perceived - TRUTH.perceived_when_not) / spread
    expected = share * TRUTH.registered_when_resolved + (1 - share) * TRUTH.registered_when_not
    assert registered - perceived > 0.08
    assert registered == pytest.approx(expected, abs=0.01)


def test_repeats_come_back_on_the_same_or_an_adjacent_issue(block: Block) -> None:
    contacts = block.contacts
    key = contacts.customer * DAY_COUNT * DAY_SECONDS + contacts.started
    order = np.argsort(key)
    customer, started, issue = contacts.customer[order], contacts.started[order], contacts.issue[order]
    follows = (customer[1:] == customer[:-1]) & (started[1:] - started[:-1] <= 14 * DAY_SECONDS)
    first, following = issue[:-1][follows], issue[1:][follows]
    other = first != following
    pairs = np.zeros((len(ISSUES), len(ISSUES)))
    np.add.at(pairs, (first[other], following[other]), 1)
    lift = pairs / pairs.sum(axis=1, keepdims=True) / (pairs.sum(axis=0) / pairs.sum())
    planted = np.array([[(a, b) in TRUTH.adjacency for b in ISSUES] for a in ISSUES])
    assert pairs[planted].min() >= 30
    assert lift[planted].min() > lift[~planted].max()
    assert (lift[planted] >= 2).mean() > 0.9
    chained = contacts.previous >= 0
    gap = contacts.started[chained] - contacts.started[contacts.previous[chained]]
    assert gap.min() > 0
    assert gap.max() <= 15 * DAY_SECONDS
    assert (gap <= 14 * DAY_SECONDS).mean() > 0.99


def test_peak_end_of_the_answer_key() -> None:
    """Moments +1, -3, +2 of one customer in one month: peak -3, end 2, remembered -0.5."""
    names = Contacts.__dataclass_fields__
    empty = dict.fromkeys(names, np.zeros(3, np.int64))
    quality = np.array([1.0, -3.0 / TRUTH.loss_aversion, 2.0])
    moments = Contacts(**empty | {"started": np.array([100, 200, 300]), "quality": quality})
    assert remembered_months(moments, 1)[0, 0] == pytest.approx(-0.5)


def test_churn_follows_remembered_experience(block: Block) -> None:
    experience, left = block.outcomes.experience, block.outcomes.left
    month = np.arange(1, experience.shape[1])
    start = np.searchsorted(month_of_day, month)
    there = (block.customers.acquired[:, None] <= start) & (left[:, None] >= start)
    leaves = there & (left[:, None] < np.append(start[1:], DAY_COUNT))
    tenure = start - block.customers.acquired[:, None]
    hazard = churn_hazard(block.customers.segment[:, None], experience[:, :-1], tenure)
    for low, high in ((-6.1, -1.5), (-1.5, -0.2), (-0.2, 0.2), (0.2, 3.1)):
        cell = there & (experience[:, :-1] > low) & (experience[:, :-1] <= high)
        assert leaves[cell].sum() == pytest.approx(hazard[cell].sum(), rel=0.15)
    yearly = leaves.sum() / there.sum() * 12
    assert 0.08 <= yearly <= 0.11


def test_who_scores_low_leaves_more_often(block: Block) -> None:
    relation = block.relation_survey
    customer = relation.invited_customer[relation.responded]
    leaves = block.outcomes.left[customer] < DAY_COUNT
    detractor, promoter = (relation.nps >= 0) & (relation.nps <= 6), relation.nps >= 9
    assert leaves[detractor].mean() > 1.2 * leaves[promoter].mean()


def test_promoters_refer_more(block: Block) -> None:
    relation, referrals = block.relation_survey, block.referrals
    customer = relation.invited_customer[relation.responded]
    refers = np.isin(customer, referrals.referrer)
    bands = ((0, 6), (7, 8), (9, 10))
    rate = [refers[(relation.nps >= low) & (relation.nps <= high)].mean() for low, high in bands]
    assert rate[0] < rate[1] < rate[2]
    assert rate[2] > 2.5 * rate[0]


def test_promoters_of_the_relation_survey_refer_and_review_more_often_afterwards(block: Block) -> None:
    """Deeds within 180 days after the answer, per 100 of each band."""
    relation, window = block.relation_survey, 180 * DAY_SECONDS
    customer = relation.invited_customer[relation.responded]
    followed = (relation.nps >= 0) & (relation.submitted + window < DAY_COUNT * DAY_SECONDS)
    bands = [followed & (relation.nps <= 6), followed & (relation.nps >= 9)]
    reviews = block.advocacy.kind == ADVOCACY_KINDS.index("review")
    deeds = {
        "referrals": (block.referrals.referrer, block.referrals.moment),
        "reviews": (block.advocacy.customer[reviews], block.advocacy.moment[reviews]),
    }
    rates = {}
    for name, (who, moment) in deeds.items():
        counts = [
            ((moment[who == person] >= at) & (moment[who == person] < at + window)).sum()
            for person, at in zip(customer, relation.submitted, strict=True)
        ]
        rates[name] = [100 * np.array(counts)[band].mean() for band in bands]
    assert rates["referrals"][1] > 2 * rates["referrals"][0]
    assert rates["reviews"][1] > 0


def test_sentiment_follows_what_was_ticked_with_the_errors_of_its_version(block: Block) -> None:
    scores, survey = block.text_scores, block.contact_survey
    explained = scores.source == SCORED_SOURCES.index("contact_survey")
    mean = survey.drivers[scores.row[explained]].mean(axis=1)
    planted = TRUTH.sentiment_per_driver * (mean - TRUTH.sentiment_driver_middle)
    inside = np.abs(planted) < 0.5  # far from the ends of the scale, where errors are cut off
    for version, noise in enumerate((TRUTH.sentiment_noise_before, TRUTH.sentiment_noise)):
        of_version = inside & (scores.version[explained] == version)
        error = scores.score[explained][of_version] - planted[of_version]
        assert error.mean() == pytest.approx(0, abs=0.05)
        assert error.std() == pytest.approx(noise, rel=0.06)
    twice = np.unique(np.column_stack([scores.source, scores.row]), axis=0, return_counts=True)[1] == 2
    assert 0.05 < twice.mean() < 0.25  # one quarter of two years was scored again
    tone = {source: scores.score[scores.source == number] for number, source in enumerate(SCORED_SOURCES)}
    assert all(len(found) > 100 and found.std() > 0.5 for found in tone.values())


def test_complaints_are_negative_and_ideas_are_not(block: Block) -> None:
    scores = block.text_scores
    volunteered = scores.source == SCORED_SOURCES.index("feedback")
    kind = block.feedback.kind[scores.row[volunteered]]
    label = scores.label[volunteered]
    assert (label[kind == COMPLAINT] == SENTIMENTS.index("negative")).mean() > 0.8
    assert (label[kind == IDEA] == SENTIMENTS.index("negative")).mean() < 0.1


def test_revenue_grows_with_customers_and_shrinks_within_them(block: Block) -> None:
    """Further products are bought and dropped while the customer stays: expansion and contraction."""
    contracts, left = block.contracts, block.outcomes.left[block.contracts.customer]
    dropped = (contracts.ended < left) & (contracts.ended < DAY_COUNT)
    assert 0.3 * TRUTH.contraction_share < len(np.unique(contracts.customer[dropped])) / block.customers.count
    bought = (contracts.started > np.maximum(block.customers.acquired[contracts.customer], 0)) & (
        left > DAY_COUNT
    )
    assert len(np.unique(contracts.customer[bought])) / block.customers.count > 0.3 * TRUTH.expansion_share


def test_both_sides_of_the_click(block: Block) -> None:
    survey, clicks = block.contact_survey, block.clicks
    _, ours, theirs = np.intersect1d(survey.contact, clicks.contact, return_indices=True)
    customer, employee = survey.click[ours], clicks.click[theirs]
    given = customer != CLICK_NONE
    customer, employee = customer[given], employee[given]
    correlation = np.corrcoef(customer, employee)[0, 1]
    planted = TRUTH.click_shared**2 + TRUTH.click_per_quality**2
    assert 0.6 * planted < correlation < planted  # three boxes show less than the latent correlation
    assert ((employee == 1) & (customer == -1)).sum() > 1.5 * ((employee == -1) & (customer == 1)).sum()


def test_employees_find_it_easier_than_customers(block: Block) -> None:
    survey, clicks = block.contact_survey, block.clicks
    _, ours, theirs = np.intersect1d(survey.contact, clicks.contact, return_indices=True)
    given = survey.ces[ours] > 0
    gap = clicks.ces_estimate[theirs][given].astype(float) - survey.ces[ours][given]
    assert gap.mean() == pytest.approx(TRUTH.eces_estimate_bias, abs=0.12)
    assert abs(gap.mean()) > 3 * gap.std() / np.sqrt(len(gap))


def test_engagement_of_teams_shows_in_the_pulse(block: Block) -> None:
    pulse, staff = block.pulse, block.staff
    team_of = np.full(staff.count, -1)
    for employee, team, *_ in staff.memberships:
        team_of[employee] = team
    given = (pulse.facets >= 0).sum(axis=1) >= 6
    scores = np.where(pulse.facets >= 0, pulse.facets.astype(float), np.nan)
    value = np.nanmean(scores[given], axis=1)
    teams = np.arange(len(TRUTH.teams))
    found = np.array([value[team_of[pulse.employee[given]] == team].mean() for team in teams])
    assert np.corrcoef(found, staff.team_engagement.mean(axis=1))[0, 1] > 0.75
    esat = pulse.esat[given]
    assert np.corrcoef(esat[esat > 0], value[esat > 0])[0, 1] > 0.35


def test_relation_survey_keeps_its_quarantine(block: Block) -> None:
    relation, contacts = block.relation_survey, block.contacts
    had_contact = np.zeros((block.customers.count, DAY_COUNT), bool)
    had_contact[contacts.customer, contacts.day] = True
    customer = relation.invited_customer[relation.responded]
    day = relation.submitted // DAY_SECONDS
    for back in range(TRUTH.quarantine_days + 1):
        assert not had_contact[customer, day - back].any()


def test_weights_bring_business_back_to_its_share(block: Block) -> None:
    relation = block.relation_survey
    weight = relation.weight
    assert weight.mean() == pytest.approx(1)
    assert len(np.unique(weight.round(3))) > 1


@pytest.fixture(scope="module")
def elements(clean: dict[str, pa.Table]) -> np.ndarray:
    """Agreement with each element of value, (responses, elements); NaN where missing."""
    table = clean["survey/exports/relation_survey"]
    return np.column_stack([whole_numbers(table, name, ("99",)) for name in ELEMENT_NAMES])


def test_elements_of_value_by_segment(block: Block, elements: np.ndarray) -> None:
    """Mean agreement and the share of 8 and more are those of the planted normal distribution, rounded to 0-10."""
    relation = block.relation_survey
    segment = block.customers.segment_on(
        relation.invited_customer[relation.responded], relation.submitted // DAY_SECONDS
    )
    steps = np.arange(11)
    deviations = []
    for number, planted in enumerate(TRUTH.segments):
        found = elements[segment == number]
        for own, element in zip(found.T, TRUTH.value_elements, strict=True):
            given = own[~np.isnan(own)]
            latent = stats.norm(element.mean + planted.value, TRUTH.value_element_sd)
            chance = np.diff([0, *latent.cdf(steps[:-1] + 0.5), 1])
            mean = chance @ steps
            spread, share = np.sqrt(chance @ (steps - mean) ** 2), chance[8:].sum()
            deviations.append((given.mean() - mean) / spread * np.sqrt(len(given)))
            deviations.append(((given >= 8).mean() - share) / np.sqrt(share * (1 - share) / len(given)))
    assert len(deviations) == 2 * len(TRUTH.segments) * len(TRUTH.value_elements)
    assert np.abs(deviations).max() < 3.5  # standard errors; the largest of 48
    blank = np.isnan(elements).mean()
    assert blank == pytest.approx(TRUTH.value_element_blank_share, abs=0.003)


def test_who_is_given_more_value_recommends_more(block: Block, elements: np.ndarray) -> None:
    relation = block.relation_survey
    complete = ~np.isnan(elements).any(axis=1) & (relation.nps >= 0)
    breadth, nps = (elements[complete] >= 8).sum(axis=1), relation.nps[complete]
    by_breadth = [nps[breadth == count].mean() for count in range(len(ELEMENT_NAMES) + 1)]
    assert by_breadth == sorted(by_breadth)
    assert np.corrcoef(breadth, nps)[0, 1] > 0.3
    trait = block.customers.trait[relation.invited_customer[relation.responded]][complete]
    # what is left of the correlation after rounding and at the ends of the scale
    for own in elements[complete].T:
        assert 0.9 < np.corrcoef(own, trait)[0, 1] / TRUTH.value_element_loading < 1.02


def test_nobody_is_at_work_on_sunday_or_a_holiday(clean: dict[str, pa.Table]) -> None:
    contacts = clean["crm/contacts"].filter(pa.compute.is_valid(clean["crm/contacts"]["employee_id"]))
    days = contacts["started_at"].cast(pa.timestamp("us", "UTC")).to_numpy().astype("datetime64[D]")
    assert not ((days.astype(int) + 3) % 7 == 6).any()
    for holiday in ("2024-12-25", "2025-04-21", "2025-04-26", "2026-05-25"):
        assert not (days == np.datetime64(holiday)).any()


def test_texts_speak_of_what_was_scored_and_sometimes_of_the_writer(survey: pa.Table) -> None:
    ease, text = survey["Gemak "].to_pylist(), survey["Toelichting"].to_pylist()
    complaint = ("doolhof", "kastje naar de muur", "veel te veel moeite")
    spoken = [(score, words) for score, words in zip(ease, text, strict=True) if words]
    about_ease = {score for score, words in spoken if any(clause in words for clause in complaint)}
    assert {"1", "2"} <= about_ease <= {"1", "2", "0", "6"}
    filled = [words for words in text if words]
    assert 0.3 < len(filled) / len(text) < 0.45
    assert len(set(filled)) > 0.5 * len(filled)
    assert 0.01 < np.mean(["@post.example" in words or " 060" in words for words in filled]) < 0.05
    assert any(" my " in words.lower() for words in filled) and any(" mijn " in words for words in filled)


def test_high_marks_hide_what_was_planted(clean: dict[str, pa.Table]) -> None:
    table = clean["survey/exports/emotion_survey"]
    mark, relation = whole_numbers(table, "mark"), whole_numbers(table, "relation")
    given = ~(np.isnan(mark) | np.isnan(relation))
    mark, relation = mark[given], relation[given]
    band = np.searchsorted([band.lowest for band in TRUTH.mark_bands], mark, side="right") - 1
    for number, planted in enumerate(TRUTH.mark_bands):
        found = [(relation[band == number] == change).mean() for change in (-1, 0, 1)]
        np.testing.assert_allclose(found, planted.relation, atol=0.04)
    high = relation[mark >= 8]
    assert (high <= 0).mean() == pytest.approx(0.60, abs=0.03)
    assert (high == -1).mean() == pytest.approx(0.20, abs=0.03)
