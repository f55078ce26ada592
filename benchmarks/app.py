"""`python -m benchmarks.app`: how quickly the app paints, follows a choice, and serves fifty readers at once.

Three measurements on one published warehouse, the app in a process of its own on two cores:

    first paint    a browser opens the service-control page; until all sixteen cards stand there and the run is done
    choice         a reader picks another grain or scope; from the click until the last card has changed
    sessions       readers at the level of the protocol (WebSocket, no browser) who each turn to another view every few
                   seconds; from asking until the last part of the page arrived

A browser per reader would measure the browsers. Percentiles are of one run on a machine whose load is told.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import itertools
import os
import platform
import random
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from orchestration.project import ROOT

PAGE = Path(__file__).parent / "results"
PORT = 8699
CORES = 2
SEED = 2026
LARGEST_MESSAGE = 64 * 2**20
# (what, limit in seconds, which percentile is held against it)
LIMITS = {"first paint": (1.5, 50), "choice": (0.3, 95), "sessions": (1.5, 95)}
# Everything is drawn: the run is done and the board is there.
PAINTED = """() => document.querySelectorAll('.card').length === 16
    && document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'"""
# From a click on an option to the last change of the page.
WATCH = """() => {
    window.changedAt = null; window.clickedAt = null;
    document.addEventListener('pointerdown', () => { window.clickedAt = performance.now(); }, {capture: true});
    const every = {subtree: true, childList: true, characterData: true};
    new MutationObserver(() => { window.changedAt = performance.now(); })
        .observe(document.querySelector('[data-testid="stMain"]'), every);
}"""
HEAD = "document.querySelector('.head').innerText"


@contextmanager
def app(warehouse: Path) -> Iterator[str]:
    """The app on two cores, started as `make app` starts it."""
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py", "--server.port", str(PORT)]
    environment = os.environ | {"SERVICE_CONTROL_WAREHOUSE": str(warehouse)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://localhost:{PORT}/"
    try:
        cores = sorted(os.sched_getaffinity(0))[:CORES]
        os.sched_setaffinity(process.pid, cores)
        _wait_for(f"{address}_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"the app stopped with code {process.returncode}")


def views(warehouse: Path) -> list[str]:
    """Queries of URLs that readers turn to: every scope at the grains that parts have."""
    with duckdb.connect(str(warehouse / "serving.duckdb"), read_only=True) as connection:
        scopes = connection.execute(
            "select distinct scope_kind, scope_key from marts.service_control order by all"
        ).fetchall()
    return [
        f"lang=nl&per={grain}&view={kind}&of={key}"
        for (kind, key), grain in itertools.product(scopes, ("week", "month", "quarter", "rolling_12_months"))
    ]


def in_browser(address: str, loads: int, changes: int) -> dict[str, list[float]]:
    """Seconds of first paints and of choices."""
    sys.path.insert(0, str(ROOT / "app"))
    from screenshots import SIZES, chromium, settle

    paints, choices = [], []
    with chromium() as browser:
        context = browser.new_context(viewport=SIZES["desk"], locale="nl-NL")
        for turn in range(loads + 1):
            page = context.new_page()
            begin = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.wait_for_function(PAINTED, polling="raf")
            if turn:  # the first one fills the caches of the app and of the browser
                paints.append(time.perf_counter() - begin)
            if turn < loads:
                page.close()
        settle(page)
        grains = ["Per week", "Per kwartaal", "Laatste 12 maanden", "Per maand"]
        for turn in range(changes + len(grains)):
            page.get_by_role("combobox", name="Periode").click()
            option = page.get_by_role("option", name=grains[turn % len(grains)], exact=True)
            option.wait_for()
            before = page.evaluate(HEAD)
            page.evaluate(WATCH)
            option.click()
            page.wait_for_function(f"before => {HEAD} !== before", arg=before)
            settle(page)
            clicked, changed = page.evaluate("[window.clickedAt, window.changedAt]")
            if turn >= len(grains):  # every view was seen once: warm
                choices.append((changed - clicked) / 1000)
    return {"first paint": paints, "choice": choices}


async def _reader(
    number: int, seconds: float, pause: float, queries: Sequence[str], took: list[float], wrong: list[str]
) -> None:
    chance = random.Random(f"{SEED} {number}")
    await asyncio.sleep(chance.uniform(0, pause))
    try:
        async with websockets.connect(
            f"ws://localhost:{PORT}/_stcore/stream", subprotocols=["streamlit"], max_size=LARGEST_MESSAGE
        ) as socket:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                took.append(await _turn(socket, chance.choice(queries)))
                await asyncio.sleep(chance.uniform(pause / 2, pause * 3 / 2))
    except (OSError, websockets.WebSocketException, RuntimeError) as error:
        wrong.append(f"reader {number}: {error}")


async def _turn(socket: websockets.ClientConnection, query: str) -> float:
    """Ask for a view; seconds until the run is done. Raises RuntimeError when the page shows an exception."""
    asked = BackMsg()
    asked.rerun_script.query_string = query
    begin = time.perf_counter()
    await socket.send(asked.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await socket.recv())
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(message.delta.new_element.exception.message)
        if kind == "script_finished":
            return time.perf_counter() - begin


async def sessions(
    count: int, seconds: float, pause: float, queries: Sequence[str]
) -> tuple[list[float], list[str]]:
    """Seconds of every view that the readers asked for, and what went wrong."""
    took: list[float] = []
    wrong: list[str] = []
    await asyncio.gather(*(_reader(n, seconds, pause, queries, took, wrong) for n in range(count)))
    return took, wrong


def percentile(values: Sequence[float], part: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]


def line(name: str, values: Sequence[float], note: str = "") -> str:
    limit, part = LIMITS[name]
    found = [percentile(values, each) for each in (50, 95, 99)]
    numbers = " | ".join(f"{value:.2f}" for value in found)
    held = f"p{part} ≤ {limit} s: " + ("yes" if percentile(values, part) <= limit else "no")
    return f"| {name}{note} | {len(values):,} | {numbers} | {held} |"


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.app", description=main.__doc__)
    parser.add_argument("--warehouse", type=Path, default=ROOT / "warehouse")
    parser.add_argument("--loads", type=int, default=20)
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--pause", type=float, default=6.0, help="mean seconds between two views of a reader")
    options = parser.parse_args()
    lines = []
    with app(options.warehouse) as address:
        before = os.getloadavg()[0]
        found = in_browser(address, options.loads, options.changes)
        after = os.getloadavg()[0]
        lines += [f"{line(name, values)} {before:.1f} → {after:.1f} |" for name, values in found.items()]
        before = os.getloadavg()[0]
        took, wrong = asyncio.run(
            sessions(options.sessions, options.seconds, options.pause, views(options.warehouse))
        )
        told = f", {options.sessions} readers for {options.seconds:.0f} s, {len(wrong)} errors"
        lines.append(f"{line('sessions', took, told)} {before:.1f} → {os.getloadavg()[0]:.1f} |")
    today = datetime.date.today().isoformat()
    text = "\n".join(
        [
            f"# The app, {today}",
            "",
            f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}; the app on {CORES} of "
            "them. Made by `python -m benchmarks.app`; what is measured stands there. Seconds; load is that of the "
            "whole machine (1 minute) before → after.",
            "",
            "| What | Times | p50 | p95 | p99 | Limit | Load |",
            "|---|---:|---:|---:|---:|---|---|",
            *lines,
            "",
            *wrong[:10],
        ]
    )
    file = PAGE / f"app_{today}.md"
    file.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
