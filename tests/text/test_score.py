"""Scores are sums of weights; tags follow from them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.text.speed import texts
from orchestration.text_seeds import choices, cold_models, modifiers, seed
from service_control.errors import InputError
from service_control.text.lexicon import EMOTIONS, sentiment_model
from service_control.text.score import Scorer, scores_with
from service_control.text.tags import intensities, polarities, polarity_score, sentiment_codes
from service_control.text.weights import (
    DRIVER,
    EMOTION,
    EMOTION_INTENSITY,
    EMOTION_WORDS,
    INTERCEPT,
    SENTIMENT,
    VALUE_ELEMENT,
    Model,
    Weights,
)

MODELS = {model.task: model for model in cold_models()}


@pytest.fixture(scope="module")
def scorer():
    return Scorer(list(MODELS.values()), modifiers())


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Ik ben heel goed geholpen door een vriendelijke medewerker", "2"),
        ("Prima geregeld", "1"),
        ("Het was niet goed", "-1"),
        ("Wat een waardeloze, schandalige service", "-2"),
        ("Ik heb gisteren gebeld over mijn polis", "0"),
        ("De medewerker was vriendelijk, maar het was een trage afhandeling", "mixed"),
        ("The agent was friendly and very helpful", "2"),
        ("Terrible, useless company", "-2"),
        ("No problems with the delivery", "1"),
    ],
)
def test_polarity(scorer, text, polarity):
    assert polarities(scorer.score([text]).values[SENTIMENT]).tolist() == [polarity]


def test_a_stronger_word_scores_higher(scorer):
    for weak, strong in (("Goed", "Heel goed"), ("Een beetje goed", "Goed"), ("het is goed", "het is GOED")):
        found = polarity_score(
            scorer.score([f"Dat vind ik {weak}", f"Dat vind ik {strong}"]).values[SENTIMENT]
        )
        assert found[0] < found[1]


def test_a_text_in_another_language_has_no_score(scorer):
    found = scorer.score(["Der Mitarbeiter war sehr freundlich und hat mir gut geholfen"])
    assert found.language.tolist() == ["other"]
    assert all(np.isnan(values).all() for values in found.values.values())
    assert polarities(found.values[SENTIMENT]).tolist() == [""]


@pytest.mark.parametrize(
    ("text", "emotion", "intensity"),
    [
        ("Ik ben boos op jullie", "anger", 2),
        ("Ik ben heel boos op jullie", "anger", 3),
        ("Ik ben een beetje boos op jullie", "anger", 1),
        ("Ik ben BOOS op jullie allemaal", "anger", 3),
        ("Ik ben woedend op jullie", "anger", 3),
        ("Ik ben niet boos op jullie", "anger", 0),
        ("I am worried about my claim", "fear", 1),
        ("I am so terrified of this", "fear", 3),
    ],
)
def test_intensity(scorer, text, emotion, intensity):
    values = scorer.score([text]).values
    language = scorer.score([text]).language[0]
    found = intensities(
        values[EMOTION_INTENSITY],
        values[EMOTION],
        MODELS[EMOTION].weights[language].intercepts,
        values[EMOTION] >= 0,
    )
    assert found[0, EMOTIONS.index(emotion)] == intensity


def test_terms_behind_a_tag_sum_to_its_score(scorer):
    for text in ("Ik ben niet heel goed geholpen, maar het was snel geregeld", "Not very helpful, but quick"):
        found = scorer.score([text])
        language = found.language[0]
        told = scorer.explain(text)
        for task, values in found.values.items():
            for at, label in enumerate(MODELS[task].labels):
                part = sum(one.value for one in told if (one.task, one.label) == (task, label))
                assert part + MODELS[task].weights[language].intercepts[at] == pytest.approx(values[0, at])
    first = next(one for one in scorer.explain("Ik ben niet geholpen") if one.label == "negative")
    assert first.term == "geholpen"


def test_a_batch_scores_as_its_texts_do(scorer):
    written = texts(300)[0]
    together = scorer.score(written)
    fresh = Scorer(list(MODELS.values()), modifiers())
    for at in range(0, 300, 30):
        alone = fresh.score(written[at : at + 1])
        for task, values in alone.values.items():
            np.testing.assert_allclose(values[0], together.values[task][at], atol=1e-12)


def test_an_empty_batch_and_an_empty_text(scorer):
    assert len(scorer.score([]).language) == 0
    assert np.isfinite(scorer.score(["", "..."]).words).all()


def test_forgetting_changes_no_scores(scorer):
    written = texts(200)[0]
    forgetful = Scorer(list(MODELS.values()), modifiers())
    forgetful._vocabulary._limit = 20
    for start in range(0, 200, 20):
        one, other = scorer.score(written[start : start + 20]), forgetful.score(written[start : start + 20])
        for task in one.values:
            np.testing.assert_allclose(one.values[task], other.values[task], atol=1e-12)
    assert forgetful._vocabulary.generation > 2


def test_a_scorer_needs_one_model_per_task():
    with pytest.raises(InputError, match="language"):
        Scorer([MODELS[SENTIMENT]], modifiers())
    with pytest.raises(InputError, match="at most one"):
        Scorer([*MODELS.values(), MODELS[SENTIMENT]], modifiers())


def test_the_longest_term_that_fits_counts_alone():
    rows = [("nl", "klacht*", -1.0), ("nl", "klachtl*", 2.0), ("nl", "klachtloos", 1.0)]
    weights = sentiment_model(rows, choices()).weights["nl"]
    for word, same in (("klachten", -1.0), ("klachtloze", 2.0), ("klachtloos", 1.0)):
        alone = sentiment_model([("nl", word, same)], choices()).weights["nl"]
        for text in (word, f"heel {word}", f"niet {word}", f"een beetje {word}"):
            one, other = (scores_with(found, [text], modifiers()) for found in (weights, alone))
            np.testing.assert_allclose(one, other, atol=1e-12)


def test_codes_of_people_and_back():
    polarity = np.array(["-2", "-1", "0", "1", "2", "mixed"], object)
    assert polarities(sentiment_codes(polarity) - 0.5).tolist() == polarity.tolist()


def test_a_model_is_its_table():
    model = MODELS[SENTIMENT]
    again = Model.from_rows(model.rows())
    assert again.version == model.version
    found = [scores_with(one.weights["nl"], texts(50)[0], modifiers()) for one in (model, again)]
    np.testing.assert_array_equal(*found)


def test_a_changed_weight_is_another_version():
    rows = MODELS[SENTIMENT].rows()
    with pytest.raises(InputError, match="not those of version"):
        Model.from_rows([*rows[:-1], (*rows[-1][:-1], rows[-1][-1] + 0.1)])
    with pytest.raises(InputError, match="not those of version"):
        Model.from_rows(rows[:-1])
    with pytest.raises(InputError, match="2 models"):
        Model.from_rows(rows + MODELS[EMOTION].rows())


def test_languages_of_a_model_share_their_labels():
    with pytest.raises(InputError, match="same labels"):
        Model("driver", {
            "nl": Weights.from_cells({(INTERCEPT, "ease"): 0.0}, ["ease"]),
            "en": Weights.from_cells({(INTERCEPT, "trust"): 0.0}, ["trust"]),
        })  # fmt: skip


def test_seeds_cover_every_label_in_both_languages():
    drivers = {row["driver_code"] for row in seed("drivers") if row["driver_kind"] == "customer_driver"}
    for task, labels in ((DRIVER, drivers), (EMOTION, set(EMOTIONS)), (VALUE_ELEMENT, None)):
        assert labels is None or set(MODELS[task].labels) == labels
        for weights in MODELS[task].weights.values():
            assert (np.asarray((weights.matrix > 0).sum(axis=0)).ravel() >= 3).all()
    assert len(MODELS[VALUE_ELEMENT].labels) == 30


def test_terms_of_the_lexicons_can_be_found():
    """A term that no text can have is a slip of the pen."""
    from service_control.text.tokens import tokenise

    for name in ("sentiment", "emotions", "drivers", "value_elements"):
        for row in seed(f"lexicon_{name}"):
            term = row["term"]
            words = [word.removesuffix("*") for word in term.split(" ")]
            assert tokenise(" ".join(words)) == words, term
            assert (term == term.lower() or term[0] in ":;") and len(words) <= 2
            assert "*" not in term or (len(words) == 1 and len(words[0]) >= 3), term


def test_the_simulated_organisation_writes_about_its_drivers():
    """A check of the wiring, no measure of quality: who wrote the lexicon had read these clauses."""
    from service_control.demo.fragments import DRIVER_CLAUSES

    for language, drivers in DRIVER_CLAUSES.items():
        pairs = [
            (driver, clause)
            for driver, tones in drivers.items()
            for tone in tones.values()
            for clause in tone
        ]
        values = scores_with(MODELS[DRIVER].weights[language], [clause for _, clause in pairs], modifiers())
        hits = [values[at, MODELS[DRIVER].labels.index(driver)] >= 0 for at, (driver, _) in enumerate(pairs)]
        assert np.mean(hits) >= 0.75, [pair for pair, hit in zip(pairs, hits, strict=True) if not hit]


def test_every_label_given_has_its_heaviest_terms(scorer):
    """The same labels as the scores say, the same terms as the explanation, heaviest first."""
    written = [
        "Ik ben niet heel goed geholpen, maar het was snel geregeld",
        "The agent was friendly and very helpful",
        "Sehr gut",
        "Ik ben woedend, wat een waardeloze service",
        *texts(200)[0],
    ]
    scores, tags = scorer.score_and_tag(written)
    found = {
        (text, task, label): (score, step, terms.split(", ") if terms else [])
        for text, task, label, score, step, terms in zip(
            tags.text.tolist(),
            tags.task.to_pylist(),
            tags.label.to_pylist(),
            tags.score.tolist(),
            tags.intensity.tolist(),
            tags.terms.to_pylist(),
            strict=True,
        )
    }
    given = {
        (text, task, MODELS[task].labels[label]): values[text, label]
        for task, values in scores.values.items()
        if task != EMOTION_INTENSITY
        for text, label in zip(*np.nonzero(values >= 0), strict=True)
    }
    assert {key: score for key, (score, _, _) in found.items()} == given
    for (text, task, label), (_, step, terms) in found.items():
        told = [one for one in scorer.explain(written[text]) if (one.task, one.label) == (task, label)]
        weight = {one.term: one.value for one in told}
        words = [term.removeprefix("not:").removeprefix("very:").removeprefix("little:") for term in terms]
        assert 1 <= len(terms) <= 3
        heaviest = sorted(weight.values(), reverse=True)[: len(terms)]
        assert [weight[word] for word in words] == pytest.approx(heaviest)
        assert (step > 0) == (task == EMOTION)
    assert found[3, EMOTION, "anger"][1:] == (3, ["woedend"])


def test_the_intensity_of_a_learned_emotion_comes_from_the_word_list():
    """A learned model says that there is anger; how much the words say, and without such words it is mild."""
    cells = {(INTERCEPT, emotion): -1.0 for emotion in EMOTIONS} | {("polis", "anger"): 9.0}
    learned = MODELS[EMOTION].with_language("nl", Weights.from_cells(cells, EMOTIONS))
    words = Model(EMOTION_WORDS, MODELS[EMOTION].weights)
    scorer = Scorer([*(MODELS | {EMOTION: learned}).values(), words], modifiers())
    _, tags = scorer.score_and_tag(["Ik ben woedend over mijn polis", "Ik heb een vraag over mijn polis"])
    found = [
        (text, label, step)
        for text, task, label, step in zip(
            tags.text.tolist(),
            tags.task.to_pylist(),
            tags.label.to_pylist(),
            tags.intensity.tolist(),
            strict=True,
        )
        if task == EMOTION
    ]
    assert found == [(0, "anger", 3), (1, "anger", 1)]
    assert EMOTION_WORDS not in tags.task.to_pylist()
