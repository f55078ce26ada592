with

journeys as (
    select
        years.period_start,
        years.period_end,
        years.is_begun,
        journeys.customer_id,
        journeys.journey
    from {{ ref('journey_peak_end') }} as journeys
    inner join {{ ref('int_emotions__years') }} as years on journeys.ended_on between years.period_start and years.period_end
),

counted as (
    select
        period_start,
        period_end,
        is_begun,
        coalesce(journey, 'all') as journey_key,
        count(*) as journey_count,
        count(distinct customer_id) as customer_count
    from journeys
    group by period_start, period_end, is_begun, rollup (journey)
),

ranked as (
    select
        *,
        customer_count >= {{ assumption('hidden_below_n') }} as is_large,
        row_number() over (
            partition by period_start, journey_key = 'all', customer_count >= {{ assumption('hidden_below_n') }}
            order by customer_count, journey_key
        ) as size_rank
    from counted
),

-- What is left out can be calculated from all journeys together: where that is few customers, one more is left out.
left_out as (
    select journeys.period_start, count(distinct journeys.customer_id) as customer_count
    from journeys
    inner join ranked on journeys.period_start = ranked.period_start and journeys.journey = ranked.journey_key
    where not ranked.is_large
    group by journeys.period_start
)

select
    ranked.period_start,
    ranked.period_end,
    ranked.is_begun,
    ranked.journey_key,
    ranked.journey_count,
    ranked.customer_count
from ranked
left join left_out on ranked.period_start = left_out.period_start
where ranked.is_large
    and (
        ranked.journey_key = 'all'
        or ranked.size_rank > 1
        or coalesce(left_out.customer_count >= {{ assumption('hidden_below_n') }}, true)
    )
