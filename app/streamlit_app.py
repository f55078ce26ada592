"""The service-control page: sixteen figures in a 2 x 2, what changed, and whether it can be trusted.

Thin: choices come from the URL, rows from `queries`, HTML from `cards` and `trust`. Run it from the root of
the project: `streamlit run app/streamlit_app.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cards
import definition
import duckdb
import queries
import snapshot
import streamlit as st
import trust
from choices import DEFAULT_GRAIN, DEFAULT_KIND, View, view_of
from text import LANGUAGES, Words

HERE = Path(__file__).parent
# Seconds between looks at the warehouse folder: two small reads, so that an open page follows a build.
WATCH_SECONDS = 5
REJECTED_LIMIT = 200


@st.cache_resource(max_entries=2, show_spinner=False, on_release=lambda connection: connection.close())
def connection_to(path: str) -> duckdb.DuckDBPyConnection:
    """One connection per snapshot; a snapshot never changes, so neither does what is cached under its
    path."""
    return snapshot.connect(path)


@st.cache_data(max_entries=1000, show_spinner=False)
def read(path: str, query: str, *arguments: Any) -> Any:
    """Rows of one function of `queries` on one snapshot."""
    return getattr(queries, query)(connection_to(path), *arguments)


def html(body: str) -> None:
    # st.html removes SVG from what it is given, Markdown does not.
    st.markdown(body, unsafe_allow_html=True)


def browser_language() -> str:
    """The browser's language when it is Dutch or English, else Dutch."""
    asked = (st.context.locale or "").split("-")[0].lower()
    return asked if asked in LANGUAGES else next(iter(LANGUAGES))


def language() -> str:
    asked = st.query_params.get("lang")
    return asked if asked in LANGUAGES else browser_language()


def remember(parameter: str, default: str | None) -> None:
    """Write a changed widget to the URL, so that a link or a reload shows the same view."""
    chosen = st.session_state[f"choice_{parameter}"]
    if parameter == "view":
        st.query_params.pop("of", None)
    if chosen == default:
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = chosen


def select(
    parameter: str, label: str, labels: dict[str, str], chosen: str, default: str | None, width: int
) -> None:
    # The URL decides, so the widget is set to it on every run; it tells its own changes through `remember`.
    st.session_state[f"choice_{parameter}"] = chosen
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


def top(view: View, rows: list[queries.Row], words: Words) -> None:
    """Title on the left, choices on the right."""
    scope = words["whole_organisation"]
    if view.kind != DEFAULT_KIND:
        scope = f"{words[f'scope_{view.kind}'].lower()} {view.names[view.key]}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="top"):
        html(cards.head(rows, view.grain, scope, words))
        with st.container(horizontal=True, horizontal_alignment="right", width="content", key="choices"):
            grains = {grain: words[f"grain_{grain}"] for grain in view.grains}
            select("per", words["choose_grain"], grains, view.grain, DEFAULT_GRAIN, 176)
            kinds = {kind: words[f"scope_{kind}"] for kind in view.kinds}
            select("view", words["choose_scope_kind"], kinds, view.kind, DEFAULT_KIND, 168)
            if view.kind != DEFAULT_KIND:
                select("of", words["choose_scope"], view.names, view.key, None, 186)
            st.session_state["choice_lang"] = words.language
            st.segmented_control(
                words["choose_language"],
                list(LANGUAGES),
                format_func=LANGUAGES.__getitem__,
                key="choice_lang",
                required=True,
                on_change=remember,
                args=("lang", browser_language()),
            )


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
    names = ("sources", "checks", "rejected", "definitions", "assumptions")
    for name, tab in zip(names, expander.tabs([words[f"tab_{name}"] for name in names]), strict=True):
        with tab:
            if name == "rejected":
                html(trust.rejected_table(read(path, name, REJECTED_LIMIT), REJECTED_LIMIT, words))
            elif name == "definitions":
                limits = definition.limits(read(path, "assumptions"))
                html(trust.definitions_table(read(path, name), limits, words))
            else:
                html(getattr(trust, f"{name}_table")(read(path, name), words))


def page(path: str, words: Words) -> None:
    """Everything on the page of one snapshot. Raises duckdb.Error when the snapshot lacks what the app
    reads."""
    view = view_of(st.query_params, read(path, "scopes"), words.language)
    # Read everything before drawing: a snapshot that lacks something must not leave half a page.
    rows = read(path, "cards", view.grain, view.kind, view.key)
    course = read(path, "sparklines", view.grain, view.kind, view.key)
    counts = read(path, "trust")
    if view.kind != DEFAULT_KIND and "of" not in st.query_params:
        st.query_params["of"] = view.key  # a shared link keeps its scope when another one comes first
    top(view, rows, words)
    watch(path, words)
    if not view.is_known:
        html(f'<div class="sc note" role="status" lang="{words.language}">{words["scope_unknown"]}</div>')
    html(cards.story(rows, view.grain, words))
    html(cards.board(rows, course, view.grain, words))
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
    words = Words(language())
    path = snapshot.served_path(snapshot.warehouse_folder())
    if path is None:
        watch(None, words)
        return
    try:
        page(path, words)
    except duckdb.Error as error:
        html(trust.full_page("unreadable", snapshot.Build(state="failed", message=str(error)), words))


main()
