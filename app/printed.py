"""The service-control page on paper: one file of HTML that needs nothing else and prints on one A4."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from text import Words

STYLE = Path(__file__).with_name("style.css")


def page(about: Sequence[str], story: str, board: str, strip: str, words: Words) -> str:
    """Title, story, board and strip as they are on the screen (HTML), in a document of their own."""
    title = escape(words["nav_service_control"])
    head = "".join(f"<span>{escape(part)}</span>" for part in about)
    return (
        f'<!doctype html><html lang="{words.language}" class="paper"><head><meta charset="utf-8">'
        f"<title>{title} · {escape(about[0])}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f'<div class="sc head"><div class="title" role="heading" aria-level="1">{title}</div>'
        f'<div class="about">{head}</div></div>{story}{board}{strip}</body></html>\n'
    )
