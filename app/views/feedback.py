"""The page feedback."""

from __future__ import annotations

import frame


def show(at: frame.Here) -> None:
    frame.top(at, at.words["nav_feedback"], [frame.scope_label(at)], "")
    frame.absent(at, "feedback")


show(frame.current())
