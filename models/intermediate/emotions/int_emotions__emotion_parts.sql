{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

felt as (
    select
        images.emotion_code,
        images.intensity,
        cast(date_trunc('month', responses.submitted_on) as date) as month_start,
        {%- for scope in scopes %}
        responses.{{ scope }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_emotions__images') }} as images
    inner join {{ ref('int_emotions__responses') }} as responses on images.response_id = responses.response_id
),

monthly as (
    select
        emotion_code,
        intensity,
        month_start,
        {{ scope_of_grouping(scopes) }},
        count(*) as emotion_count
    from felt
    group by {{ grouping_by_scope(['emotion_code', 'intensity', 'month_start'], scopes) }}
)

select
    periods.period_grain,
    periods.period_start,
    monthly.scope_kind,
    monthly.scope_key,
    monthly.emotion_code,
    monthly.intensity,
    cast(sum(monthly.emotion_count) as bigint) as emotion_count
from monthly
inner join {{ ref('int_calendar__periods') }} as periods
    on periods.period_grain in ('month', 'quarter', 'rolling_12_months')
    and monthly.month_start between periods.period_start and periods.period_end
where monthly.scope_key is not null
group by
    periods.period_grain, periods.period_start, monthly.scope_kind, monthly.scope_key, monthly.emotion_code, monthly.intensity
