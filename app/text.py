"""Every word the app says, in Dutch and English, from `phrases`. Names and definitions of metrics come from the marts.

A key exists in both languages with the same {places}; a test holds that. Dutch addresses the reader with "u".
"""

from __future__ import annotations

from dataclasses import dataclass

from phrases import (
    blind_spots,
    common,
    definition,
    drivers,
    emotions,
    feedback,
    service_control,
    trust,
    value,
    voice,
)

LANGUAGES = {"nl": "NL", "en": "EN"}


@dataclass(frozen=True)
class Words:
    """The words of one language: `words["key"]`, month names in `months`."""

    language: str

    def __getitem__(self, key: str) -> str:
        return TEXT[key][list(LANGUAGES).index(self.language)]

    @property
    def months(self) -> list[str]:
        return self["months"].split()


PARTS = (common, service_control, definition, drivers, emotions, value, blind_spots, feedback, voice, trust)
# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {key: said for part in PARTS for key, said in part.TEXT.items()}
