"""The page voice."""

from __future__ import annotations

import frame


def show(at: frame.Here) -> None:
    frame.top(at, at.words["nav_voice"], [frame.scope_label(at)], "")
    frame.absent(at, "voice")


show(frame.current())
