{#-
    Scores of texts by plain SQL: intercept + sum(weight * count) * term_scale, one row per text, task and label. The
    relations are those of service_control/text/tables.py: `texts` (text_hash, language_code, term_scale), `text_terms`
    (text_hash, term, term_count), `term_parts` (term, part, part_count) and `term_weights` (task, language_code, term,
    label, weight) of one active version per task, whose language '*' stands for every language. A text in a language
    without weights has no row. Weights of words are summed over their parts once per distinct word, not once per text.
-#}
{% macro term_scores(texts, text_terms, term_parts, term_weights) %}
with weights as (
    select
        task,
        language_code,
        term,
        label,
        weight
    from {{ term_weights }}
),

word_weights as (
    select
        weights.task,
        weights.language_code,
        term_parts.term,
        weights.label,
        sum(weights.weight * term_parts.part_count) as weight
    from {{ term_parts }} as term_parts
    inner join weights on term_parts.part = weights.term
    group by weights.task, weights.language_code, term_parts.term, weights.label
),

text_weights as (
    select
        texts.text_hash,
        word_weights.task,
        word_weights.label,
        sum(word_weights.weight * text_terms.term_count) as weight
    from {{ texts }} as texts
    inner join {{ text_terms }} as text_terms on texts.text_hash = text_terms.text_hash
    inner join word_weights
        on
            text_terms.term = word_weights.term
            and (texts.language_code = word_weights.language_code or word_weights.language_code = '*')
    group by texts.text_hash, word_weights.task, word_weights.label
),

intercepts as (
    select
        task,
        language_code,
        label,
        weight
    from weights
    where term = '(intercept)'
)

select
    texts.text_hash,
    intercepts.task,
    intercepts.label,
    intercepts.weight + coalesce(text_weights.weight, 0) * texts.term_scale as score
from {{ texts }} as texts
inner join intercepts
    on texts.language_code = intercepts.language_code or intercepts.language_code = '*'
left join text_weights
    on
        texts.text_hash = text_weights.text_hash
        and intercepts.task = text_weights.task
        and intercepts.label = text_weights.label
{% endmacro %}
