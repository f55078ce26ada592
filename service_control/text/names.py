"""Names of people in a text: behind a title, behind words that introduce, or by their first name."""

from __future__ import annotations

import re
from collections.abc import Iterable

PLACEHOLDER = "[name]"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_WORD = rf"(?:(?:Mc|Mac|O'|d'|D'|El-|Al-)?{_CAPITAL}[\w'’-]*\w|{_CAPITAL}\.(?:{_CAPITAL}\.)*)"
_PARTICLE = (
    r"(?:(?i:van|von|de|den|der|het|'t|te|ten|ter|el|al|la|le|du|di|da|dos|op|in|bin|ben|ibn|vd|v\.d\.)"
    r"(?: (?:den|der|de|het|'t|la))?)"
)
# As many names as follow each other: "Jan-Willem van der Berg", "J. Smit", "van Rijn".
_FULL = rf"(?:{_PARTICLE} )?{_WORD}(?: (?:{_PARTICLE} )?{_WORD}){{0,3}}"
_TITLE = (
    r"(?i:mevrouw|mevr\.?|mw\.?|meneer|mijnheer|de heer|dhr\.?|heer|juffrouw|mrs?\.?|ms\.?|miss|dr\.?|drs\.?|ir\.?|"
    r"prof\.?|professor|sir|madam)"
)
_INTRODUCTION = (
    r"(?i:mijn naam is|m'n naam is|naam:|ik heet|ik ben|u spreekt met|je spreekt met|met vriendelijke groeten?,?|"
    r"vriendelijke groeten?,?|hartelijke groeten?,?|met groet,?|groeten,?|groetjes,?|groet,?|gr\.?,?|mvg\.?,?|"
    r"geholpen door|gesproken met|gebeld met|sprak met|belde met|telefoon met|hallo,? met|collega|medewerker|medewerkster|"
    r"genaamd|dank aan|dankzij|bedankt,?|volgens|mijn man|mijn vrouw|mijn zoon|mijn dochter|mijn partner|"
    r"my name is|my name's|i am|i'm|this is|kind regards,?|best regards,?|regards,?|best wishes,?|cheers,?|sincerely,?|"
    r"helped by|served by|spoke to|spoke with|speak to|speak with|spoken to|spoken with|talked to|talked with|"
    r"talk to|dealt with by|thanks to|thank you,?|thanks,?|named|called|colleague|my husband|my wife|my son|my daughter|"
    r"my partner)"
)
_BEHIND_TITLE = re.compile(rf"(?<!\w)({_TITLE}) ({_FULL})")
_BEHIND_INTRODUCTION = re.compile(rf"(?<!\w)({_INTRODUCTION}) ({_FULL})")
_LOWER_BEHIND = re.compile(
    rf"(?<!\w)((?i:mijn naam is|ik heet|my name is|i am|i'm|this is|ik ben|{_TITLE[4:-1]})) "
    rf"([^\W\d_]+(?:-[^\W\d_]+)?)((?: {_PARTICLE})*(?: [^\W\d_]+)?)"
)
_INITIALS = re.compile(rf"(?<![\w.])(?:{_CAPITAL}\.)+ ?(?:{_PARTICLE} )?{_CAPITAL}[\w'-]+")
_SURNAME = rf"(?: (?:{_PARTICLE} )?{_WORD}){{0,2}}"
_CAPITALISED = re.compile(rf"(?<![\w\[@]){_CAPITAL}[\w'-]*")
_CUES = re.compile(
    r"\b(?:naam|heet|heer|meneer|mijnheer|mevrouw|mevr|mw|dhr|name|mrs?|ms|miss|dr|ik ben|i am|i'm|this is)\b", re.IGNORECASE
)
# What may stand between a sentence's end and its first word.
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…)\]\n\"“”(/*•>-])[\s\"'“”(*-]*$")
# Words that begin with a capital behind an introduction and are no name ("Ik ben Nederlander", "I am Dutch" are listed).
_NEVER = frozenset("i ik u ok de het een the a an en and maar but met with service team".split())
# Words that go on with the sentence behind a name in lower case.
_GOES_ON = frozenset(
    "en maar ik uit van de het een met was is en heb heeft wil wacht bel mijn van, and but i from with the a was is have "
    "has want my who die dat".split()
)


class NameFinder:
    """Masks names and says whether a capitalised word is left that nobody knows.

    Parameters
    ----------
    first_names, names_nobody : words in any case. A word in neither list is unknown, and may be a name.
    """

    def __init__(self, first_names: Iterable[str], names_nobody: Iterable[str]) -> None:
        self._nobody = {word.lower() for word in names_nobody} | _NEVER
        self._first = {name.lower() for name in first_names} - self._nobody

    def mask(self, text: str) -> str:
        """The text with every name found as `[name]`; the same object when there is none."""
        capitals = _CAPITALISED.findall(text)
        has_cue = _CUES.search(text) is not None
        if not has_cue and not capitals:
            return text
        masked = text
        if capitals:
            masked = _BEHIND_TITLE.sub(self._behind, masked)
            masked = _BEHIND_INTRODUCTION.sub(self._behind, masked)
            masked = _INITIALS.sub(PLACEHOLDER, masked)
            masked = self._by_first_name(masked)
        if has_cue:
            masked = _LOWER_BEHIND.sub(self._lower_behind, masked)
        return text if masked == text else masked

    def has_unknown(self, text: str) -> bool:
        """Whether a capitalised word stands within a sentence that is in no list and not all capitals."""
        for match in _CAPITALISED.finditer(text):
            word = match[0]
            if word.isupper() or self._is_nobody(word):
                continue
            if not _SENTENCE_START.search(text[: match.start()]):
                return True
        return False

    def _is_nobody(self, word: str) -> bool:
        lower = word.lower()
        return lower in self._nobody or lower.removesuffix("'s") in self._nobody

    def _behind(self, match: re.Match[str]) -> str:
        first = match[2].split(" ")[0]
        if first[0].isupper() and self._is_nobody(first):
            return match[0]
        return f"{match[1]} {PLACEHOLDER}"

    def _lower_behind(self, match: re.Match[str]) -> str:
        if match[2].lower() not in self._first:
            return match[0]
        # "karin visser en …": the next word is a surname unless it goes on with the sentence.
        surname = match[3].rpartition(" ")[2].lower()
        return f"{match[1]} {PLACEHOLDER}" + (match[3] if surname in _GOES_ON else "")


    def _by_first_name(self, text: str) -> str:
        def masked(match: re.Match[str]) -> str:
            return PLACEHOLDER

        names = sorted(
            {word for word in _CAPITALISED.findall(text) if self._is_first(word)}, key=len, reverse=True
        )
        for name in names:
            text = re.sub(rf"(?<![\w\[]){re.escape(name)}(?!\w){_SURNAME}", masked, text)
        return text

    def _is_first(self, word: str) -> bool:
        return any(part in self._first for part in (word.lower(), word.lower().removesuffix("'s"), word.lower().split("-")[0]))
