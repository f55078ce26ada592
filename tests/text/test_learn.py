"""Learning, judging and promoting, against figures worked out by hand or known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.text_seeds import choices, modifiers, seed, sentiment_rows
from service_control.errors import InputError
from service_control.text.assumptions import Assumptions
from service_control.text.evaluate import calibration_error, cohen_kappa, evaluate, kappa_interval
from service_control.text.gate import changes, judge
from service_control.text.learn import Prior, features, platt, train
from service_control.text.lexicon import sentiment_model
from service_control.text.prevalence import log_ratios, prevalence
from service_control.text.sample import sample
from service_control.text.score import probability, scores_with
from service_control.text.teacher import teach

ASSUMPTIONS = Assumptions.of({row["assumption_code"]: float(row["value"]) for row in seed("assumptions")})
GOOD = ["wonderlijk appel huis", "appel fiets raam", "huis appel boom", "fiets appel deur"]
BAD = ["peer huis raam", "boom peer fiets", "deur peer huis", "raam peer boom"]
FRUIT = GOOD * 5 + BAD * 5
IS_GOOD = np.array([[1.0]] * 20 + [[0.0]] * 20)


def test_what_is_learned_is_scored_as_learned():
    found = features(FRUIT, modifiers())
    weights = train(found, IS_GOOD, ["good"])
    scores = scores_with(weights, FRUIT, modifiers())
    assert ((scores >= 0) == IS_GOOD).all()
    np.testing.assert_allclose(scores, found.score(weights), atol=1e-9)
    assert (
        scores_with(weights, ["appel"], modifiers())[0, 0]
        > 0
        > scores_with(weights, ["peer"], modifiers())[0, 0]
    )


def test_few_codes_do_not_lose_the_lexicon():
    """Words that no coded text has keep the lexicon's weight."""
    lexicon = sentiment_model(sentiment_rows(), choices()).weights["nl"]
    coded = ["goed geholpen", "slecht geholpen", "fijn gesprek", "naar gesprek", "prima", "waardeloos"] * 2
    codes = np.array([[1.0], [0.0]] * 6)
    prior = Prior(lexicon, scores_with(lexicon, coded, modifiers()))
    weights = train(features(coded, modifiers()), codes, ["positive"], prior)
    found = scores_with(weights, ["uitstekend", "verschrikkelijk"], modifiers())[:, 0]
    assert found[0] > 0 > found[1]


def test_training_again_gives_the_same_weights():
    one, other = (train(features(FRUIT, modifiers()), IS_GOOD, ["good"]) for _ in range(2))
    assert list(one.cells()) == list(other.cells())


def test_a_label_that_all_texts_have_cannot_be_learned():
    with pytest.raises(InputError, match="too much alike"):
        train(features(FRUIT, modifiers()), np.ones((40, 1)), ["good"])


def test_a_rare_label_keeps_the_lexicon():
    lexicon = sentiment_model(sentiment_rows(), choices()).weights["nl"]
    prior = Prior(lexicon, scores_with(lexicon, FRUIT, modifiers()))
    codes = np.hstack([IS_GOOD, 1 - IS_GOOD, np.zeros((40, 1))])
    weights = train(features(FRUIT, modifiers()), codes, lexicon.labels, prior)
    asked = ["uitstekend en waardeloos", "zomaar iets"]
    learned, known = (scores_with(found, asked, modifiers()) for found in (weights, lexicon))
    np.testing.assert_allclose(learned[:, 2], known[:, 2], atol=1e-12)
    assert not np.allclose(learned[:, 0], known[:, 0])


def test_platt_finds_the_slope_and_shift_of_the_truth():
    rng = np.random.default_rng(5)
    scores = rng.normal(size=40_000)
    codes = (rng.random(40_000) < probability(2.0 * scores - 0.7)).astype(float)
    slope, shift = platt(scores, codes)
    assert slope == pytest.approx(2.0, abs=0.08)
    assert shift == pytest.approx(-0.7, abs=0.08)
    assert (
        calibration_error(probability(slope * scores + shift), codes)
        < 0.01
        < calibration_error(probability(scores), codes)
    )


def test_prevalence_is_right_where_counting_is_wrong():
    """Trained at 50 %, used at 10 %: calibrated for the training, a model says too much."""
    rng = np.random.default_rng(6)
    there = rng.random(20_000) < 0.1
    score = rng.normal(
        np.where(there, 0.75, -0.75)
    )  # equal variances: the log odds at 50 % are 1.5 times the score
    promised = probability(1.5 * score)[:, None]
    counted = (promised >= 0.5).mean()
    assert counted > 0.2
    one, of_one = np.zeros(20_000, int), np.ones(20_000)
    found = prevalence(log_ratios(promised[:, 0], 0.5), one, of_one, np.array([20_000.0]))
    assert found.value[0] == pytest.approx(0.1, abs=0.01)
    # what the scores leave open makes the interval wider than that of a share that is known
    assert 2 * 1.96 * (0.1 * 0.9 / 20_000) ** 0.5 < found.high[0] - found.low[0] < 0.03
    assert found.low[0] < 0.1 < found.high[0]


def test_counts_per_step_of_evidence_give_the_shares_of_every_group():
    """Groups of other shares at once, their evidence in tenths, as SQL counts it; 95 % intervals, 100 draws."""
    shares, size, draws = np.array([0.02, 0.3, 0.8]), 2_000, 100
    group = np.repeat(np.arange(3), size)
    inside, mean = np.zeros(3), np.zeros(3)
    for number in range(draws):
        rng = np.random.default_rng(number)
        score = rng.normal(np.where(rng.random(3 * size) < shares[group], 1.2, -1.2))
        step = np.clip(np.floor(10 * 2.4 * score + 0.5), -80, 80)
        pairs, count = np.unique(np.column_stack([group, step]), axis=0, return_counts=True)
        found = prevalence(pairs[:, 1] / 10, pairs[:, 0].astype(int), count, np.full(3, float(size)))
        inside += (found.low <= shares) & (shares <= found.high)
        mean += found.value / draws
    assert np.all(np.abs(mean - shares) < 0.004)
    assert np.all((0.88 * draws <= inside) & (inside < draws))


def test_kappa_by_hand():
    """20 both yes, 5 and 10 one yes, 15 both no: agreement .7, by chance .5, kappa .4 (Cohen's formula)."""
    one = np.array([1] * 25 + [0] * 25)[:, None]
    other = np.array([1] * 20 + [0] * 5 + [1] * 10 + [0] * 15)[:, None]
    assert cohen_kappa(one, other) == pytest.approx(0.4)
    interval = kappa_interval(one, other, assumptions=ASSUMPTIONS)
    assert interval.low < 0.4 < interval.high
    # asymptotic standard error .1300 (Fleiss, Cohen & Everitt), so about .145 to .655
    assert interval.low == pytest.approx(0.145, abs=0.05)
    assert interval.high == pytest.approx(0.655, abs=0.05)


def test_quality_by_hand():
    """Label a: 20 right of 25 given and 30 there. Label b has 5 texts and is not measured."""
    codes, given = np.zeros((100, 2), bool), np.zeros((100, 2), bool)
    codes[:30, 0], given[10:35, 0] = True, True
    codes[:5, 1] = given[:5, 1] = True
    quality = evaluate(codes, given, ["a", "b"], assumptions=ASSUMPTIONS)
    first, second = quality.labels
    assert (first.positives, first.precision, first.recall) == (30, 0.8, pytest.approx(2 / 3))
    assert first.f1 == pytest.approx(2 * 20 / 55)
    assert not second.is_measured and np.isnan(second.f1)
    assert quality.macro_f1.value == pytest.approx(first.f1)
    assert quality.macro_f1.low < first.f1 < quality.macro_f1.high
    assert quality.accuracy.value == pytest.approx(0.85)


def test_the_interval_covers():
    """Macro-F1 of a model with known recall and precision lies in 95 % of its intervals, give or take."""
    rng = np.random.default_rng(7)
    hits = 0
    for draw in range(60):
        codes = rng.random((300, 1)) < 0.4
        given = np.where(codes, rng.random((300, 1)) < 0.8, rng.random((300, 1)) < 0.2)
        interval = evaluate(codes, given, ["a"], assumptions=ASSUMPTIONS, seed=draw).macro_f1
        truth = 2 * 0.32 / (2 * 0.32 + 0.12 + 0.08)
        hits += interval.low <= truth <= interval.high
    assert hits >= 52


def test_nothing_measured_is_no_quality():
    quality = evaluate(np.zeros((10, 1), bool), np.zeros((10, 1), bool), ["a"], assumptions=ASSUMPTIONS)
    assert np.isnan(quality.macro_f1.value)
    with pytest.raises(InputError, match="do not fit"):
        evaluate(np.zeros((10, 1)), np.zeros((10, 2)), ["a"], assumptions=ASSUMPTIONS)


def _answers(codes: np.ndarray, right: float, seed: int) -> np.ndarray:
    keep = np.random.default_rng(seed).random(codes.shape) < right
    return np.where(keep, codes, ~codes)


def test_the_gate_lets_a_better_model_through_and_no_other():
    codes = np.random.default_rng(1).random((400, 2)) < 0.5
    active = _answers(codes, 0.75, 2)
    assert judge(codes, active, _answers(codes, 0.9, 3), ["a", "b"], assumptions=ASSUMPTIONS).is_promoted
    worse = judge(codes, active, _answers(codes, 0.7, 4), ["a", "b"], assumptions=ASSUMPTIONS)
    assert not worse.is_promoted and worse.gain.high < 0.05
    assert judge(codes, active, active, ["a", "b"], assumptions=ASSUMPTIONS).is_promoted


def test_a_gain_that_may_be_a_loss_is_not_promoted():
    codes = np.random.default_rng(1).random((200, 2)) < 0.5
    verdict = judge(
        codes, _answers(codes, 0.75, 2), _answers(codes, 0.77, 8), ["a", "b"], assumptions=ASSUMPTIONS
    )
    assert verdict.gain.low < 0 < verdict.gain.high
    assert not verdict.is_promoted
    assert "may be a loss" in verdict.reasons[0]


def test_a_label_may_not_pay_for_the_others():
    codes = np.random.default_rng(1).random((400, 2)) < 0.5
    active = _answers(codes, 0.75, 2)
    new = np.column_stack([codes[:, 0], _answers(codes, 0.6, 5)[:, 1]])
    verdict = judge(codes, active, new, ["a", "b"], assumptions=ASSUMPTIONS)
    assert verdict.gain.low > 0
    assert list(verdict.losses) == ["b"]
    assert not verdict.is_promoted


def test_without_enough_texts_nothing_is_promoted():
    codes = np.zeros((30, 1), bool)
    codes[:10] = True
    assert not judge(codes, ~codes, codes, ["a"], assumptions=ASSUMPTIONS).is_promoted


def test_what_changes():
    before, after = np.array([[1], [1], [0], [0]]), np.array([[1], [0], [0], [0]])
    (change,) = changes(before, after, ["a"])
    assert (change.share_before, change.share_after, change.won, change.lost) == (0.5, 0.25, 0.0, 0.25)


def test_half_of_a_sample_is_random_and_half_is_doubt():
    values = np.linspace(-5, 5, 1_001)[:, None]
    drawn = sample(values, 100, seed=1, assumptions=ASSUMPTIONS)
    assert len(drawn.random) == len(drawn.uncertain) == 50
    assert not set(drawn.random) & set(drawn.uncertain)
    assert np.abs(values[drawn.uncertain]).max() < 0.4 < np.abs(values[drawn.random]).mean()
    assert set(drawn.twice) <= set(drawn.random) and len(drawn.twice) == 10
    assert len(sample(values[:3], 100, seed=1, assumptions=ASSUMPTIONS).random) == 2


def test_a_text_without_score_can_be_drawn():
    drawn = sample(np.full((10, 2), np.nan), 4, seed=1, assumptions=ASSUMPTIONS)
    assert len(drawn.random) == len(drawn.uncertain) == 2


def test_a_teacher_labels_what_its_vectors_tell():
    rng = np.random.default_rng(3)
    truth = rng.random(300) < 0.5
    vectors = rng.normal(size=(300, 10)) + np.where(truth, 1.0, -1.0)[:, None]
    taught, weight = teach(vectors, np.zeros((300, 1)), np.arange(40), truth[:40, None].astype(float))
    assert ((taught[40:, 0] > 0.5) == truth[40:]).mean() > 0.95
    assert (taught[:40, 0] == truth[:40]).all()
    assert weight[0] > weight[-1]
