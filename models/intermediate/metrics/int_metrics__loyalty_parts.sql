{#-
    Loyalty looks a year back: of who was a customer when the rolling year began, who stayed, who bought again, and how
    long they had been customers. A month has no such figure before the data are a year old.
-#}
{%- set scopes = ['segment', 'region', 'product'] -%}
{#- The parts that the input contract can fill; of the weights only these count. -#}
{%- set parts = ['retention', 'repeat_purchase', 'tenure'] -%}
{%- set scored = parts + ['loyalty'] %}

with

years as (
    select period_start, period_end, cast(date_trunc('month', period_end) as date) as month_start
    from {{ ref('int_calendar__periods') }}
    where period_grain = 'rolling_12_months' and is_begun
),

joined as (
    select customer_id, min(started_on) as joined_on
    from {{ ref('int_crm__active_spells') }}
    group by customer_id
),

base as (
    select
        years.month_start,
        starts.customer_id,
        starts.segment,
        starts.region,
        starts.product,
        {{ dbt.datediff("cast(date_trunc('month', joined.joined_on) as date)", 'years.period_start', 'month') }} as tenure_months,
        case when spells.customer_id is not null then 100 else 0 end as retention
    from {{ ref('fct_customer_months') }} as starts
    inner join years on starts.month_start = years.period_start
    inner join joined on starts.customer_id = joined.customer_id
    -- in force on the last day; spells do not overlap
    left join {{ ref('int_crm__active_spells') }} as spells
        on starts.customer_id = spells.customer_id
        and spells.started_on <= years.period_end
        and coalesce(spells.last_day, years.period_end) >= years.period_end
    where starts.is_active_at_start
),

purchases as (
    select customer_id, started_on as bought_on
    from {{ ref('stg_crm__contracts') }}
    where ended_on is null or ended_on > started_on
    union all
    select customer_id, {{ local_date('occurred_at') }} as bought_on
    from {{ ref('stg_crm__transactions') }}
    where coalesce(kind, 'purchase') = 'purchase' and revenue_eur > 0
),

buyers as (
    select distinct purchases.customer_id, years.month_start
    from purchases
    inner join years on purchases.bought_on between years.period_start and years.period_end
),

-- Against the customers of the first year, so that a base that grows older shows; against its own month the mean of
-- the whole would be 50 for ever.
reference as (
    select tenure_months, cast(count(*) as {{ type_double() }}) as customer_count
    from base
    where month_start = (select min(base.month_start) from base)
    group by tenure_months
),

tenures as (
    select distinct tenure_months
    from base
),

percentiles as (
    select
        tenures.tenure_months,
        100 * sum(case
            when reference.tenure_months < tenures.tenure_months then reference.customer_count
            when reference.tenure_months = tenures.tenure_months then reference.customer_count / 2
            else 0
        end) / nullif(sum(reference.customer_count), 0) as tenure
    from tenures
    cross join reference
    group by tenures.tenure_months
),

weights as (
    select
        {%- for part in parts %}
        sum(case when part_code = '{{ part }}' then weight else 0 end) as {{ part }}_weight,
        {%- endfor %}
        sum(weight) as weight
    from {{ ref('loyalty_weights') }}
    where part_code in ('{{ parts | join("', '") }}')
),

measured as (
    select
        base.month_start,
        base.segment,
        base.region,
        base.product,
        base.retention,
        case when buyers.customer_id is not null then 100 else 0 end as repeat_purchase,
        percentiles.tenure
    from base
    inner join percentiles on base.tenure_months = percentiles.tenure_months
    left join buyers on base.customer_id = buyers.customer_id and base.month_start = buyers.month_start
),

indexed as (
    select
        measured.*,
        (
            {%- for part in parts %}
            weights.{{ part }}_weight * measured.{{ part }}{{ ' +' if not loop.last }}
            {%- endfor %}
        ) / nullif(weights.weight, 0) as loyalty
    from measured
    cross join weights
),

-- The few combinations first, as in int_metrics__customer_parts.
cells as (
    select
        month_start,
        segment,
        region,
        product,
        {%- for score in scored %}
        cast(sum({{ score }}) as {{ type_double() }}) as {{ score }}_sum,
        cast(sum({{ score }} * {{ score }}) as {{ type_double() }}) as {{ score }}_sq_sum,
        {%- endfor %}
        count(*) as n
    from indexed
    group by month_start, segment, region, product
),

summed as (
    select
        month_start,
        {{ scope_of_grouping(scopes) }},
        {%- for score in scored %}
        sum({{ score }}_sum) as {{ score }}_sum,
        sum({{ score }}_sq_sum) as {{ score }}_sq_sum,
        {%- endfor %}
        sum(n) as n
    from cells
    group by {{ grouping_by_scope(['month_start'], scopes) }}
)

{% for score in scored %}
select
    month_start,
    scope_kind,
    scope_key,
    '{{ score }}' as part_code,
    cast(n as bigint) as n,
    {{ score }}_sum as y_sum,
    {{ score }}_sq_sum as y_sq_sum
from summed
where scope_key is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
