"""Small lists of first and last names for people who do not exist, with the spelling used in e-mail
addresses.
"""

from __future__ import annotations

import unicodedata

FIRST_NAMES = (
    "Anneke", "André", "Bram", "Carlijn", "Chloé", "Daan", "Daniëlle", "Dewi", "Eefje", "Emre", "Esmée",
    "Fatima", "Femke",
    "Floris", "Gerrit", "Hanneke", "Hidde", "Ilse", "Ingrid", "Jeroen", "José", "Joëlle", "Kees", "Khadija",
    "Koen",
    "Lieke", "Lotte", "Maaike", "Marijn", "Mehmet", "Mieke", "Mohammed", "Naomi", "Niels", "Noël", "Olga",
    "Pieter",
    "Priya", "Raphaël", "Renée", "Roos", "Ruben", "Sander", "Saïda", "Sjoerd", "Teun", "Thérèse", "Tijmen",
    "Wouter", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Aalbers", "van den Akker", "Bakker", "Beekhuizen", "de Boer", "Boersma", "van den Bosch", "Brouwer",
    "Chen", "Cornelissen",
    "van Dam", "Demir", "Dekker", "Dijkstra", "van Dongen", "Driessen", "El Idrissi", "Evers", "Fransen",
    "Geërts",
    "de Graaf", "de Groot", "Hendriks", "van der Heijden", "Hoekstra", "Huisman", "Jacobs", "de Jong",
    "Kaya", "Koning",
    "Kramer", "Kuipers", "van Leeuwen", "Maas", "Martens", "Meijer", "Mulder", "Nguyen", "Özdemir", "Peters",
    "Postma",
    "Prins", "van Rijn", "Schouten", "Smit", "Terpstra", "Timmermans", "Verhoeven", "Visser", "de Vries",
    "Wagenaar",
    "Willems", "Wolters", "van Zanten", "Zijlstra",
)  # fmt: skip


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "")


FIRST_ADDRESSES = tuple(map(_address, FIRST_NAMES))
LAST_ADDRESSES = tuple(map(_address, LAST_NAMES))
