{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

-- A surprise is good or bad news: its explanation tells which.
felt as (
    select
        images.response_id,
        images.item_code,
        images.intensity * case
            when images.emotion_code = 'surprise' then coalesce(verbatims.net_value, 0)
            else emotions.valence
        end as feeling
    from {{ ref('int_emotions__images') }} as images
    inner join {{ ref('emotions') }} as emotions
        on images.emotion_code = emotions.emotion_code and images.intensity = emotions.intensity
    left join {{ ref('fct_verbatims') }} as verbatims
        on images.response_id = verbatims.reference_id and verbatims.text_kind = 'explanation'
),

feelings as (
    select response_id, min(item_code) as first_item_code, greatest(-3, least(3, sum(feeling))) as feeling
    from felt
    group by response_id
),

-- of two answers in one response the later item counts
asked as (
    select
        response_id,
        max(case when instrument = 'relation_change' and recency = 1 then box_value end) as relation_change,
        max(case when instrument = 'relation_change' and recency = 1 then item_code end) as relation_item_code,
        max(case when instrument = 'report_mark' and recency = 1 then answer_value end) as mark
    from (
        select
            response_id,
            instrument,
            item_code,
            box_value,
            answer_value,
            row_number() over (partition by response_id, instrument order by item_code desc nulls last) as recency
        from {{ ref('fct_survey_answers') }}
        where instrument in ('relation_change', 'report_mark') and respondent_kind <> 'employee' and answer_value is not null
    ) as answers
    group by response_id
),

told as (
    select
        responses.response_id,
        responses.survey_code,
        responses.contact_id,
        responses.customer_id,
        responses.touchpoint,
        {%- for scope in scopes %}
        responses.{{ scope }},
        {%- endfor %}
        coalesce(feelings.first_item_code, asked.relation_item_code) as first_item_code,
        feelings.feeling,
        case when feelings.feeling > 0 then 1 when feelings.feeling < 0 then -1 when feelings.feeling = 0 then 0 end as feeling_sign,
        asked.relation_change,
        asked.mark,
        responses.submitted_on,
        responses.submitted_at
    from {{ ref('int_survey__responses_placed') }} as responses
    left join feelings on responses.response_id = feelings.response_id
    left join asked on responses.response_id = asked.response_id
    where feelings.response_id is not null or asked.relation_change is not null
)

select
    response_id,
    survey_code,
    contact_id,
    customer_id,
    touchpoint,
    {{ scopes | join(',\n    ') }},
    first_item_code,
    cast(feeling as integer) as feeling,
    feeling_sign,
    cast(100 * feeling as {{ type_double() }}) / 3 as feeling_index,
    case coalesce(relation_change, feeling_sign)
        when 1 then 'strengthened'
        when 0 then 'unchanged'
        when -1 then 'weakened'
    end as relation,
    case when relation_change is not null then 'item' else 'emotion' end as relation_source,
    mark,
    case when mark >= 9 then '9_10' when mark >= 8 then '8' end as mark_band,
    submitted_on,
    submitted_at
from told
