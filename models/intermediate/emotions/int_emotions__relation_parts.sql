{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

monthly as (
    select
        mark_band,
        relation,
        cast(date_trunc('month', submitted_on) as date) as month_start,
        {{ scope_of_grouping(scopes) }},
        count(*) as relation_count
    from {{ ref('int_emotions__responses') }}
    where mark_band is not null and relation is not null
    group by {{ grouping_by_scope(['mark_band', 'relation', "cast(date_trunc('month', submitted_on) as date)"], scopes) }}
)

{{ periods_of_months(['mark_band', 'relation'], counts=['relation_count']) }}
