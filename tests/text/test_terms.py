"""Texts to terms: what is a word, what negation reaches, what a term stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.text_seeds import modifiers
from service_control.text.terms import Vocabulary, parts_of
from service_control.text.tokens import normalise, tokenise


def terms(text: str, pairs=()) -> list[str]:
    vocabulary = Vocabulary(modifiers(), pairs)
    encoded = vocabulary.encode([text])
    return [vocabulary.terms[at] for at in encoded.terms]


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("Ik ben niet goed geholpen", {"not:goed", "not:geholpen"}, {"not:ik", "not:ben"}),
        ("Niet duur, wel goed", {"not:duur"}, {"not:goed"}),
        ("Niet snel maar goed", {"not:snel"}, {"not:goed"}),
        ("Dat klopt niet.", {"not:klopt"}, set()),
        ("heel erg goed", {"very:goed"}, {"very:erg"}),
        ("een beetje traag", {"little:traag"}, set()),
        ("Het was FIJN vandaag", {"very:fijn"}, {"very:het"}),
        ("HET WAS FIJN VANDAAG", {"fijn"}, {"very:fijn"}),
        ("I don't like it", {"not:like"}, set()),
        ("goed :-) 👍", {":-)", "👍"}, set()),
        ("Groet [name]", {"groet"}, {"[name]", "name"}),
    ],
)
def test_forms_of_words(text, present, absent):
    found = set(terms(text))
    assert present <= found
    assert not absent & found


def test_pairs_end_at_a_mark():
    assert "niet goed" in terms("Dat is niet goed. Echt waar", pairs=None)
    assert "goed echt" not in terms("Dat is niet goed. Echt waar", pairs=None)


def test_only_wanted_pairs_are_found():
    found = terms("in de wacht staan", pairs=["de wacht", "het lijntje"])
    assert [term for term in found if " " in term] == ["de wacht"]


def test_parts_of_a_word_and_of_a_form():
    assert {"goed", "goe*", "goed*", "~<go", "~oed>"} <= set(parts_of("goed"))
    assert parts_of("not:goed") == ["not:goed", "not:goe*", "not:goed*"]
    assert parts_of("niet goed") == ["niet goed"]
    assert parts_of(":)")[0] == ":)"


def test_normalising_joins_what_looks_the_same():
    assert normalise("zo’n  ge\u0301\u0301doe") == normalise("zo'n gé\u0301doe")
    assert normalise("a &amp; b\r\n\r\n  c ") == "a & b\nc"


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_a_batch_is_its_texts(texts):
    """What stands before or behind a text in a batch does not change its terms."""
    texts = list(map(normalise, texts))
    vocabulary = Vocabulary(modifiers(), None)
    together = vocabulary.encode(texts)
    for at, text in enumerate(texts):
        alone = vocabulary.encode([text])
        own = together.terms[together.starts[at] : together.starts[at + 1]]
        assert np.array_equal(np.sort(own), np.sort(alone.terms))
        assert together.sizes[at] == alone.sizes[0] == max(1, sum(map(_is_word, tokenise(text))))


def _is_word(token: str) -> bool:
    return (
        token[0].isalpha()
        or ord(token[0]) >= 0x2600
        or (len(token) > 1 and token[0] in ":;" and token[-1] in "()DP")
    )


def test_forgetting_changes_no_terms():
    small, large = Vocabulary(modifiers(), ["de wacht"], limit=3), Vocabulary(modifiers(), ["de wacht"])
    for text in ("in de wacht gezet", "heel goed geholpen", "niet in de wacht"):
        found = [
            sorted(vocabulary.terms[at] for at in vocabulary.encode([text]).terms)
            for vocabulary in (small, large)
        ]
        assert found[0] == found[1]
    assert small.generation > 1
