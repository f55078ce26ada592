with

scores as (
    select
        metric_code,
        cast(date_trunc('quarter', submitted_on) as date) as quarter_start,
        coalesce(team_id, 'unknown') as team_id,
        score
    from {{ ref('int_value__scores') }}
)

select
    metric_code,
    quarter_start,
    case when grouping(team_id) = 1 then 'all' else team_id end as unit_key,
    cast(count(*) as bigint) as answer_count,
    cast(sum(score) as {{ type_double() }}) as score_sum
from scores
group by grouping sets ((metric_code, quarter_start), (metric_code, quarter_start, team_id))
