"""The page emotions."""

from __future__ import annotations

import frame


def show(at: frame.Here) -> None:
    frame.top(at, at.words["nav_emotions"], [frame.scope_label(at)], "")
    frame.absent(at, "emotions")


show(frame.current())
