{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

-- what speaks most for a label holds for the whole
strongest as (
    select
        said.reference_id,
        said.text_kind,
        evidence.task,
        evidence.label,
        max(evidence.step) as step
    from {{ ref('int_text__texts') }} as texts
    inner join {{ ref('int_text__evidence') }} as evidence on texts.text_hash = evidence.text_hash
    inner join {{ ref('int_text__references') }} as said
        on texts.reference_id = said.reference_id
        and case texts.text_kind when 'utterance' then 'transcript' else texts.text_kind end = said.text_kind
    where texts.speaker = 'customer'
    group by said.reference_id, said.text_kind, evidence.task, evidence.label
),

observed as (
    select
        strongest.task,
        strongest.label,
        strongest.step,
        cast(date_trunc('month', said.said_on) as date) as month_start,
        {%- for column in scopes %}
        said.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from strongest
    inner join {{ ref('int_text__references') }} as said
        on strongest.reference_id = said.reference_id and strongest.text_kind = said.text_kind
),

monthly as (
    select
        task,
        label,
        step,
        month_start,
        {{ scope_of_grouping(scopes) }},
        count(*) as text_count
    from observed
    group by {{ grouping_by_scope(['task', 'label', 'step', 'month_start'], scopes) }}
)

{{ periods_of_months(['task', 'label', 'step'], counts=['text_count']) }}
