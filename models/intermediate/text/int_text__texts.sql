with

sentiments as (
    select
        text_hash,
        bool_or(label = 'positive') as is_positive,
        bool_or(label = 'negative') as is_negative,
        bool_or(label = 'strong') as is_strong
    from {{ ref('int_text__tags') }}
    where task = 'sentiment'
    group by text_hash
),

covered as (
    select distinct language_code
    from {{ ref('int_text__models') }}
    where task = 'sentiment'
)

select
    delivered.text_kind,
    delivered.reference_id,
    delivered.text_part,
    delivered.speaker,
    scrubbed.text_hash,
    scrubbed.scrubbed_text,
    scrubbed.found_kinds,
    scrubbed.quarantine_reason,
    scored.language_code,
    scored.word_count,
    case
        when covered.language_code is null then null
        when sentiments.is_positive and sentiments.is_negative then 0
        when sentiments.is_positive then case when sentiments.is_strong then 2 else 1 end
        when sentiments.is_negative then case when sentiments.is_strong then -2 else -1 end
        else 0
    end as polarity,
    covered.language_code is not null and coalesce(sentiments.is_positive and sentiments.is_negative, false) as is_mixed,
    covered.language_code is not null as is_covered,
    scrubbed.quarantine_reason <> '' as is_in_quarantine
from {{ ref('int_text__delivered') }} as delivered
inner join {{ ref('int_text__scrubbed') }} as scrubbed on delivered.source_key = scrubbed.source_key
inner join {{ ref('int_text__scored') }} as scored on scrubbed.text_hash = scored.text_hash
left join sentiments on scrubbed.text_hash = sentiments.text_hash
left join covered on scored.language_code = covered.language_code
