"""A command in a process of its own: how long, how much memory, how it ended.

Belongs here: the clock and the outcome. Not here: which commands (ways.py).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.project import ROOT

OK, OUT_OF_MEMORY, FAILED, NOT_AVAILABLE = "ok", "out of memory", "failed", "not available"
# DuckDB, Python, the JVM and PostgreSQL say it in their own words.
SAYS_OUT_OF_MEMORY = re.compile(
    r"Out of Memory Error|MemoryError|OutOfMemoryError|out of memory|memory allocation of \d+ bytes failed",
    re.IGNORECASE,
)
# ru_maxrss is in bytes on macOS and in KiB elsewhere.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
LAST_WORDS = 600


@dataclass(frozen=True)
class Measured:
    """Wall-clock and processor seconds, peak resident MB of the largest process, and how it ended.

    `message` holds the last words of a run that did not end well.
    """

    outcome: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    message: str = ""


def run(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Run a command to its end. A failure is an outcome, not an exception.

    The peak is never below what this process held when it started the command: Linux counts the child from its fork.
    """
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    outcome, message = OK, ""
    if process.returncode:
        # The kernel's way of saying that memory is out.
        killed = process.returncode == -signal.SIGKILL
        outcome = OUT_OF_MEMORY if killed or SAYS_OUT_OF_MEMORY.search(said) else FAILED
        message = said[-LAST_WORDS:].strip()
    return Measured(
        outcome,
        round(seconds, 3),
        round(usage.ru_utime + usage.ru_stime, 3),
        round(usage.ru_maxrss * RSS_UNIT / 1e6, 1),
        message,
    )
