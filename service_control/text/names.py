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
    r"prof\.?|professor|fam\.?|familie|sir|madam)"
)
_INTRODUCTION = (
    r"(?i:mijn naam is|m'n naam is|naam:|ik heet|ik ben|u spreekt met|je spreekt met|met vriendelijke groeten?,?|"
    r"vriendelijke groeten?,?|hartelijke groeten?,?|met groet,?|groeten,?|groetjes,?|groet,?|gr\.?,?|mvg\.?,?|"
    r"geholpen door|gesproken met|gebeld met|sprak met|belde met|telefoon met|hallo,? met|collega|medewerker|"
    r"medewerkster|genaamd|dank aan|dankzij|bedankt,?|volgens|mijn man|mijn vrouw|mijn zoon|mijn dochter|mijn partner|"
    r"my name is|my name's|i am|i'm|this is|kind regards,?|best regards,?|regards,?|best wishes,?|cheers,?|sincerely,?|"
    r"helped by|served by|spoke to|spoke with|speak to|speak with|spoken to|spoken with|talked to|talked with|"
    r"talk to|dealt with by|thanks to|thank you,?|thanks,?|named|called|colleague|my husband|my wife|my son|"
    r"my daughter|my partner)"
)
_BEHIND_TITLE = re.compile(rf"(?<!\w)({_TITLE}) ({_FULL})")
_BEHIND_INTRODUCTION = re.compile(rf"(?<!\w)({_INTRODUCTION}) ({_FULL})")
_LOWER_BEHIND = re.compile(
    rf"(?<!\w)((?i:mijn naam is|ik heet|my name is|i am|i'm|this is|ik ben|{_TITLE[4:-1]})) "
    rf"([^\W\d_]+(?:-[^\W\d_]+)?)((?: {_PARTICLE})*(?: [^\W\d_]+)?)"
)
_INITIALS = re.compile(rf"(?<![\w.])(?:{_CAPITAL}\.)+ ?(?:{_PARTICLE} )?{_CAPITAL}[\w'-]+")
_SURNAME = re.compile(rf"(?: (?:{_PARTICLE} )?{_WORD}){{0,2}}")
_CAPITALISED = re.compile(rf"(?<![\w\[@]){_CAPITAL}[\w'-]*")
# Without one of these words no name in lower case is looked for.
_LOWER_CUES = frozenset(
    (
        "naam", "heet", "ben", "name", "am", "i'm", "this", "heer", "mevrouw", "meneer", "mijnheer", "juffrouw",
        "mevr", "mevr.", "mw", "mw.", "dhr", "dhr.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "dr", "dr.",
        "drs", "drs.", "ir", "ir.", "prof", "prof.", "professor", "fam", "fam.", "familie", "sir", "madam",
    )
)  # fmt: skip
# Marks that end a sentence, and abbreviations whose full stop does not.
_ENDS = frozenset(".!?:;…\n")
_SKIPPED = " \"'“”(*->•/)]"
_ABBREVIATIONS = (
    "dhr.", "mevr.", "mw.", "mr.", "mrs.", "ms.", "dr.", "drs.", "ir.", "prof.", "fam.", "gr.", "mvg.", "naam:",
)  # fmt: skip
# Capitalised behind an introduction, and never a name ("Ik ben Nederlander" is in the list of the user).
_NEVER = frozenset(
    ("i", "ik", "u", "de", "het", "een", "the", "a", "an", "en", "and", "maar", "but", "met", "with")
)
_MONTHS = frozenset(("Jan", "April", "June", "August"))
_NUMBER_BEFORE = re.compile(r"\d(?:st|nd|rd|th|e)?(?: of)? $")
_NUMBER_BEHIND = re.compile(r" '?\d")
# What a word tells of a text, other than nothing: that it wants a closer look, or only when no sentence begins there.
_LOOK, _LOOK_WITHIN = 1, 2
REMEMBERED = 200_000
# Words that go on with the sentence behind a name in lower case.
_GOES_ON = frozenset(
    (
        "en", "maar", "ik", "uit", "van", "de", "het", "een", "met", "was", "is", "heb", "heeft", "wil", "wacht", "bel",
        "mijn", "and", "but", "i", "from", "with", "the", "a", "have", "has", "want", "my", "who", "die", "dat",
    )
)  # fmt: skip


class NameFinder:
    """Masks names and says whether a capitalised word is left that nobody knows.

    Parameters
    ----------
    first_names, names_nobody : words in any case. A word in neither list is unknown, and may be a name.
    """

    def __init__(self, first_names: Iterable[str], names_nobody: Iterable[str]) -> None:
        self._nobody = {word.lower() for word in names_nobody} | _NEVER
        self._first = {name.lower() for name in first_names} - self._nobody
        self._told = _Told(self)

    def mask(self, text: str) -> tuple[str, bool]:
        """The text with every name found as `[name]`, and whether it may hold another: a capitalised word within a
        sentence that is in no list and not all capitals.
        """
        # For most texts this is all: their only capitals begin a sentence.
        if not self._wants_look(text):
            return text, False
        words = [(match[0], match.start()) for match in _CAPITALISED.finditer(text)]
        named = any(self._is_first(word) for word, _ in words)
        masked = text
        is_suspect = named or any(
            text[at + 1 : at + 2] == "." if len(word) == 1 else self._is_unknown(text, word, at)
            for word, at in words
        )
        if is_suspect:
            masked = _BEHIND_TITLE.sub(self._behind, masked)
            masked = _BEHIND_INTRODUCTION.sub(self._behind, masked)
            masked = _INITIALS.sub(PLACEHOLDER, masked)
            if named:
                masked = self._by_first_name(masked)
        if not _LOWER_CUES.isdisjoint(masked.lower().split()):
            masked = _LOWER_BEHIND.sub(self._lower_behind, masked)
        return masked, is_suspect and any(
            not match[0].isupper() and self._is_unknown(masked, match[0], match.start())
            for match in _CAPITALISED.finditer(masked)
        )

    def _wants_look(self, text: str) -> bool:
        """Whether anything in a text could be masked or suspected. What a word tells is remembered; a word is what is
        between two spaces.
        """
        words = text.split(" ")
        told = bytes(map(self._told.__getitem__, words))
        if _LOOK in told:
            return True
        at = told.find(_LOOK_WITHIN, 1)
        while at > 0:
            if not _ends(words[at - 1].rstrip(_SKIPPED)):
                return True
            at = told.find(_LOOK_WITHIN, at + 1)
        return False

    def tell(self, word: str) -> int:
        """What a word between two spaces tells of its text: 0, _LOOK or _LOOK_WITHIN."""
        told = 0 if _LOWER_CUES.isdisjoint(word.lower().split()) else _LOOK
        for match in _CAPITALISED.finditer(word):
            name, at = match[0], match.start()
            if self._is_first(name) or (len(name) == 1 and word[at + 1 : at + 2] == "."):
                return _LOOK
            if len(name) > 1 and not self._is_nobody(name):
                before = word[:at].rstrip(_SKIPPED)
                if before and not _ends(before):
                    return _LOOK
                told = told or (0 if before else _LOOK_WITHIN)
        return told

    def _is_unknown(self, text: str, word: str, at: int) -> bool:
        return not self._is_nobody(word) and not _begins(text, at)

    def _is_nobody(self, word: str) -> bool:
        lower = word.lower()
        return lower in self._nobody or lower.removesuffix("'s") in self._nobody

    def _behind(self, match: re.Match[str]) -> str:
        first = match[2].split(" ")[0]
        if first[0].isupper() and self._is_nobody(first):
            return match[0]
        return f"{match[1]} {PLACEHOLDER}"

    def _lower_behind(self, match: re.Match[str]) -> str:
        if not self._is_first(match[2]):
            return match[0]
        # "karin visser en …": the next word is a surname unless it goes on with the sentence.
        surname = match[3].rpartition(" ")[2].lower()
        return f"{match[1]} {PLACEHOLDER}" + (match[3] if surname in _GOES_ON else "")

    def _by_first_name(self, text: str) -> str:
        pieces, done = [], 0
        for match in _CAPITALISED.finditer(text):
            if match.start() >= done and self._is_first(match[0]) and not _is_date(text, match):
                pieces += [text[done : match.start()], PLACEHOLDER]
                done = _SURNAME.match(text, match.end()).end()
        return "".join([*pieces, text[done:]])

    def _is_first(self, word: str) -> bool:
        lower = word.lower()
        return (
            lower in self._first
            or ("-" in lower and lower.split("-")[0] in self._first)
            or (lower.endswith("'s") and lower[:-2] in self._first)
        )


def _is_date(text: str, word: re.Match[str]) -> bool:
    """Whether "Jan" is January: "8th Jan", "Jan 2018"."""
    return word[0] in _MONTHS and bool(
        _NUMBER_BEFORE.search(text[: word.start()]) or _NUMBER_BEHIND.match(text, word.end())
    )


def _begins(text: str, at: int) -> bool:
    """Whether the word at a position is the first of its sentence."""
    before = text[:at].rstrip(_SKIPPED)
    return not before or _ends(before)


def _ends(before: str) -> bool:
    return before[-1:] in _ENDS and not before.lower().endswith(_ABBREVIATIONS)


class _Told(dict):
    """Word between two spaces -> what it tells; forgets all when there are too many."""

    def __init__(self, finder: NameFinder) -> None:
        super().__init__()
        self._finder = finder

    def __missing__(self, word: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        self[word] = told = self._finder.tell(word)
        return told
