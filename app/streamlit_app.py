"""The app: one page says how service stands, the others why, what it is worth, and whether it can be trusted.

Thin: the bar and the page that the URL names. Run it from the root of the project:
`streamlit run app/streamlit_app.py`.
"""

from __future__ import annotations

from pathlib import Path

import _root  # noqa: F401 (first: the others need the path it makes)
import choices
import duckdb
import frame
import messages
import snapshot
import streamlit as st
import trust
from text import Words

from service_control.errors import InputError

HERE = Path(__file__).parent


def main() -> None:
    words = Words(frame.language())
    st.set_page_config(page_icon=str(HERE / "icon.svg"), layout="wide", initial_sidebar_state="collapsed")
    st.html(HERE / "style.css")
    # Not in a folder `pages`: Streamlit itself would run what is in there, before this script.
    pages = {
        name: st.Page(
            HERE / "views" / f"{name}.py",
            title=words[f"nav_{name}"],
            url_path=name.replace("_", "-"),
            default=name == choices.PAGES[0],
        )
        for name in choices.PAGES
    }
    page = st.navigation(list(pages.values()), position="hidden")
    frame.keep_address()
    frame.bar(pages, page, words)
    try:
        viewer = frame.sign_in()
    except InputError as error:
        frame.html(trust.message("rights_title", messages.in_words(str(error), words), words))
        return
    if not viewer.sees_figures:
        frame.html(trust.message("denied_title", words["denied_text"], words))
        return
    path = snapshot.served_path(snapshot.warehouse_folder())
    if path is None:
        frame.watch(None, words)
        return
    frame.served.set(path)
    frame.visitor.set(viewer)
    try:
        page.run()
    except duckdb.Error as error:
        frame.html(trust.full_page("unreadable", snapshot.Build(state="failed", message=str(error)), words))


main()
