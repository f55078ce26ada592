"""Fixtures of the app's tests: a warehouse with every state planted, and the app without a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from tests.app import serving
from tests.app.running import APP

# `streamlit run` puts app/ on the path, pytest does not.
sys.path.insert(0, str(APP))
# How long a state may take to come, in ms: a page that is drawn in a moment takes many on a machine with other work.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse folder with one snapshot in which every state of a card occurs. Not to be changed."""
    folder = tmp_path_factory.mktemp("planted")
    serving.build_serving(folder)
    return folder


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Runs a page of the app on a warehouse folder with the query parameters given; Dutch unless told
    otherwise."""

    def run(folder: Path, page: str = "service_control", **parameters: str) -> AppTest:
        monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(folder))
        app = AppTest.from_file(str(APP / "streamlit_app.py"), default_timeout=60)
        for name, value in ({"lang": "nl"} | parameters).items():
            app.query_params[name] = value
        app.run()
        return app if page == "service_control" else app.switch_page(f"views/{page}.py").run()

    return run


# Playwright's loop must not outlive a module: other tests of the session start loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from screenshots import chromium  # from app/, which is on the path only since the line above

    with chromium() as opened:
        yield opened
