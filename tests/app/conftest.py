"""Fixtures of the app's tests: planted warehouses, the app without a browser, and a served app."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# `streamlit run` puts app/ on the path, pytest does not.
sys.path[:0] = [str(ROOT / "app"), str(Path(__file__).parent)]

import serving
from streamlit.testing.v1 import AppTest


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse folder with one snapshot in which every state of a card occurs. Not to be changed."""
    folder = tmp_path_factory.mktemp("planted")
    serving.build_serving(folder)
    return folder


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Runs the app on a warehouse folder with the query parameters given; Dutch unless told otherwise."""

    def run(folder: Path, **parameters: str) -> AppTest:
        monkeypatch.setenv("SERVICE_CONTROL_WAREHOUSE", str(folder))
        app = AppTest.from_file(str(ROOT / "app" / "streamlit_app.py"), default_timeout=30)
        for name, value in ({"lang": "nl"} | parameters).items():
            app.query_params[name] = value
        return app.run()

    return run


def said(app: AppTest) -> str:
    """All HTML of the page; fails when the page shows an exception."""
    assert not app.exception, app.exception
    return "\n".join(block.value for block in app.markdown)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Address of the app, served from the root of the project on a free port, as `make run` does it."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py", "--server.port", str(port)]
    environment = os.environ | {"SERVICE_CONTROL_WAREHOUSE": str(folder)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://localhost:{port}/_stcore/health", process)
        yield f"http://localhost:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"streamlit stopped with code {process.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no answer from {address} within {seconds} s")
