"""The voice of the customer for the public: reviews.json and a page, made of the mart public_voice.

Belongs here: how released words look outside the organisation. Not here: which words are released, and that they are
scrubbed (models/marts/service_control/public_voice.sql).
"""

from __future__ import annotations

import html
import json
import os
from pathlib import Path
from typing import Any

import duckdb

from orchestration.warehouse import records

# The mean of all who answered, not of the words that were chosen: an average of chosen words would be a choice.
RATING = """
select n, value, scale_minimum, scale_maximum, period_end
from marts.metric_values
inner join marts.dim_metrics using (metric_code)
where metric_code = 'csat_mean' and scope_kind = 'organisation' and period_grain = 'rolling_12_months'
    and is_complete_period
order by period_start desc
limit 1
"""
REVIEWS = "select * from marts.public_voice order by said_month desc, voice_id"
TEXTS = {
    "nl": ("Wat klanten zeggen", "gemiddeld {value} van {best} uit {n} antwoorden tot en met {until}"),
    "en": ("What customers say", "{value} of {best} on average, from {n} answers up to {until}"),
}
ORGANISATION = "SERVICE_CONTROL_ORGANISATION"


def write_voice(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write reviews.json and index.html from schema `marts` of the database in use; nothing without released words."""
    found = {name for (name,) in connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'marts'"
    ).fetchall()}  # fmt: skip
    folder.mkdir()
    if not {"public_voice", "metric_values", "dim_metrics"} <= found:
        return
    reviews, ratings = (records(connection, query) for query in (REVIEWS, RATING))
    if not reviews:
        return
    told = aggregate(reviews, ratings[0] if ratings else None, os.environ.get(ORGANISATION, ""))
    (folder / "reviews.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "index.html").write_text(page(told), encoding="utf-8")


def aggregate(
    reviews: list[dict[str, Any]], rating: dict[str, Any] | None, organisation: str
) -> dict[str, Any]:
    """As schema.org has it: an Organization with its AggregateRating and Reviews."""
    told: dict[str, Any] = {"@context": "https://schema.org", "@type": "Organization"}
    if organisation:
        told["name"] = organisation
    if rating:
        told["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(rating["value"], 2),
            "ratingCount": rating["n"],
            "worstRating": rating["scale_minimum"],
            "bestRating": rating["scale_maximum"],
        }
        told["dateModified"] = rating["period_end"].isoformat()
    told["review"] = [
        {
            "@type": "Review",
            "identifier": review["voice_id"],
            "datePublished": f"{review['said_month']:%Y-%m}",
            "inLanguage": review["language"],
            "reviewBody": review["words"],
        }
        | ({"reviewRating": {"@type": "Rating", "ratingValue": review["rating"]}} if review["rating"] else {})
        for review in reviews
    ]
    return told


def page(told: dict[str, Any]) -> str:
    """One static page without scripts of its own; the data for search engines stand in it."""
    rating = told.get("aggregateRating")
    headings = []
    for language, (title, summary) in TEXTS.items():
        line = ""
        if rating:
            value, best = (f"{rating[name]:.1f}" for name in ("ratingValue", "bestRating"))
            if language == "nl":
                value, best = value.replace(".", ","), best.replace(".", ",")
            words = summary.format(
                value=value, best=best, n=rating["ratingCount"], until=told["dateModified"]
            )
            line = f"<p>{html.escape(words)}</p>"
        headings.append(f'<header lang="{language}"><h1>{html.escape(title)}</h1>{line}</header>')
    quotes = [
        f'<blockquote lang="{html.escape(review["inLanguage"] or "nl")}"><p>{html.escape(review["reviewBody"])}</p>'
        f"<footer>{review['datePublished']}{_mark(review, rating)}</footer></blockquote>"
        for review in told["review"]
    ]
    # "</" would end the script
    data = json.dumps(told, ensure_ascii=False).replace("</", "<\\/")
    return "\n".join([
        '<!doctype html><html lang="nl"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(TEXTS['nl'][0])}</title>",
        "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}"
        "blockquote{margin:1.5rem 0;padding-left:1rem;border-left:3px solid #999}footer{color:#555}</style>",
        f'<script type="application/ld+json">{data}</script></head><body>',
        *headings,
        *quotes,
        "</body></html>",
        "",
    ])  # fmt: skip


def _mark(review: dict[str, Any], rating: dict[str, Any] | None) -> str:
    given = review.get("reviewRating")
    return f" · {given['ratingValue']:g}/{rating['bestRating']:g}" if given and rating else ""
