"""Personal data out of a text. Belongs here: what is masked, in which order, and what stays in quarantine.

None of this is perfect (benchmarks/text says how good it is), so nothing is shown word for word without consent and
release by a person; a text that still looks as if it holds something goes to quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from service_control.text.checksums import is_bsn, is_iban
from service_control.text.names import NameFinder
from service_control.text.tokens import normalise

NAME, EMAIL, IBAN, BSN, PHONE, POSTCODE, PLATE = KINDS = (
    "name",
    "email",
    "iban",
    "bsn",
    "phone",
    "postcode",
    "plate",
)
LONG_NUMBER, UNKNOWN_NAME = "long_number", "unknown_capitalised_word"

_EMAIL = re.compile(r"[\w.+-]+ ?@ ?[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_IBAN = re.compile(
    r"\b(?i:[A-Z]{2}\d{2}[A-Z0-9]{11,30})\b|\b[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b"
)
_BSN = re.compile(
    r"(?<![\d+])\d{9}(?!\d)|(?<![\d+])\d{3}[ .]\d{3}[ .]\d{3}(?!\d)|(?<![\d+])\d{4}[ .]\d{2}[ .]\d{3}(?!\d)"
)
_PHONE = re.compile(r"(?<![\w+])(?:\+|00|\(?0)[\d(][\d ()./-]{6,16}\d(?!\d)")
_POSTCODE = re.compile(r"(?<![\w.,€-])([1-9]\d{3}) ?([A-Za-z]{2})(?![\w-])")
_NEVER_ISSUED = ("SA", "SD", "SS", "EU")
_PLATE_FORMS = (
    "LL-DD-DD", "DD-DD-LL", "DD-LL-DD", "LL-DD-LL", "LL-LL-DD", "DD-LL-LL", "DD-LLL-D", "D-LLL-DD", "LL-DDD-L",
    "L-DDD-LL", "LLL-DD-L", "L-DD-LLL", "D-LL-DDD", "DDD-LL-D", "DDD-D-LL",
)  # fmt: skip
_PLATE = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        form.replace("-", "[- ]" if both else "").replace("D", r"\d").replace("L", "[A-Z]")
        for form in _PLATE_FORMS
        for both in (True, False)
    )
    + r")(?![\w-])"
)
_LONG_NUMBER = re.compile(r"\d(?:[ ./-]?\d){5,}")
_NUMBER = re.compile(r"[+(]?\d[\d ()./-]{6,20}\d")
_HAS_CODE = re.compile(r"[\d@]")
_NO_DIGIT = re.compile(r"\D+")


class Person(NamedTuple):
    """Somebody who may be named in a text: the customer who wrote it, the employee it is about."""

    name: str = ""
    email: str = ""
    phone: str = ""


class Scrubbed(NamedTuple):
    """A text without what was found, the kinds of it in order of KINDS, and why it is in quarantine ("" when not)."""

    text: str
    kinds: tuple[str, ...]
    quarantine_reason: str


class Scrubber:
    """Masks with placeholders such as `[name]`.

    Parameters
    ----------
    first_names : in any case.
    names_nobody : words with a capital that are nobody's name: places, months, brands, the organisation's own products.
    no_postcode : two letters that follow a number without making it a postcode: "2020 en", "1500 kg".
    """

    def __init__(
        self, first_names: Iterable[str], names_nobody: Iterable[str], no_postcode: Iterable[str]
    ) -> None:
        self._names = NameFinder(first_names, names_nobody)
        self._no_postcode = frozenset(no_postcode)

    def scrub(self, text: str, people: Sequence[Person] = ()) -> Scrubbed:
        """Normalise a text and mask: known people, e-mail, IBAN, BSN, phone, postcode, licence plate, names."""
        text = normalise(text)
        found: set[str] = set()
        has_code = _HAS_CODE.search(text) is not None
        if people:
            lower, digits = text.lower(), _NO_DIGIT.sub("", text) if has_code else ""
            for person in people:
                text = _mask_person(text, lower, digits, person, found)
        if has_code:
            text = self._mask_codes(text, found)
        masked, has_unknown = self._names.mask(text)
        if masked != text:
            found.add(NAME)
            text = masked
        reason = UNKNOWN_NAME if has_unknown else ""
        if has_code and _LONG_NUMBER.search(text):
            reason = LONG_NUMBER
        return Scrubbed(text, tuple(kind for kind in KINDS if kind in found), reason)

    def _mask_codes(self, text: str, found: set[str]) -> str:
        if "@" in text:
            text = _replace(_EMAIL, EMAIL, text, found)
        text = _replace(_IBAN, IBAN, text, found, lambda match: is_iban(match[0].replace(" ", "")))
        text = _replace(_BSN, BSN, text, found, lambda match: is_bsn(_NO_DIGIT.sub("", match[0])))
        text = _replace(_PHONE, PHONE, text, found, lambda match: 9 <= len(_NO_DIGIT.sub("", match[0])) <= 15)
        text = _replace(_POSTCODE, POSTCODE, text, found, self._is_postcode)
        return _replace(_PLATE, PLATE, text, found)

    def _is_postcode(self, match: re.Match[str]) -> bool:
        letters = match[2]
        if letters.upper() in _NEVER_ISSUED:
            return False
        # In capitals or attached a word is unlikely, but "1500KG" is not.
        certain = letters.isupper() and " " in match[0]
        return certain or letters.lower() not in self._no_postcode


def _mask_person(text: str, lower: str, digits: str, person: Person, found: set[str]) -> str:
    """Full name in any case, its parts with a capital only: many a surname is an ordinary word too."""
    if person.email and person.email.lower() in lower:
        text = _replace_words(text, person.email, EMAIL, found, any_case=True)
    if digits and person.phone:
        number = _NO_DIGIT.sub("", person.phone)[-9:]
        if len(number) == 9 and number in digits:
            text = _replace(
                _NUMBER, PHONE, text, found, lambda match: _NO_DIGIT.sub("", match[0]).endswith(number)
            )
    if len(person.name) > 1:
        if person.name.lower() in lower:
            text = _replace_words(text, person.name, NAME, found, any_case=True)
        first, _, last = person.name.partition(" ")
        for part in (last, first, last.rpartition(" ")[2]):
            if len(part) > 2 and part in text:
                text = _replace_words(text, part, NAME, found)
    return text


def _replace_words(text: str, words: str, kind: str, found: set[str], any_case: bool = False) -> str:
    """Without a pattern: compiling one per person took longer than all the rest."""
    searched = text.lower() if any_case else text
    wanted = words.lower() if any_case else words
    if len(searched) != len(text):  # a few letters change length in lower case
        searched, wanted = text, words
    pieces, done, at = [], 0, searched.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            pieces += [text[done:at], f"[{kind}]"]
            found.add(kind)
            done = end
        at = searched.find(wanted, end)
    return "".join([*pieces, text[done:]])


def _replace(
    pattern: re.Pattern[str],
    kind: str,
    text: str,
    found: set[str],
    accept: Callable[[re.Match[str]], bool] = lambda match: True,
) -> str:
    def placeholder(match: re.Match[str]) -> str:
        if not accept(match):
            return match[0]
        found.add(kind)
        return f"[{kind}]"

    return pattern.sub(placeholder, text)
