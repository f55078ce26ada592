"""Service control: sixteen figures in a 2 x 2, what changed, and whether it can be trusted."""

from __future__ import annotations

import cards
import definition
import frame
import printed
import snapshot
import stories
import trust


def show(at: frame.Here) -> None:
    view, words = at.view, at.words
    # Read everything before drawing: a snapshot that lacks something must not leave half a page.
    rows = frame.read(at.path, "cards", *at.figures, view.comparison)
    course = frame.read(at.path, "sparklines", *at.figures)
    in_mart = frame.read(at.path, "headline_values", *at.figures)
    counts = frame.read(at.path, "trust")
    limits = definition.limits(frame.read(at.path, "assumptions"))
    about = cards.about(rows, view.grain, frame.scope_label(at), words)
    story = stories.line(stories.changes(rows, view.grain, words), words)
    strip = trust.strip(counts, snapshot.snapshot_time(at.path), words)
    frame.top(at, words["nav_service_control"], about, story)
    board = cards.board(rows, course, view.grain, limits, words)
    frame.html(board)
    frame.html(strip)
    frame.footer(at, "metric_values", in_mart, printed.page(about, story, board, strip, words))


show(frame.current())
