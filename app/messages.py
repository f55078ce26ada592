"""Messages that marts and builds carry in English, said in the language of the reader.

The English stays in the marts, where other readers have it too. Here a message is taken apart by the sentence that
made it (`phrases.messages`) and put together again in Dutch around the same values. Pure: no Streamlit, no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from phrases.messages import FRAMES, MESSAGES, REASONS
from text import Words

PLACE = re.compile(r"\{(\w+)\}")
NUMBERS = ("count", "expected", "found", "rest", "total")
# What a value may look like, where not everything.
SHAPES = {
    **dict.fromkeys(NUMBERS, "[0-9.,]+"),
    **dict.fromkeys(("code", "column", "folder", "kind", "metric", "table"), r"\S+"),
    "keys": r"\w+(?: and \w+)*",
}


def _number(value: str) -> str:
    return value.translate(str.maketrans(",.", ".,"))


def _check(name: str) -> str | None:
    # Expectations have names in words, dbt tests have identifiers.
    return _dutch(name) or (name if name.isidentifier() else None)


# What a place holds when it is no plain value. Where that has no Dutch, neither has the message.
HOLDS: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys(("problem", "reason", "remedy"), lambda said: _dutch(said)),
    **dict.fromkeys(NUMBERS, _number),
    "check": _check,
    "checks": lambda found: "; ".join(_dutch(check) or check for check in found.split("; ")),
    "code": lambda code: REASONS.get(code, code),
    "kind": MESSAGES.get,
    "keys": lambda names: names.replace(" and ", " en "),
    "options": lambda names: names.replace(" or ", " of "),
}


def _pattern(english: str) -> re.Pattern[str]:
    # re.split with a group: own words and names of places by turns.
    parts = PLACE.split(english)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = (f"(?P<{name}>{SHAPES.get(name, '.*?')})" for name in parts[1::2])
    return re.compile("".join(parts), re.DOTALL)


def _own_words(english: str) -> int:
    return len(PLACE.sub("", english))


# After the frames the sentence that says most by itself comes first: `{file}: {problem}` fits nearly all.
PATTERNS = [
    (_pattern(english), max(PLACE.sub("\n", english).split("\n"), key=len), dutch)
    for english, dutch in (
        *FRAMES.items(),
        *sorted(MESSAGES.items(), key=lambda pair: -_own_words(pair[0])),
    )
]


@lru_cache
def _dutch(said: str) -> str | None:
    """The message in Dutch, None when it is none of those that the project makes."""
    for pattern, sign, dutch in PATTERNS:
        # Most patterns are not even tried: the longest of their own words is not in it.
        if sign in said and (found := pattern.fullmatch(said)):
            values = {
                name: HOLDS[name](value) if name in HOLDS else value
                for name, value in found.groupdict().items()
            }
            if None not in values.values():
                return dutch.format(**values)
    return None


def is_known(said: str, words: Words) -> bool:
    """Whether there is a message in the reader's language; what dbt and DuckDB say themselves is English only."""
    return words.language == "en" or _dutch(said) is not None


def in_words(said: str | None, words: Words) -> str:
    """The message in the reader's language, else as it is."""
    if not said or words.language == "en":
        return said or ""
    return _dutch(said) or said


def reason(code: str, said: str | None, words: Words) -> str:
    """Why a row or a file was rejected. What the code means goes before a message that has no Dutch."""
    if words.language == "en" or not said or is_known(said, words) or code not in REASONS:
        return in_words(said, words) or code
    return f"{REASONS[code]}: {said}"
