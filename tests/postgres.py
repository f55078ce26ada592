"""A PostgreSQL of the tests' own: Debian's server in a folder under /tmp, reached by a socket there."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

# Nothing may depend on how a server is set up, so this one is set up unlike any developer's.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "fsync": "off",
    "timezone": "Australia/Lord_Howe",
    "datestyle": "SQL, DMY",
    "shared_buffers": "64MB",
}
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Server:
    """A running server. `environment` is what libpq needs to reach it as its superuser."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"PGHOST": str(self.folder), "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": "postgres"}

    def address(self, database: str, user: str = "postgres") -> str:
        return f"host={self.folder} port=5432 user={user} dbname={database}"

    def create(self, database: str, options: str = "") -> str:
        """Make an empty database, instead of one of that name; returns its address."""
        for statement in (
            f"drop database if exists {database} with (force)",
            f"create database {database} {options}",
        ):
            self.ask("postgres", statement)
        return self.address(database)

    def ask(self, database: str, statement: str, user: str = "postgres") -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.address(database, user))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server; it ends with the block, or with this process."""
    programs = _programs()
    # A short path of its own: a socket's path has at most 107 characters, and pytest's folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="service-control-pg-", dir="/tmp"))
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        user = next(name for name in ("postgres", "nobody") if _is_user(name))
        shutil.chown(folder, user)
        as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    try:
        made = subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            capture_output=True, text=True, check=False, cwd=folder, **as_user,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            child = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder, *settings],
                stdout=log, stderr=log, cwd=folder, preexec_fn=_end_with_parent, **as_user,
            )  # fmt: skip
        try:
            yield _answering(Server(folder), child)
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    for folder in sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name)
    ):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        pytest.fail(
            "PostgreSQL is not installed: `make test` does it as root, else install the package 'postgresql'"
        )
    return Path(found).parent


def _answering(server: Server, child: subprocess.Popen) -> Server:
    deadline = time.monotonic() + 60
    while True:
        try:
            server.ask("postgres", "select 1")
            return server
        except psycopg2.OperationalError:
            assert child.poll() is None and time.monotonic() < deadline, (server.folder / "log").read_text()
            time.sleep(0.05)


def _is_user(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _end_with_parent() -> None:
    # A killed test run leaves no server behind.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
