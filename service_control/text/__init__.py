"""What customers and employees wrote: scrub personal data, find the language, score, and learn from people's codes.

Pure functions and tables; nothing here opens a file or a database (orchestration/text_store.py and coding.py do). The
road of a text:

    raw text -> scrub.Scrubber -> score.Scorer -> tags       pipeline.scrub_all, pipeline.score_all
                                      the same scores in SQL: tables + macros/term_scores.sql

The road of a model:

    seeds/lexicon_*.csv -> lexicon -> weights.Model -> rows of `term_weights`, active from the first day
    scores -> sample.sample -> people's codes -> learn.features, learn.train with the lexicon as prior
           -> evaluate.evaluate and gate.judge on the random hold-out -> Model.with_language -> gate.changes -> rescore

| Step | Give it | Comes back |
|---|---|---|
| `pipeline.scrub_all` | batches of texts with their people | text, kinds, quarantine |
| `pipeline.score_all` | batches of scrubbed texts | language, scores, labels given with the terms behind them |
| `tags.polarities`, `tags.intensities` | scores | -2 … 2 and mixed; 1 to 3 per emotion |
| `Scorer.explain` | one text | the terms behind every score |
| `weights.Model.rows` / `from_rows` | a model / rows of one version | rows / the model, refused when a row changed |
| `learn.train` | features, codes, labels, prior | calibrated `Weights` |
| `coding.coded_texts` | samples, codes | people's codes as arrays, held-out texts apart |
| `prevalence.prevalence` | counts per step of evidence | shares of labels, corrected for the model's mistakes |

A new `model_version` means that all texts are scored again under it; old scores stay.
"""
