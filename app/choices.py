"""What the reader looks at, as it stands in the URL: `?per=month&view=team&of=T01`. Pure, no Streamlit.

Anything in the URL that is unknown falls back to a default and is never an error: links outlive teams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from queries import GRAINS, GRAINS_OF_PARTS, SCOPE_KINDS

DEFAULT_GRAIN, DEFAULT_KIND = "month", "organisation"


@dataclass(frozen=True)
class View:
    """grain, kind and key select the figures; grains, kinds and names are the options of the choices
    (names: key to name, within the kind); is_known is False when the URL asked for a scope that is not
    there."""

    grain: str
    kind: str
    key: str
    grains: tuple[str, ...]
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


def view_of(parameters: Mapping[str, str], scopes: Sequence[Mapping[str, Any]], language: str) -> View:
    """The view a URL asks for, among the scopes of the snapshot (rows of `queries.scopes`)."""
    names: dict[str, dict[str, str]] = {kind: {} for kind in SCOPE_KINDS}
    for scope in scopes:
        names.setdefault(scope["scope_kind"], {})[scope["scope_key"]] = label(scope, language)
    kinds = tuple(kind for kind, found in names.items() if found) or (DEFAULT_KIND,)
    grain = parameters.get("per", DEFAULT_GRAIN)
    kind = parameters.get("view", DEFAULT_KIND)
    key = parameters.get("of", next(iter(names.get(kind, {})), ""))
    is_known = kind == DEFAULT_KIND or key in names.get(kind, {})
    if kind == DEFAULT_KIND or not is_known:
        kind, key = DEFAULT_KIND, next(iter(names[DEFAULT_KIND]), "")
    grains = GRAINS if kind == DEFAULT_KIND else GRAINS_OF_PARTS
    return View(grain if grain in grains else DEFAULT_GRAIN, kind, key, grains, kinds, names[kind], is_known)
