"""Text to tokens. Belongs here: what a text and a word are. Not here: which words mean something (terms.py)."""

from __future__ import annotations

import html
import re
import unicodedata

# Words with inner apostrophes and hyphens, placeholders of scrubbing, emoji, smileys, and marks that end a clause.
# Numbers are no tokens: what is left of them after scrubbing is amounts and durations.
TOKEN = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*|\[[a-z]+\]|[:;]-?[()DP]|[\u2600-\u27bf\U0001f300-\U0001faff]|[.,;:!?()\n]+"
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "‑": "-", "–": "-", "\u00ad": ""})
SMILES = frozenset(":;")


def normalise(text: str) -> str:
    """Unicode NFC without HTML entities, runs of spaces as one, plain quotes; lines and capitals are kept.

    >>> normalise(" Het  is zo&#39;n   gedoe ")
    "Het is zo'n gedoe"
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    if "&" in text:
        text = html.unescape(text)
    if "\n" in text or "\r" in text:
        return "\n".join(line for line in (" ".join(part.split()) for part in text.splitlines()) if line)
    return " ".join(text.split())


def tokenise(text: str) -> list[str]:
    """Tokens of a normalised text, as written.

    >>> tokenise("Niet goed, zo'n gedoe! Groet [name]")
    ['Niet', 'goed', ',', "zo'n", 'gedoe', '!', 'Groet', '[name]']
    """
    return TOKEN.findall(text)


def is_word(token: str) -> bool:
    """Whether a token counts as a word; an emoji and a smiley do, a mark or a placeholder does not."""
    first = token[0]
    return (
        first.isalpha()
        or ord(first) >= 0x2600
        or (first in SMILES and len(token) > 1 and token[-1] in "()DP")
    )
