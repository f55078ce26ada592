{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

said as (
    select *, cast(date_trunc('month', said_on) as date) as month_start
    from {{ ref('int_text__references') }}
),

observed as (
    select
        'all' as task,
        'all' as label,
        month_start,
        net_value,
        cast(null as integer) as intensity,
        {{ scopes | join(', ') }}
    from said
    union all
    select
        topics.task,
        topics.label,
        said.month_start,
        said.net_value,
        topics.intensity,
        {%- for column in scopes %}
        said.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from said
    inner join {{ ref('int_text__topics') }} as topics
        on said.reference_id = topics.reference_id and said.text_kind = topics.text_kind
),

monthly as (
    select
        task,
        label,
        month_start,
        {{ scope_of_grouping(scopes) }},
        count(*) as tagged_count,
        sum(case when net_value = 1 then 1 else 0 end) as positive_count,
        sum(case when net_value = -1 then 1 else 0 end) as negative_count,
        sum(coalesce(intensity, 0)) as intensity_sum
    from observed
    group by {{ grouping_by_scope(['task', 'label', 'month_start'], scopes) }}
)

{{ periods_of_months(['task', 'label'], counts=['tagged_count', 'positive_count', 'negative_count', 'intensity_sum']) }}
