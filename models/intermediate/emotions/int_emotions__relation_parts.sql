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

select
    periods.period_grain,
    periods.period_start,
    monthly.scope_kind,
    monthly.scope_key,
    monthly.mark_band,
    monthly.relation,
    cast(sum(monthly.relation_count) as bigint) as relation_count
from monthly
inner join {{ ref('int_calendar__periods') }} as periods
    on periods.period_grain in ('month', 'quarter', 'rolling_12_months')
    and monthly.month_start between periods.period_start and periods.period_end
where monthly.scope_key is not null
group by
    periods.period_grain, periods.period_start, monthly.scope_kind, monthly.scope_key, monthly.mark_band, monthly.relation
