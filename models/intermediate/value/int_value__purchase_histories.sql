with

holders as (
    select distinct customer_id
    from {{ ref('int_crm__active_spells') }}
),

bought as (
    select customer_id, revenue_eur, {{ local_date('occurred_at') }} as bought_on
    from {{ ref('stg_crm__transactions') }}
    where coalesce(kind, 'purchase') = 'purchase' and revenue_eur > 0
),

purchases as (
    select
        bought.customer_id,
        bought.revenue_eur,
        bought.bought_on,
        months.month_end,
        min(bought.bought_on) over (partition by bought.customer_id) as first_on
    from bought
    inner join {{ ref('int_value__months') }} as months on months.months_ago = 0 and bought.bought_on <= months.month_end
    left join holders on bought.customer_id = holders.customer_id
    where holders.customer_id is null
),

-- What is bought within a week is one purchase; the first week is no repetition.
weeks as (
    select
        customer_id,
        floor(cast({{ dbt.datediff('first_on', 'bought_on', 'day') }} as {{ type_double() }}) / 7) as week_number,
        floor(cast({{ dbt.datediff('first_on', 'month_end', 'day') }} + 1 as {{ type_double() }}) / 7) as age_weeks,
        sum(revenue_eur) as spend_eur
    from purchases
    group by
        customer_id,
        floor(cast({{ dbt.datediff('first_on', 'bought_on', 'day') }} as {{ type_double() }}) / 7),
        floor(cast({{ dbt.datediff('first_on', 'month_end', 'day') }} + 1 as {{ type_double() }}) / 7)
),

histories as (
    select
        customer_id,
        count(*) - 1 as frequency,
        max(week_number) as recency_weeks,
        max(age_weeks) as age_weeks,
        sum(case when week_number > 0 then spend_eur else 0 end) / nullif(count(*) - 1, 0) as mean_spend_eur
    from weeks
    group by customer_id
)

select
    customer_id,
    cast(frequency as integer) as frequency,
    cast(floor(recency_weeks) as integer) as recency_weeks,
    cast(floor(age_weeks) as integer) as age_weeks,
    -- customers who spend within a per cent of each other share a cell
    coalesce(cast(floor(ln(nullif(mean_spend_eur, 0)) * 100) as integer), 0) as spend_step
from histories
