with

turns as (
    select
        utterances.contact_id,
        utterances.acoustic_score,
        texts.polarity,
        row_number() over (partition by utterances.contact_id order by utterances.position nulls last) as turn_number,
        count(*) over (partition by utterances.contact_id) as turn_count
    from {{ ref('stg_crm__utterances') }} as utterances
    left join {{ ref('int_text__texts') }} as texts
        on texts.text_kind = 'utterance'
        and utterances.contact_id = texts.reference_id
        and cast(utterances.position as {{ dbt.type_string() }}) = texts.text_part
    where coalesce(utterances.speaker, 'customer') = 'customer'
),

-- A third of four turns is one: no turn is in both, and what is left is the middle.
placed as (
    select
        *,
        case
            when turn_count < {{ assumption('transcript_minimum_turns') }} then 'middle'
            when turn_number * 3 <= turn_count or turn_number = 1 then 'first'
            when (turn_count - turn_number + 1) * 3 <= turn_count or turn_number = turn_count then 'last'
            else 'middle'
        end as third
    from turns
),

summed as (
    select
        contact_id,
        max(turn_count) as turn_count,
        count(polarity) as scored_turn_count,
        avg(cast(polarity as {{ type_double() }})) as polarity,
        avg(cast(case when third = 'first' then polarity end as {{ type_double() }})) as first_third_polarity,
        avg(cast(case when third = 'last' then polarity end as {{ type_double() }})) as last_third_polarity,
        count(acoustic_score) as acoustic_turn_count,
        avg(acoustic_score) as acoustic_score,
        avg(case when third = 'first' then acoustic_score end) as acoustic_first_third,
        avg(case when third = 'last' then acoustic_score end) as acoustic_last_third
    from placed
    group by contact_id
)

select
    contact_id,
    cast(turn_count as bigint) as turn_count,
    cast(scored_turn_count as bigint) as scored_turn_count,
    polarity,
    first_third_polarity,
    last_third_polarity,
    last_third_polarity - first_third_polarity as polarity_change,
    cast(acoustic_turn_count as bigint) as acoustic_turn_count,
    acoustic_score,
    acoustic_first_third,
    acoustic_last_third,
    acoustic_last_third - acoustic_first_third as acoustic_change
from summed
