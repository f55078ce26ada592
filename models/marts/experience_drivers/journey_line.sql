with

shown_journeys as (
    select * from {{ ref('int_emotions__shown_journeys') }}
),

journeys as (
    select shown_journeys.period_start, journeys.journey_id, journeys.customer_id, journeys.journey
    from {{ ref('journey_peak_end') }} as journeys
    inner join shown_journeys
        on journeys.journey = shown_journeys.journey_key
        and journeys.ended_on between shown_journeys.period_start and shown_journeys.period_end
),

-- a moment belongs to the journey that its own last moment stands for
moments as (
    select
        moments.*,
        max(case when moments.is_end then moments.response_id end) over (
            partition by moments.customer_id, moments.journey, moments.journey_number
        ) as journey_id
    from {{ ref('int_emotions__moments') }} as moments
),

at_touchpoints as (
    select
        journeys.period_start,
        moments.journey,
        moments.touchpoint,
        moments.customer_id,
        moments.place,
        moments.feeling,
        moments.is_peak,
        moments.is_end
    from moments
    inner join journeys on moments.journey_id = journeys.journey_id
    where moments.touchpoint is not null
),

-- moments of one customer are no independent observations
of_customers as (
    select
        period_start,
        journey,
        touchpoint,
        customer_id,
        count(*) as n,
        sum(place) as place_sum,
        sum(feeling) as y_sum,
        count(*) filter (where is_peak) as peak_count,
        count(*) filter (where is_peak and feeling > 0) as high_peak_count,
        count(*) filter (where is_peak and feeling < 0) as low_peak_count,
        count(*) filter (where is_end) as end_count
    from at_touchpoints
    group by period_start, journey, touchpoint, customer_id
),

touchpoints as (
    select
        period_start,
        journey,
        touchpoint,
        count(*) as customer_count,
        sum(n) as moment_count,
        sum(place_sum) / sum(n) as mean_place,
        cast(sum(y_sum) as double) as y_sum,
        cast(sum(y_sum * y_sum) as double) as y_sq_sum,
        cast(sum(n) as double) as x_sum,
        cast(sum(n * n) as double) as x_sq_sum,
        cast(sum(n * y_sum) as double) as xy_sum,
        {%- for count in ['peak', 'high_peak', 'low_peak', 'end'] %}
        sum({{ count }}_count) as {{ count }}_count{{ ',' if not loop.last }}
        {%- endfor %}
    from of_customers
    group by period_start, journey, touchpoint
),

ranked as (
    select
        *,
        customer_count >= {{ assumption('hidden_below_n') }} as is_large,
        row_number() over (
            partition by period_start, journey, customer_count >= {{ assumption('hidden_below_n') }}
            order by customer_count, touchpoint
        ) as size_rank
    from touchpoints
),

-- What is left out of a journey can be calculated from its total: where that is few customers, one more is left out.
left_out as (
    select ranked.period_start, ranked.journey, count(distinct of_customers.customer_id) as customer_count
    from ranked
    inner join of_customers
        on ranked.period_start = of_customers.period_start
        and ranked.journey = of_customers.journey
        and ranked.touchpoint = of_customers.touchpoint
    where not ranked.is_large
    group by ranked.period_start, ranked.journey
),

shown as (
    select
        ranked.*,
        shown_journeys.period_end,
        shown_journeys.is_begun,
        shown_journeys.journey_count,
        -- journeys of one customer are no independent observations
        shown_journeys.customer_count as n_effective,
        coalesce(names.scope_name_en, ranked.journey) as journey_name_en,
        coalesce(names.scope_name_nl, ranked.journey) as journey_name_nl,
        coalesce(touchpoint_names.scope_name_en, ranked.touchpoint) as touchpoint_name_en,
        coalesce(touchpoint_names.scope_name_nl, ranked.touchpoint) as touchpoint_name_nl,
        ranked.y_sum / ranked.x_sum as mean_feeling,
        {{ ratio_standard_error('ranked.customer_count', 'ranked.x_sum', 'ranked.y_sum', 'ranked.x_sq_sum', 'ranked.y_sq_sum', 'ranked.xy_sum') }}
            * {{ t_quantile('ranked.customer_count - 1', 'quantiles.t_975') }} as margin
    from ranked
    inner join shown_journeys
        on ranked.period_start = shown_journeys.period_start and ranked.journey = shown_journeys.journey_key
    left join {{ ref('scope_names') }} as names on names.scope_kind = 'journey' and ranked.journey = names.scope_key
    left join {{ ref('scope_names') }} as touchpoint_names
        on touchpoint_names.scope_kind = 'touchpoint' and ranked.touchpoint = touchpoint_names.scope_key
    left join left_out on ranked.period_start = left_out.period_start and ranked.journey = left_out.journey
    left join {{ ref('t_quantiles') }} as quantiles on ranked.customer_count - 1 = quantiles.degrees_of_freedom
    where ranked.is_large
        and not (ranked.size_rank = 1 and coalesce(left_out.customer_count < {{ assumption('hidden_below_n') }}, false))
)

select
    'rolling_12_months' as period_grain,
    period_start,
    period_end,
    journey,
    journey_name_en,
    journey_name_nl,
    touchpoint,
    touchpoint_name_en,
    touchpoint_name_nl,
    cast(row_number() over (partition by period_start, journey order by mean_place, touchpoint) as integer) as line_position,
    cast(moment_count as bigint) as moment_count,
    cast(customer_count as bigint) as customer_count,
    mean_feeling,
    greatest(-3, mean_feeling - margin) as ci_low,
    least(3, mean_feeling + margin) as ci_high,
    cast(journey_count as bigint) as journey_count,
    cast(high_peak_count as bigint) as high_peak_count,
    cast(low_peak_count as bigint) as low_peak_count,
    {%- for kind in ['peak', 'end'] %}
    cast({{ kind }}_count as bigint) as {{ kind }}_count,
    100 * {{ kind }}_count / journey_count as {{ kind }}_pct,
    {%- for side in ['low', 'high'] %}
    100 * {{ wilson_bound(kind ~ '_count / journey_count', 'n_effective', side) }} as {{ kind }}_ci_{{ side }},
    {%- endfor %}
    {%- endfor %}
    case when customer_count < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    is_begun as is_complete_period
from shown
