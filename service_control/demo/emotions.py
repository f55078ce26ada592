"""Answers with an image: what a panel of customers felt in each contact, what it did to the relation, and how
they look back on a journey.

The mark follows the quality of the contact, the relation follows the mark and the feeling follows the relation, each
by a table of shares in `TRUTH`, so that a high mark hides what the tables say it hides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clock import DAY_SECONDS, next_waking_moment
from .contacts import JOURNEY_OF_ISSUE, JOURNEYS, Contacts
from .parameters import TRUTH
from .population import Customers
from .streams import normals, pick_rows, stream
from .surveys import HISTORY_SECONDS, NO_ANSWER
from .verbatims import EMOTIONS, HIGH, LOW, MIDDLE

NEUTRAL, SURPRISE = EMOTIONS.index("neutral"), EMOTIONS.index("surprise")
NOBODY = -9
"""No answer on a scale that itself has negative values."""


@dataclass
class EmotionSurvey:
    """One entry per response; those that look back on a journey stand behind the others and have no image."""

    contact: np.ndarray
    submitted: np.ndarray
    emotion: np.ndarray  # felt, a row of EMOTIONS; NEUTRAL for those who look back
    intensity: np.ndarray  # felt, 0-3
    tone: np.ndarray  # LOW, MIDDLE or HIGH
    image: np.ndarray  # emotion of the image that was chosen, NO_ANSWER when none
    has_text: np.ndarray
    label: np.ndarray  # emotion by the imported model; only where there is a text
    sentiment: np.ndarray  # score by the imported model
    is_reviewed: np.ndarray
    mark: np.ndarray  # NaN: no answer
    relation: np.ndarray  # 0 weakened, 1 unchanged, 2 strengthened, NO_ANSWER
    looking_back: np.ndarray  # -3 .. 3, NOBODY when not asked

    @property
    def count(self) -> int:
        """Number of responses."""
        return len(self.contact)


def _emotion(rng: np.random.Generator, tone: np.ndarray, journey: np.ndarray) -> np.ndarray:
    """An emotion for each row, drawn by the shares of its sign and journey; NEUTRAL where tone is MIDDLE."""
    emotion = np.full(len(tone), NEUTRAL)
    for side, tables in ((LOW, TRUTH.negative_emotions), (HIGH, TRUTH.positive_emotions)):
        shares = np.zeros((len(JOURNEYS), len(EMOTIONS)))
        for code, table in tables:
            rows = slice(None) if code == "" else JOURNEYS.index(code)
            shares[rows] = [dict(table).get(name, 0.0) for name in EMOTIONS]
        of_side = np.flatnonzero(tone == side)
        emotion[of_side] = pick_rows(rng, shares, journey[of_side])
    return emotion


def _other_than(
    rng: np.random.Generator, emotion: np.ndarray, tone: np.ndarray, journey: np.ndarray, share: float
) -> np.ndarray:
    """The emotion, or for a share of those who felt anything one drawn anew; a surprise is always recognised."""
    drawn = _emotion(rng, tone, journey)
    is_wrong = (rng.random(len(emotion)) < share) & (emotion != SURPRISE)
    return np.where(is_wrong, drawn, emotion)


def survey_emotions(seed: int, block: int, customers: Customers, contacts: Contacts) -> EmotionSurvey:
    """The panel's answers after each contact and, where a journey had enough moments, on the journey."""
    rng = stream(seed, block, "emotion_survey")
    in_panel = customers.consents & (rng.random(customers.count) < TRUTH.emotion_panel_share)
    answers = in_panel[contacts.customer] & (rng.random(contacts.count) < TRUTH.emotion_response_share)
    submitted = next_waking_moment(contacts.started + rng.integers(1800, 20 * 3600, contacts.count))
    rows = np.flatnonzero(answers & (submitted < HISTORY_SECONDS))
    rows = rows[np.argsort(submitted[rows], kind="stable")]
    size, journey = len(rows), JOURNEY_OF_ISSUE[contacts.issue[rows]]

    mark = TRUTH.emotion_mark_base + TRUTH.emotion_mark_per_quality * contacts.quality[rows]
    mark = np.clip(np.round(2 * (mark + TRUTH.emotion_mark_noise * normals(rng, size))) / 2, 1, 10)
    band = np.searchsorted([band.lowest for band in TRUTH.mark_bands], mark, side="right") - 1
    relation = pick_rows(rng, np.array([band.relation for band in TRUTH.mark_bands]), band).astype(int)
    tone = pick_rows(rng, np.array([row.sign for row in TRUTH.relations]), relation).astype(int)
    intensity = 1 + pick_rows(rng, np.array([row.intensity for row in TRUTH.relations]), relation).astype(int)
    intensity[tone == MIDDLE] = 0
    emotion = _emotion(rng, tone, journey)
    emotion[(tone != MIDDLE) & (rng.random(size) < TRUTH.emotion_surprise_share)] = SURPRISE
    image = _other_than(rng, emotion, tone, journey, TRUTH.emotion_wrong_image_share)
    image[rng.random(size) < TRUTH.emotion_blank_share] = NO_ANSWER
    has_text = (image != NO_ANSWER) & (rng.random(size) < TRUTH.emotion_text_share)
    label = _other_than(rng, emotion, tone, journey, TRUTH.emotion_wrong_label_share)
    sentiment = TRUTH.emotion_sentiment * (tone - MIDDLE) + TRUTH.sentiment_noise * normals(rng, size)
    survey = EmotionSurvey(
        contact=rows, submitted=submitted[rows], emotion=emotion, intensity=intensity, tone=tone, image=image,
        has_text=has_text, label=label, sentiment=np.clip(sentiment, -2, 2),
        is_reviewed=has_text & (rng.random(size) < TRUTH.emotion_reviewed_share),
        mark=np.where(rng.random(size) < TRUTH.emotion_blank_share, np.nan, mark),
        relation=np.where(rng.random(size) < TRUTH.emotion_blank_share, NO_ANSWER, relation),
        looking_back=np.full(size, NOBODY),
    )  # fmt: skip
    return _looked_back(stream(seed, block, "looking_back"), contacts, survey)


def expressed(survey: EmotionSurvey) -> np.ndarray:
    """Feeling as it can be known from the answers, -3 to 3: of a surprise only its explanation tells the sign."""
    is_unclear = (survey.emotion == SURPRISE) & ~survey.has_text
    return np.where(is_unclear, 0, (survey.tone - MIDDLE) * survey.intensity)


def journeys(contacts: Contacts, survey: EmotionSurvey) -> list[np.ndarray]:
    """Rows of the moments of each journey with enough of them, in order of time."""
    rows = np.flatnonzero(survey.image != NO_ANSWER)
    contact = survey.contact[rows]
    started = contacts.started[contact]
    key = contacts.customer[contact] * len(JOURNEYS) + JOURNEY_OF_ISSUE[contacts.issue[contact]]
    order = np.lexsort((started, key))
    rows, key, day = rows[order], key[order], started[order] // DAY_SECONDS
    gap = np.diff(day) > TRUTH.journey_gap_days
    begins = np.flatnonzero(np.append(True, (key[1:] != key[:-1]) | gap))
    return [part for part in np.split(rows, begins[1:]) if len(part) >= TRUTH.journey_minimum_moments]


def _looked_back(rng: np.random.Generator, contacts: Contacts, survey: EmotionSurvey) -> EmotionSurvey:
    felt = expressed(survey)
    last, remembered = [], []
    for rows in journeys(contacts, survey):
        moments = felt[rows]
        backwards = moments[::-1]
        peak = backwards[np.argmax(np.abs(backwards))]  # of equal ones the later
        last.append(rows[-1])
        remembered.append(
            TRUTH.looking_back_per_peak_end * (peak + moments[-1]) / 2
            + TRUTH.looking_back_per_mean * moments.mean()
        )
    size = len(last)
    rows = np.array(last, int)
    value = np.clip(np.round(np.array(remembered) + TRUTH.looking_back_noise * normals(rng, size)), -3, 3)
    back = rng.integers(TRUTH.journey_gap_days + 1, TRUTH.journey_gap_days + 8, size)
    submitted = next_waking_moment(survey.submitted[rows] + back * DAY_SECONDS)
    asked = (rng.random(size) < TRUTH.looking_back_share) & (submitted < HISTORY_SECONDS)
    rows, value, submitted = rows[asked], value[asked].astype(int), submitted[asked]

    def added(values: np.ndarray, fill: float) -> np.ndarray:
        return np.concatenate([values, np.full(len(rows), fill, values.dtype)])

    return EmotionSurvey(
        contact=np.concatenate([survey.contact, survey.contact[rows]]),
        submitted=np.concatenate([survey.submitted, submitted]),
        emotion=added(survey.emotion, NEUTRAL), intensity=added(survey.intensity, 0),
        tone=added(survey.tone, MIDDLE), image=added(survey.image, NO_ANSWER),
        has_text=added(survey.has_text, False), label=added(survey.label, NEUTRAL),
        sentiment=added(survey.sentiment, 0.0), is_reviewed=added(survey.is_reviewed, False),
        mark=added(survey.mark, np.nan), relation=added(survey.relation, NO_ANSWER),
        looking_back=np.concatenate([survey.looking_back, value]),
    )  # fmt: skip
