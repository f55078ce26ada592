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

{{ periods_of_months(['emotion_code', 'intensity'], counts=['emotion_count']) }}
