"""Ways to run the app in a test: read what a run without a browser says, or serve it on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"


def said(app: AppTest) -> str:
    """All HTML of the page; fails when the page shows an exception."""
    assert not app.exception, app.exception
    return "\n".join(block.value for block in app.markdown)


@contextmanager
def served(folder: Path, *options: str, **variables: str) -> Iterator[str]:
    """Address of the app on a warehouse folder, started in the project as `make app` does it, with further options
    of Streamlit and variables of the environment."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py", "--server.port", str(port)]
    command += options
    environment = os.environ | {"SERVICE_CONTROL_WAREHOUSE": str(folder)} | variables
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health", process)
        yield f"http://localhost:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"streamlit stopped with code {process.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no answer from {address} within {seconds} s")
