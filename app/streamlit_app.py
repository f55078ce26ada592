"""The service-control page: sixteen figures in a 2 x 2, what changed, and whether it can be trusted.

Thin: choices come from the URL, rows from `queries`, HTML from `cards` and `trust`. Run it from the root of the
project: `streamlit run app/streamlit_app.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cards
import duckdb
import queries
import snapshot
import streamlit as st
import trust
from text import LANGUAGES, Words

HERE = Path(__file__).parent
DEFAULT_GRAIN, DEFAULT_KIND = "month", "organisation"
# Seconds between looks at the warehouse folder: two file stats, so that an open page follows a build.
WATCH_SECONDS = 5
REJECTED_LIMIT = 200


@st.cache_resource(max_entries=2, show_spinner=False, on_release=lambda connection: connection.close())
def connection_to(path: str) -> duckdb.DuckDBPyConnection:
    """One connection per snapshot; a snapshot never changes, so neither does what is cached under its path."""
    return snapshot.connect(path)


@st.cache_data(max_entries=1000, show_spinner=False)
def read(path: str, query: str, *arguments: Any) -> Any:
    """Rows of one function of `queries` on one snapshot."""
    return getattr(queries, query)(connection_to(path), *arguments)


def html(body: str) -> None:
    # st.html removes SVG from what it is given, Markdown does not.
    st.markdown(body, unsafe_allow_html=True)


def choose(parameter: str, options: list[str], default: str) -> str:
    """Value of a choice from the URL, the default when it is absent or not an option; primes the widget."""
    asked = st.query_params.get(parameter, default)
    chosen = asked if asked in options else default
    st.session_state[f"choice_{parameter}"] = chosen
    return chosen


def remember(parameter: str, default: str) -> None:
    """Write a changed widget to the URL, so that a link or a reload shows the same view."""
    chosen = st.session_state[f"choice_{parameter}"]
    if chosen == default:
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = chosen
    if parameter == "view":
        st.query_params.pop("of", None)


def select(parameter: str, label: str, labels: dict[str, str], default: str, width: int) -> None:
    st.selectbox(
        label,
        list(labels),
        format_func=labels.__getitem__,
        key=f"choice_{parameter}",
        on_change=remember,
        args=(parameter, default),
        filter_mode="contains" if len(labels) > 10 else None,
        width=width,
    )


def default_language() -> str:
    """The browser's language when it is Dutch or English, else Dutch."""
    asked = (st.context.locale or "").split("-")[0].lower()
    return asked if asked in LANGUAGES else next(iter(LANGUAGES))


@st.fragment(run_every=WATCH_SECONDS)
def watch(path: str | None, words: Words) -> None:
    """Show the state of the build, and start the page again when another snapshot is served."""
    folder = snapshot.warehouse_folder()
    if snapshot.served_path(folder) != path:
        st.rerun(scope="app")
    build = snapshot.read_build(folder)
    if path is None:
        html(trust.full_page("empty", build, words))
    elif note := trust.build_note(build, snapshot.snapshot_time(path), words):
        html(note)


def details(path: str, words: Words) -> None:
    """The tables behind the strip, read only when they are opened."""
    expander = st.expander(words["trust_details"], key="details", on_change="rerun")
    if not expander.open:
        return
    names = ("sources", "checks", "rejected", "definitions")
    for name, tab in zip(names, expander.tabs([words[f"tab_{name}"] for name in names]), strict=True):
        with tab:
            if name == "rejected":
                html(trust.rejected_table(read(path, name, REJECTED_LIMIT), REJECTED_LIMIT, words))
            else:
                html(getattr(trust, f"{name}_table")(read(path, name), words))


def page(path: str, language: str) -> None:
    """Everything on the page of one snapshot. Raises duckdb.Error when the snapshot lacks what the app reads."""
    words = Words(language)
    scopes = read(path, "scopes")
    kinds = [kind for kind in queries.SCOPE_KINDS if any(scope["scope_kind"] == kind for scope in scopes)]
    grain = choose("per", list(queries.GRAINS), DEFAULT_GRAIN)
    kind = choose("view", kinds or [DEFAULT_KIND], DEFAULT_KIND)
    names = {scope["scope_key"]: scope["scope_name"] for scope in scopes if scope["scope_kind"] == kind}
    first = next(iter(names), "")
    key = choose("of", list(names), first)
    asked = [st.query_params.get("view", kind), st.query_params.get("of", key)]

    # Read everything first: a snapshot that lacks something must not leave half a page.
    rows = read(path, "cards", grain, kind, key)
    course = read(path, "sparklines", grain, kind, key)
    counts = read(path, "trust")
    scope_label = words["scope_organisation"] if kind == DEFAULT_KIND else f"{words[f'scope_{kind}']} {names[key]}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="top"):
        html(cards.head(rows, grain, scope_label, words))
        with st.container(horizontal=True, horizontal_alignment="right", width="content", key="choices"):
            select("per", words["choose_grain"], {g: words[f"grain_{g}"] for g in queries.GRAINS}, DEFAULT_GRAIN, 176)
            select("view", words["choose_scope_kind"], {k: words[f"scope_{k}"] for k in kinds}, DEFAULT_KIND, 168)
            if kind != DEFAULT_KIND:
                select("of", words["choose_scope"], names, first, 176)
            select("lang", words["choose_language"], LANGUAGES, default_language(), 136)
    watch(path, words)
    if asked != [kind, key]:
        html(f'<div class="sc note" role="status">{words["scope_unknown"]}</div>')
    html(cards.story(rows, grain, words))
    html(cards.board(rows, course, grain, words))
    html(trust.strip(counts, snapshot.snapshot_time(path), words))
    details(path, words)


def main() -> None:
    st.set_page_config(
        page_title="Service control",
        page_icon=str(HERE / "icon.svg"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.html(HERE / "style.css")
    language = choose("lang", list(LANGUAGES), default_language())
    path = snapshot.served_path(snapshot.warehouse_folder())
    if path is None:
        watch(None, Words(language))
        return
    try:
        page(path, language)
    except duckdb.Error as error:
        html(trust.full_page("unreadable", snapshot.Build(state="failed", message=str(error)), Words(language)))


main()
