"""The page value."""

from __future__ import annotations

import frame


def show(at: frame.Here) -> None:
    frame.top(at, at.words["nav_value"], [frame.scope_label(at)], "")
    frame.absent(at, "value")


show(frame.current())
