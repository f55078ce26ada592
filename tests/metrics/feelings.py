"""What customers felt, from the delivered files by the definitions alone: images, explanations, reviews, journeys."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from math import floor

import polars as pl

from tests.metrics import placed
from tests.metrics.delivered import Delivery
from tests.metrics.placed import SCOPES

SIGNS = {"strengthened": 1, "unchanged": 0, "weakened": -1}


@cache
def images(delivery: Delivery) -> pl.DataFrame:
    """response_id, item_code, image, emotion, intensity, valence and feeling of every image that was chosen."""
    library = {
        row["image_code"]: (row["emotion_code"], int(row["intensity"]))
        for row in delivery.seed("emotion_images")
    }
    valence = {row["emotion_code"]: int(row["valence"]) for row in delivery.seed("emotions")}
    asked = {
        (row["survey_code"], row["item_code"])
        for row in delivery.seed("survey_items")
        if row["scale_id"] == "emotion_image"
    }
    customers = placed.responses(delivery).filter(pl.col("respondent_kind") != "employee")
    surveys = dict(customers.select("response_id", "survey_code").iter_rows())
    chosen: dict[str, dict[str, str]] = defaultdict(dict)
    for response, item, text in delivery.rows("answers").iter_rows():
        if (surveys.get(response), item) in asked and text in library:
            chosen[response][item] = text
    explained, reviewed = latest(delivery, "emotion"), latest(delivery, "emotion_review")
    tone = {reference: label for reference, (label, _) in latest(delivery, "sentiment").items()}
    sign = {"positive": 1, "negative": -1}
    weight = delivery.assumption("emotion_explanation_weight")
    rows = []
    for response, answers in chosen.items():
        for item, code in answers.items():
            emotion, intensity = library[code]
            if len(answers) == 1:
                emotion, intensity = refined(emotion, intensity, explained.get(response), weight)
                if response in reviewed:
                    emotion, intensity = reviewed[response][0], int(reviewed[response][1])
            direction = sign.get(tone.get(response), 0) if emotion == "surprise" else valence[emotion]
            rows.append((response, item, code, emotion, intensity, direction, direction * intensity))
    names = ["response_id", "item_code", "image", "emotion", "intensity", "valence", "feeling"]
    return pl.DataFrame(rows, schema=names, orient="row")


def latest(delivery: Delivery, kind: str) -> dict[str, tuple[str, float]]:
    """Label and score of the last model that looked, by reference."""
    scores = delivery.used("text_scores").filter(pl.col("kind") == kind)
    scores = scores.sort("scored_at", "model_version", "model").group_by("reference_id").last()
    return {
        key: (label, score)
        for key, label, score in scores.select("reference_id", "label", "score").iter_rows()
    }


def refined(
    emotion: str, intensity: int, explained: tuple[str, float] | None, weight: float
) -> tuple[str, int]:
    """The emotion that image and explanation tell together; at equal strength the words decide."""
    if explained is None or explained[0] == "neutral":
        return emotion, intensity
    words, strength = explained[0], int(explained[1])
    if words == emotion:
        return emotion, floor(weight * strength + (1 - weight) * intensity + 0.5)
    return (words, strength) if weight * strength >= (1 - weight) * intensity else (emotion, intensity)


@cache
def responses(delivery: Delivery) -> pl.DataFrame:
    """Responses with an image or a word on the relation: feeling (-3 to 3), relation, mark, day and scopes."""
    felt = images(delivery).group_by("response_id").agg(feeling=pl.col("feeling").sum().clip(-3, 3))
    scores = placed.scored(delivery)
    asked = {
        name: scores.filter(pl.col("item_code") == item).select("response_id", pl.col("x").alias(name))
        for name, item in {"change": "relation_change", "mark": "contact_mark"}.items()
    }
    every = felt.join(asked["change"], on="response_id", how="full", coalesce=True)
    every = every.join(asked["mark"], on="response_id", how="left")
    every = every.join(placed.responses(delivery), on="response_id")
    word = pl.coalesce(pl.col("change").cast(pl.Int64), pl.col("feeling").sign())
    return every.with_columns(relation=word.replace_strict({v: k for k, v in SIGNS.items()}, default=None))


def of_emotions(delivery: Delivery) -> pl.DataFrame:
    """Observations of NEV and of what high marks hide."""
    told = responses(delivery)
    felt = told.filter(pl.col("feeling").is_not_null())
    known = told.filter(pl.col("relation").is_not_null())
    weakened = 100.0 * (pl.col("relation") == "weakened").cast(pl.Float64)
    mark = pl.col("mark")
    metrics = [
        ("nev_share", felt, 100.0 * pl.col("feeling").sign()),
        ("nev_intensity", felt, 100.0 * pl.col("feeling") / 3),
        ("weakened_at_8", known.filter((mark >= 8) & (mark < 9)), weakened),
        ("weakened_at_9_10", known.filter(mark >= 9), weakened),
    ]
    return pl.concat(
        frame.select("day", *SCOPES, person="customer_id", metric_code=pl.lit(code), y=y.cast(pl.Float64))
        for code, frame, y in metrics
    )


@dataclass
class Journey:
    """Moments of one customer in one journey, in order of time: (moment, response_id, touchpoint, feeling)."""

    customer: str
    journey: str
    moments: list[tuple[datetime, str, str, int]]
    ended: date
    remembered: float | None = None

    @property
    def peak(self) -> tuple[datetime, str, str, int]:
        return max(self.moments, key=lambda moment: (abs(moment[3]), moment[0], moment[1]))

    @property
    def mean(self) -> float:
        return sum(moment[3] for moment in self.moments) / len(self.moments)

    @property
    def peak_end(self) -> float:
        return (self.peak[3] + self.moments[-1][3]) / 2


@cache
def journeys(delivery: Delivery, last_day: date) -> list[Journey]:
    """All that are over, with how the customer looked back on them."""
    contacts = placed.contacts(delivery).select("contact_id", "started_at", "touchpoint", started_on="day")
    told = responses(delivery).filter(pl.col("feeling").is_not_null()).join(contacts, on="contact_id")
    rows = told.select(
        "customer_id", "journey", "started_at", "response_id", "touchpoint", "feeling", "started_on"
    )
    gap = delivery.assumption("journey_gap_days")
    found: list[Journey] = []
    for customer, journey, moment, response, touchpoint, feeling, day in rows.sort(
        "customer_id", "journey", "started_at", "response_id"
    ).iter_rows():
        one = (moment, response, touchpoint, feeling)
        before = found[-1] if found else None
        if (
            before
            and (before.customer, before.journey) == (customer, journey)
            and (day - before.ended).days <= gap
        ):
            before.moments.append(one)
            before.ended = day
        else:
            found.append(Journey(customer, journey, [one], day))
    asked = placed.scored(delivery).filter(pl.col("item_code") == "journey_memory")
    asked = asked.join(placed.responses(delivery), on="response_id").join(contacts, on="contact_id")
    by_customer: dict[tuple[str, str], list[Journey]] = defaultdict(list)
    for journey in found:
        by_customer[journey.customer, journey.journey].append(journey)
    for customer, name, moment, x in asked.select("customer_id", "journey", "started_at", "x").iter_rows():
        begun = [one for one in by_customer[customer, name] if one.moments[0][0] <= moment]
        if begun:
            begun[-1].remembered = x
    least = delivery.assumption("journey_minimum_moments")
    return [one for one in found if len(one.moments) >= least and (last_day - one.ended).days > gap]
