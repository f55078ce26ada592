"""The key of a text: equal texts are scored once."""

from __future__ import annotations

import hashlib


def text_hash(scrubbed: str) -> str:
    """SHA-256 of a normalised, scrubbed text, 64 hexadecimal digits. Capitals count: they change the score.

    >>> text_hash("Top")[:8]
    'd5cdfcf7'
    """
    return hashlib.sha256(scrubbed.encode()).hexdigest()
