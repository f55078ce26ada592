"""`python -m benchmarks.text`: everything about texts on one page in benchmarks/results/."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys

from orchestration.project import ONE_THREAD, ROOT

# What is printed above the output of a command, and the command's module and arguments.
PARTS = (
    ("Scrubbing", "scrubbing"),
    ("Language", "languages"),
    ("Sentiment on texts of others", "quality"),
    ("SQL beside Python", "parity"),
    ("Speed", "speed"),
)
NEEDS_REAL_DATA = "quality"


def main() -> None:
    """Run the commands one after another, each in a process of its own, and write the page."""
    today = datetime.date.today().isoformat()
    page = [
        f"# Texts, {today}",
        "",
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}. Made by `python -m "
        "benchmarks.text`.",
    ]
    for title, module in PARTS:
        if module == NEEDS_REAL_DATA and "SERVICE_CONTROL_REAL_DATA" not in os.environ:
            continue
        waiting = os.getloadavg()[0]
        ran = subprocess.run(
            [sys.executable, "-m", f"benchmarks.text.{module}"],
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            capture_output=True,
            text=True,
            check=True,
        )
        page += [
            "",
            f"## {title}",
            "",
            f"`python -m benchmarks.text.{module}`, begun with {waiting:.0f} processes waiting for or on a core.",
            "",
            ran.stdout.strip(),
        ]
        print(f"{module} done", flush=True)
    path = ROOT / f"benchmarks/results/text_{today}.md"
    path.write_text("\n".join(page) + "\n", encoding="utf-8")
    print(f"written to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
