"""Texts as tables, so that SQL on any engine can score them (macros/term_scores.sql). Belongs here: rows.

Words and pairs are found in Python only: patterns of letters, lower case and normal forms of Unicode mean different
things on different engines. What a text consists of depends on no model, so the tables are only appended to.

| table | one row per | columns |
|---|---|---|
| `texts` | text | text_hash, language_code, word_count, term_scale = 1 / sqrt(word_count) |
| `text_terms` | text and term | text_hash, term, term_count |
| `term_parts` | term and part | term, part, part_count; every term is a part of itself |
| `term_weights` | version, language, term and label | `weights.COLUMNS` |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from service_control.text.terms import Vocabulary, parts_of
from service_control.text.weights import COLUMNS, Model


def text_tables(
    hashes: Sequence[str], texts: Sequence[str], languages: Sequence[str], vocabulary: Vocabulary
) -> tuple[pa.Table, pa.Table]:
    """`texts` and `text_terms` of a batch of distinct, normalised, scrubbed texts.

    `vocabulary` keeps every pair (`Vocabulary(modifiers, pairs=None)`) and serves all batches.
    """
    encoded = vocabulary.encode(texts)
    owner = np.repeat(np.arange(len(texts)), np.diff(encoded.starts))
    keys, counts = np.unique(owner << 32 | encoded.terms, return_counts=True)
    keyed = pa.array(hashes, pa.string())
    return (
        pa.table(
            {
                "text_hash": keyed,
                "language_code": pa.array(list(languages), pa.string()),
                "word_count": pa.array(encoded.sizes, pa.int64()),
                "term_scale": pa.array(1 / np.sqrt(encoded.sizes), pa.float64()),
            }
        ),
        pa.table(
            {
                "text_hash": keyed.take(pa.array(keys >> 32)),
                "term": pa.array(vocabulary.terms, pa.string()).take(pa.array(keys & 0xFFFFFFFF)),
                "term_count": pa.array(counts, pa.int64()),
            }
        ),
    )


def part_table(terms: Iterable[str]) -> pa.Table:
    """`term_parts` of distinct terms, such as those of text_terms that it does not have yet."""
    rows = [(term, part, count) for term in terms for part, count in Counter(parts_of(term)).items()]
    names, parts, counts = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "term": pa.array(names, pa.string()),
            "part": pa.array(parts, pa.string()),
            "part_count": pa.array(counts, pa.int64()),
        }
    )


def weight_table(models: Iterable[Model]) -> pa.Table:
    """`term_weights` of models."""
    rows = [row for model in models for row in model.rows()]
    types = [pa.string()] * 5 + [pa.float64()]
    return pa.table(
        {
            name: pa.array([row[at] for row in rows], kind)
            for at, (name, kind) in enumerate(zip(COLUMNS, types, strict=True))
        }
    )
