"""What the reader looks at, as it stands in the URL: `?per=month&until=2026-05-31&view=team&of=T01`. Pure, no
Streamlit.

Anything in the URL that is unknown falls back to a default and is never an error: links outlive teams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from queries import COMPARISONS, GRAINS, GRAINS_OF_PARTS, SCOPE_KINDS

DEFAULT_GRAIN, DEFAULT_KIND, DEFAULT_COMPARISON = "month", "organisation", COMPARISONS[0]
# The pages in the order of the bar; the first is the one that opens. `nav_<name>` is the title.
PAGES = ("service_control", "drivers", "emotions", "value", "blind_spots", "feedback", "voice", "trust")
# What a link carries from page to page, in this order.
PARAMETERS = (
    "per",
    "until",
    "versus",
    "view",
    "of",
    "outcome",
    "journey",
    "employee",
    "whatif",
    "points",
    "lang",
)


@dataclass(frozen=True)
class View:
    """grain, until, comparison, kind and key select the figures; grains, ends, kinds and names are the options
    of the choices.

    until : last day of the period looked at, one of ends (latest first); None is the latest of each figure.
    names : key to name, within the kind.
    is_known : False when the URL asked for a scope that is not there.
    """

    grain: str
    until: date | None
    comparison: str
    kind: str
    key: str
    grains: tuple[str, ...]
    ends: tuple[date, ...]
    kinds: tuple[str, ...]
    names: dict[str, str]
    is_known: bool = True


def label(scope: Mapping[str, Any], language: str) -> str:
    """Name of a scope; one that only has a code shows it as words: `policy_change` as `Policy change`."""
    name, key = scope[f"scope_name_{language}"], scope["scope_key"]
    if name and name != key:
        return name
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def view_of(
    parameters: Mapping[str, str],
    scopes: Sequence[Mapping[str, Any]],
    periods: Sequence[Mapping[str, Any]],
    language: str,
    offered: Sequence[str] = GRAINS,
) -> View:
    """The view a URL asks for, among the scopes and periods of the snapshot (rows of those two queries) and the
    grains that the page offers."""
    names: dict[str, dict[str, str]] = {kind: {} for kind in SCOPE_KINDS}
    for scope in scopes:
        names.setdefault(scope["scope_kind"], {})[scope["scope_key"]] = label(scope, language)
    kinds = tuple(kind for kind, found in names.items() if found) or (DEFAULT_KIND,)
    kind = parameters.get("view", DEFAULT_KIND)
    key = parameters.get("of", next(iter(names.get(kind, {})), ""))
    is_known = kind == DEFAULT_KIND or key in names.get(kind, {})
    if kind == DEFAULT_KIND or not is_known:
        kind, key = DEFAULT_KIND, next(iter(names[DEFAULT_KIND]), "")
    grains = tuple(grain for grain in offered if kind == DEFAULT_KIND or grain in GRAINS_OF_PARTS)
    grain = parameters.get("per", DEFAULT_GRAIN)
    if grain not in grains:
        grain = DEFAULT_GRAIN
    ends = tuple(period["period_end"] for period in periods if period["period_grain"] == grain)
    comparison = parameters.get("versus", DEFAULT_COMPARISON)
    return View(
        grain,
        _until(parameters.get("until"), ends),
        comparison if comparison in COMPARISONS else DEFAULT_COMPARISON,
        kind,
        key,
        grains,
        ends,
        kinds,
        names[kind],
        is_known,
    )


def _until(asked: str | None, ends: Sequence[date]) -> date | None:
    """The last period that ended by the day asked for, so that it survives another grain; None is the latest."""
    try:
        day = date.fromisoformat(asked or "")
    except ValueError:
        return None
    found = max((end for end in ends if end <= day), default=None)
    return None if found is None or found == ends[0] else found
