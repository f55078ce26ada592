"""What customers wrote and said, read by the text library one text after the other; joined and counted here anew.

The library's own tests say whether it reads well. Here it is only asked the same texts as the warehouse asks it.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from orchestration.text_seeds import cold_models, modifiers, scrubber
from service_control.text.lexicon import EMOTIONS
from service_control.text.score import Scorer
from service_control.text.scrub import Person
from service_control.text.tags import MIXED, polarities
from service_control.text.weights import DRIVER, EMOTION, SENTIMENT, VALUE_ELEMENT
from tests.metrics import placed
from tests.metrics.delivered import Delivery


def said(delivery: Delivery) -> pl.DataFrame:
    """reference_id, kind, text, customer_id and contact_id of every text of a customer."""
    scales = {row["scale_id"]: row["kind"] for row in delivery.seed("scales")}
    explanations = {
        (row["survey_code"], row["item_code"])
        for row in delivery.seed("survey_items")
        if row["role"] == "item" and scales[row["scale_id"]] == "text"
    }
    asked = placed.responses(delivery).filter(pl.col("respondent_kind") == "customer")
    surveys = dict(asked.select("response_id", "survey_code").iter_rows())
    written = {
        (response, code): text
        for response, code, text in delivery.rows("answers").iter_rows()
        if (surveys.get(response), code) in explanations and text and text.strip()
    }
    explained = pl.DataFrame(
        [(response, text) for (response, _), text in written.items()],
        schema=["response_id", "text"],
        orient="row",
    ).join(asked, on="response_id")
    feedback = delivery.used("feedback_items").filter(pl.col("text").is_not_null())
    spoken = (
        delivery.used("utterances")
        .filter(pl.col("speaker").fill_null("customer") == "customer", pl.col("text").is_not_null())
        .join(delivery.used("contacts").select("contact_id", "customer_id"), on="contact_id")
    )
    columns = ("customer_id", "contact_id", "text")
    return pl.concat(
        [
            explained.select(*columns, reference_id="response_id", kind=pl.lit("explanation")),
            feedback.select(*columns, reference_id="feedback_item_id", kind=pl.lit("feedback")),
            spoken.select(*columns, reference_id="contact_id", kind=pl.lit("transcript")),
        ]
    )


@cache
def read(delivery: Delivery) -> pl.DataFrame:
    """`said` of texts in a language with a model, with polarity (-2 to 2), is_mixed and topics (task, label)."""
    frame = said(delivery)
    named = {
        row["customer_id"]: Person(row["full_name"] or "", row["email"] or "", row["phone"] or "")
        for row in delivery.used("customers").sort("valid_from", nulls_last=False).iter_rows(named=True)
    }
    staff = {
        row["employee_id"]: Person(row["full_name"] or "", row["email"] or "")
        for row in delivery.used("employees").iter_rows(named=True)
    }
    helper = dict(delivery.used("contacts").select("contact_id", "employee_id").iter_rows())
    scrub = scrubber().scrub
    clean = []
    for text, customer, contact in frame.select("text", "customer_id", "contact_id").iter_rows():
        people = [named.get(customer), staff.get(helper.get(contact))]
        clean.append(scrub(text, [person for person in people if person]).text)
    scorer = Scorer(cold_models(), modifiers())
    scores = scorer.score(clean)
    codes = polarities(scores.values[SENTIMENT])
    labels = {DRIVER: scorer.models[DRIVER].labels, EMOTION: EMOTIONS}
    labels[VALUE_ELEMENT] = scorer.models[VALUE_ELEMENT].labels
    topics = [
        [
            f"{task}:{label}"
            for task, names in labels.items()
            for at, label in enumerate(names)
            if row[task][at] >= 0
        ]
        for row in ({task: scores.values[task][at] for task in labels} for at in range(len(clean)))
    ]
    return frame.with_columns(
        polarity=pl.Series([0 if code in ("", MIXED) else int(code) for code in codes]),
        is_mixed=pl.Series([code == MIXED for code in codes]),
        topics=pl.Series(topics, dtype=pl.List(pl.String)),
        is_read=pl.Series([code != "" for code in codes]),
    ).filter("is_read")


def sentiments(delivery: Delivery) -> pl.DataFrame:
    """reference_id and label of what was read: by the mean of the texts that express something."""
    bound = delivery.assumption("sentiment_from")
    found = (
        read(delivery)
        .group_by("reference_id", "kind")
        .agg(
            score=pl.col("polarity").filter(pl.col("polarity") != 0).mean().fill_null(0.0),
            has_both=pl.col("is_mixed").any()
            | ((pl.col("polarity") > 0).any() & (pl.col("polarity") < 0).any()),
        )
    )
    return found.select(
        "reference_id",
        label=pl.when(pl.col("score") >= bound)
        .then(pl.lit("positive"))
        .when(pl.col("score") <= -bound)
        .then(pl.lit("negative"))
        .when("has_both")
        .then(pl.lit("mixed"))
        .otherwise(pl.lit("neutral")),
    )


def latent(delivery: Delivery) -> pl.DataFrame:
    """Contacts with a reason and words that were read: is_latent, and what `placed.contacts` knows of them."""
    known = {(row["issue_code"], f"{row['task']}:{row['label']}") for row in delivery.seed("reason_topics")}
    words = read(delivery).filter(pl.col("contact_id").is_not_null())
    topics = words.group_by("contact_id").agg(pl.col("topics").explode().drop_nulls().unique())
    rows = topics.join(placed.contacts(delivery), on="contact_id").filter(pl.col("issue_code").is_not_null())
    is_latent = [
        any((issue, topic) not in known for topic in found)
        for issue, found in rows.select(pl.col("issue_code").cast(pl.String), "topics").iter_rows()
    ]
    return rows.with_columns(is_latent=pl.Series(is_latent, dtype=pl.Boolean))
