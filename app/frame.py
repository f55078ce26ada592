"""What all pages share: the bar, the choices in the URL, the title with its story, panels with a chart, its table
and its CSV, and the state of the build.

Belongs here: everything that talks to Streamlit on behalf of more than one page. Not here: SQL (`queries`), what
a figure says (`cards`, `stories`, `charts`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from typing import Any

import access
import choices
import duckdb
import formats
import queries
import snapshot
import streamlit as st
import trust
from access import Viewer
from choices import View
from streamlit.errors import StreamlitSecretNotFoundError
from tables import Column, rows_table
from text import LANGUAGES, Words

Row = dict[str, Any]
ALL_CHOICES = ("per", "until", "versus", "view")
# Seconds between looks at the warehouse folder: two small reads, so that an open page follows a build.
WATCH_SECONDS = 5
WIDTHS = {"per": 138, "until": 154, "versus": 176, "view": 132, "of": 176}
WIDE = 300


# The snapshot of this run: set once, so that a page that started on one finishes on it.
served: ContextVar[str] = ContextVar("served")
visitor: ContextVar[Viewer] = ContextVar("visitor")


@dataclass(frozen=True)
class Here:
    """Where the reader is: the snapshot, the view that the URL asks for, the language; and the key of the whole
    organisation."""

    path: str
    view: View
    words: Words
    viewer: Viewer
    organisation: str

    @property
    def figures(self) -> tuple[Any, ...]:
        """grain, until, kind, key: what selects the figures of a mart with scopes."""
        return self.view.grain, self.view.until, self.view.kind, self.view.key


@st.cache_resource(max_entries=2, show_spinner=False, on_release=lambda connection: connection.close())
def connection_to(path: str) -> duckdb.DuckDBPyConnection:
    """One connection per snapshot; a snapshot never changes, so neither does what is cached under its
    path."""
    return snapshot.connect(path)


@st.cache_data(max_entries=1000, show_spinner=False)
def read(path: str, query: str, *arguments: Any) -> Any:
    """Rows of one function of `queries` on one snapshot."""
    return getattr(queries, query)(connection_to(path), *arguments)


@st.cache_data(max_entries=200, show_spinner=False)
def read_feedback(
    path: str, query: str, employees: tuple[str, ...], teams: tuple[str, ...], *arguments: Any
) -> Any:
    """Rows about single employees. The rights are part of the query and of the key under which its rows are kept."""
    return getattr(queries, query)(connection_to(path), employees, teams, *arguments)


def mart(at: Here, query: str, name: str, *arguments: Any) -> list[Row]:
    """Rows of a mart; none when the snapshot does not have it, as one of an older version."""
    return read(at.path, query, name, *arguments) if read(at.path, "exists", name) else []


@st.cache_data(max_entries=1000, show_spinner=False)
def _drawn(
    key: tuple[Any, ...], _draw: Callable[..., Any], _rows: Sequence[Row], _options: Sequence[Any]
) -> Any:
    return _draw(_rows, Words(key[1]), *_options)


def drawn(at: Here, draw: Callable[..., Any], rows: Sequence[Row], *options: Any) -> dict[str, Any]:
    """The chart that `draw` makes of rows, words and options, kept per snapshot and view: making one takes longer
    than reading its rows. The rows must follow from the view and the options."""
    key = (
        at.path,
        at.words.language,
        *at.figures,
        at.view.comparison,
        draw.__module__,
        draw.__name__,
        *options,
    )
    return _drawn(key, draw, rows, options)


def html(body: str) -> None:
    # st.html removes SVG from what it is given, Markdown does not.
    st.markdown(body, unsafe_allow_html=True)


# Choices
# -----------------------------------------------------------------------------------------------------


def browser_language() -> str:
    """The browser's language when it is Dutch or English, else Dutch."""
    asked = (st.context.locale or "").split("-")[0].lower()
    return asked if asked in LANGUAGES else next(iter(LANGUAGES))


def language() -> str:
    asked = st.query_params.get("lang")
    return asked if asked in LANGUAGES else browser_language()


def kept() -> dict[str, str]:
    """The parameters that a link to another page takes along."""
    return {name: st.query_params[name] for name in choices.PARAMETERS if name in st.query_params}


def current(grains: Sequence[str] = queries.GRAINS) -> Here:
    """The view of this run, at one of the grains that the page has figures for. Raises duckdb.Error when the
    snapshot lacks what the app reads."""
    path, spoken = served.get(), language()
    scopes, periods = read(path, "scopes"), read(path, "periods")
    view = choices.view_of(st.query_params, scopes, periods, spoken, grains)
    whole = next((scope["scope_key"] for scope in scopes if scope["scope_kind"] == choices.DEFAULT_KIND), "")
    return Here(path, view, Words(spoken), visitor.get(), whole)


def chosen(parameter: str, options: Sequence[str]) -> str:
    """What the URL names among the options, else the first."""
    asked = st.query_params.get(parameter)
    return asked if asked in options else options[0]


def remember(parameter: str, default: str | None) -> None:
    """Write a changed widget to the URL, so that a link or a reload shows the same view."""
    value = st.session_state[f"choice_{parameter}"]
    for narrower in {"view": ("of",), "whatif": ("points",)}.get(parameter, ()):
        st.query_params.pop(narrower, None)
    if value == default:
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = value


def forget() -> None:
    for name in choices.PARAMETERS:
        if name != "lang":
            st.query_params.pop(name, None)


def select(parameter: str, label: str, labels: Mapping[str, str], value: str, default: str | None) -> None:
    # The URL decides, so the widget is set to it on every run; it tells its own changes through `remember`.
    st.session_state[f"choice_{parameter}"] = value
    st.selectbox(
        label,
        list(labels),
        format_func=labels.__getitem__,
        key=f"choice_{parameter}",
        on_change=remember,
        args=(parameter, default),
        filter_mode="contains" if len(labels) > 10 else None,
        placeholder=Words(language())["choose"],
        width=WIDTHS.get(parameter, WIDE),
    )


def _choices(at: Here, uses: Sequence[str]) -> None:
    view, words = at.view, at.words
    with st.container(horizontal=True, horizontal_alignment="right", width="content", key="choices"):
        if "per" in uses:
            grains = {grain: words[f"grain_{grain}"] for grain in view.grains}
            select("per", words["choose_grain"], grains, view.grain, choices.DEFAULT_GRAIN)
        if "until" in uses:
            ends = {"": words["until_latest"]} | {
                end.isoformat(): formats.ending(view.grain, end, words) for end in view.ends[1:]
            }
            until = view.until.isoformat() if view.until else ""
            select("until", words["choose_until"], ends, until, "")
        if "versus" in uses:
            comparisons = {name: words[f"versus_{name}"] for name in queries.COMPARISONS}
            select("versus", words["choose_versus"], comparisons, view.comparison, choices.DEFAULT_COMPARISON)
        if "view" in uses:
            kinds = {kind: words[f"scope_{kind}"] for kind in view.kinds}
            select("view", words["choose_scope_kind"], kinds, view.kind, choices.DEFAULT_KIND)
            if view.kind != choices.DEFAULT_KIND:
                select("of", words["choose_scope"], view.names, view.key, None)
        if set(kept()) - {"lang"}:
            st.button(words["reset"], key="reset", type="tertiary", on_click=forget)


def scope_label(at: Here) -> str:
    if at.view.kind == choices.DEFAULT_KIND:
        return at.words["whole_organisation"]
    return f"{at.words[f'scope_{at.view.kind}'].lower()} {at.view.names[at.view.key]}"


# The bar and the top of a page
# -----------------------------------------------------------------------------------------------------


def has_provider() -> bool:
    """Whether an identity provider is configured ([auth] in .streamlit/secrets.toml)."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def sign_in() -> Viewer:
    """Who is at the app. Raises InputError when the table of rights cannot be read."""
    if not has_provider():
        return access.ANYBODY
    # An address that the provider says it did not verify is anybody's.
    if not st.user.is_logged_in or st.user.get("email_verified") is False:
        return access.NOBODY
    return access.viewer_of(str(st.user.get("email") or ""), access.read_rights(access.roles_file()))


# Streamlit returns from a login to the home page. Who is not signed in leaves the address asked for behind in the
# tab (no cookie); who then lands on the home page is brought to it. No address elsewhere begins with that of home.
LEAVE_ADDRESS = """<script>
addEventListener("pagehide", () => sessionStorage.setItem("asked", location.href));
</script>"""
FOLLOW_ADDRESS = """<script>{
const home = location.href, asked = sessionStorage.getItem("asked");
sessionStorage.removeItem("asked");
if (home.endsWith("/") && asked?.startsWith(home) && asked !== home) location.replace(asked);
}</script>"""


def keep_address() -> None:
    """Bring the reader, after signing in, to the page and the view that the link named."""
    if has_provider():
        script = FOLLOW_ADDRESS if st.user.is_logged_in else LEAVE_ADDRESS
        st.html(script, unsafe_allow_javascript=True)


def bar(pages: Mapping[str, Any], current_page: Any, words: Words) -> None:
    """The app's own navigation; every link takes the view along, the page itself is a word."""
    parameters = kept()
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        html(
            f'<div class="sc brand" lang="{words.language}" aria-hidden="true"><span class="squares"><i></i><i></i>'
            f"<i></i><i></i></span></div>"
        )
        with st.container(horizontal=True, vertical_alignment="center", width="stretch", key="links"):
            for name, page in pages.items():
                label = words[f"nav_{name}"]
                if page == current_page:
                    html(
                        f'<div class="sc here" lang="{words.language}" aria-current="page">{escape(label)}</div>'
                    )
                else:
                    st.page_link(page, label=label, query_params=parameters)
        st.session_state["choice_lang"] = words.language
        st.segmented_control(
            words["choose_language"],
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="choice_lang",
            required=True,
            on_change=remember,
            args=("lang", browser_language()),
            label_visibility="collapsed",
        )
        if has_provider():
            if st.user.is_logged_in:
                st.button(words["sign_out"], key="sign_out", type="tertiary", on_click=st.logout)
            else:
                st.button(words["sign_in"], key="sign_in", type="tertiary", on_click=st.login)


def top(at: Here, title: str, about: Sequence[str], story: str, uses: Sequence[str] = ALL_CHOICES) -> None:
    """Title on the left, the choices that this page answers to on the right, the story below.

    about : what the figures are about, the first part in bold. story : HTML of `stories`.
    """
    view, words = at.view, at.words
    if "view" in uses and view.kind != choices.DEFAULT_KIND and "of" not in st.query_params:
        st.query_params["of"] = view.key  # a shared link keeps its scope when another one comes first
    with st.container(horizontal=True, vertical_alignment="bottom", key="top"):
        html(head(title, about, words))
        if uses:
            _choices(at, uses)
    watch(at.path, words)
    if not view.is_known:
        note(words["scope_unknown"], words)
    elif "view" not in uses and view.kind != choices.DEFAULT_KIND:
        note(words["scope_not_here"].format(scope=scope_label(at)), words)
    html(story)


def head(title: str, about: Sequence[str], words: Words) -> str:
    tags = ["b"] + ["span"] * len(about)
    parts = "".join(f"<{tag}>{escape(part)}</{tag}>" for tag, part in zip(tags, about, strict=False))
    return (
        f'<div class="sc head" lang="{words.language}"><div class="title" role="heading" aria-level="1">'
        f'{escape(title)}</div><div class="about">{parts}</div></div>'
    )


def note(said: str, words: Words) -> None:
    html(f'<div class="sc note" role="status" lang="{words.language}">{escape(said)}</div>')


def absent(at: Here, name: str) -> None:
    """Why a sheet has no figures: the mart is not there, or it has none for this selection."""
    html(absence(at, name))


def absence(at: Here, name: str) -> str:
    """The same as HTML."""
    there = read(at.path, "exists", name)
    why = at.words["absent_rows"] if there else at.words["absent_mart"].format(mart=name)
    return _nothing(at.words["absent_title"], why, at.words)


def empty(title: str, why: str, words: Words) -> None:
    """An honest place where figures would be: what is missing, and because of what."""
    html(_nothing(title, why, words))


def _nothing(title: str, why: str, words: Words) -> str:
    return (
        f'<div class="sc nothing" role="status" lang="{words.language}"><b>{escape(title)}</b>'
        f"<span>{escape(why)}</span></div>"
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
    elif said := trust.build_note(build, snapshot.snapshot_time(path), words):
        html(said)


# Panels
# -----------------------------------------------------------------------------------------------------


@contextmanager
def panel(key: str, title: str, said: str, words: Words) -> Iterator[None]:
    """A sheet with a title in plain words and a line on how to read it (interval, n)."""
    said = said.replace(" = ", f"{formats.NO_BREAK}={formats.NO_BREAK}")  # n and its number stay on one line
    with st.container(border=True, key=f"panel_{key}"):
        html(
            f'<div class="sc sheet" lang="{words.language}"><div class="sheet-title" role="heading" '
            f'aria-level="2">{escape(title)}</div><p>{escape(said)}</p></div>'
        )
        yield


def chart(key: str, specification: dict[str, Any], alt: str) -> None:
    """alt : what a screen reader says instead of the drawing."""
    st.vega_lite_chart(spec=specification, key=f"chart_{key}", theme=None, alt=alt)


def evidence(
    key: str,
    mart: str,
    rows: Sequence[Row],
    columns: Sequence[Column],
    words: Words,
    of_mart: Sequence[Row] | None = None,
) -> None:
    """The table behind a chart, and the rows of the mart as they are in a CSV.

    of_mart : the rows of the mart, where the table shows them in another form.
    """
    expander = st.expander(words["evidence"], key=f"evidence_{key}", on_change="rerun")
    if expander.open:
        with expander:
            html(rows_table(rows, columns, words["evidence"], words))
            download(key, mart, rows if of_mart is None else of_mart, words)


def footer(at: Here, mart: str, rows: Sequence[Row], page: str) -> None:
    """Downloads of a whole page: the rows of its mart, and the page on paper (HTML)."""
    with st.container(horizontal=True, key="footer"):
        download("page", mart, rows, at.words)
        st.download_button(
            at.words["print"],
            data=page,
            file_name="service_control.html",
            mime="text/html",
            key="download_print",
            on_click="ignore",
            type="tertiary",
        )


def download(key: str, mart: str, rows: Sequence[Row], words: Words) -> None:
    """Rows of a mart as a CSV, made with the page: a file that is made when it is asked for is gone after two more
    script runs of any reader, with twelve others within a second (Streamlit 1.67)."""
    st.download_button(
        words["download"].format(name=f"{mart}.csv"),
        data=as_csv(rows),
        file_name=f"{mart}.csv",
        mime="text/csv",
        key=f"download_{key}",
        on_click="ignore",
        type="tertiary",
    )


def as_csv(rows: Sequence[Row]) -> str:
    """Rows with the columns and the values of the mart: numbers in full, moments in ISO 8601, empty for NULL.

    A text that a spreadsheet would take for a formula gets a quote in front.
    """
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return "" if value is None else value
