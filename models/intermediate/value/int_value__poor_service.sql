{#- Two years: a customer's margin up to each quarter is a column. -#}
{%- set margin_quarters = range(1, 9) -%}

with

-- Quarters counted back, so that the newest one can be followed for a quarter; the months in between leave out who had
-- given notice already.
numbered as (
    select
        month_start,
        month_end,
        months_ago,
        cast(floor(cast(months_ago - {{ assumption('notice_months') }} as {{ type_double() }}) / 3) as integer) as quarters_ago
    from {{ ref('int_value__months') }}
),

quarters as (
    select
        numbered.quarters_ago,
        min(numbered.month_start) as first_month,
        max(numbered.month_start) as last_month,
        max(numbered.month_end) as last_day,
        max(landmarks.month_end) as landmark_day,
        max(followed.month_end) as followed_until
    from numbered
    inner join {{ ref('int_value__months') }} as landmarks on landmarks.months_ago = 3 * numbered.quarters_ago
    inner join {{ ref('int_value__months') }} as followed on followed.months_ago = 3 * numbered.quarters_ago - 3
    where 3 * numbered.quarters_ago <= {{ assumption('value_window_months') }}
        and numbered.quarters_ago <= {{ margin_quarters[-1] }}
    group by numbered.quarters_ago
    having count(*) = 3
),

-- told by the customer as hard or unsatisfactory
bad_answers as (
    select distinct contact_id
    from {{ ref('fct_survey_answers') }}
    where respondent_kind = 'customer' and metric_code in ('ces', 'csat') and box_value = -1
),

contacts as (
    select
        contacts.customer_id,
        quarters.quarters_ago,
        contacts.issue_code,
        contacts.is_repeated_14d,
        contacts.is_complaint,
        contacts.is_repeated_14d or bad_answers.contact_id is not null as is_bad
    from {{ ref('fct_contacts') }} as contacts
    inner join quarters on contacts.started_on >= quarters.first_month and contacts.started_on <= quarters.last_day
    left join bad_answers on contacts.contact_id = bad_answers.contact_id
    where contacts.customer_id is not null
),

-- came back about the same issue again and again
frustrated as (
    select distinct customer_id, quarters_ago
    from (
        select customer_id, quarters_ago
        from contacts
        where is_repeated_14d
        group by customer_id, quarters_ago, issue_code
        having count(*) >= {{ assumption('frustration_repeats') }}
    ) as issues
),

by_customer as (
    select
        counted.customer_id,
        counted.quarters_ago,
        case
            when counted.complaint_count > 0 or frustrated.customer_id is not null then 'frustration'
            when counted.bad_count >= {{ assumption('several_bad_from') }} then 'several_bad'
            when counted.bad_count > 0 then 'one_bad'
            else 'none'
        end as experience
    from (
        select
            customer_id,
            quarters_ago,
            count(*) filter (where is_bad) as bad_count,
            count(*) filter (where is_complaint) as complaint_count
        from contacts
        group by customer_id, quarters_ago
    ) as counted
    left join frustrated
        on counted.customer_id = frustrated.customer_id and counted.quarters_ago = frustrated.quarters_ago
),

-- The months up to each quarter, side by side: one pass over the months of customers.
margin_months as (
    select
        month_start
        {%- for quarter in margin_quarters %},
        quarters_ago >= {{ quarter }} and months_before < {{ 3 * quarter }} as counts_for_{{ quarter }}
        {%- endfor %}
    from (
        select
            month_start,
            quarters_ago,
            -- the quarter whose year of margin begins after it
            months_ago - {{ assumption('notice_months') }} - {{ assumption('margin_months') }} as months_before
        from numbered
        where quarters_ago > 0
    ) as placed
),

-- The quarter alone would tell the cost of its contacts more than what the customer brings.
margins as (
    select
        customer_months.customer_id
        {%- for quarter in margin_quarters %},
        avg(case when margin_months.counts_for_{{ quarter }} then customer_months.profit_eur end) as margin_{{ quarter }}_eur
        {%- endfor %}
    from {{ ref('fct_customer_months') }} as customer_months
    inner join margin_months on customer_months.month_start = margin_months.month_start
    where customer_months.is_active
    group by customer_months.customer_id
),

last_months as (
    select
        customer_months.customer_id,
        -- an expression, so that months are found before customers
        quarters.quarters_ago - 1 as followed_quarters_ago,
        coalesce(customer_months.segment, 'unknown') as segment,
        coalesce(customer_months.region, 'unknown') as region,
        coalesce(customer_months.product, 'unknown') as product
    from {{ ref('fct_customer_months') }} as customer_months
    inner join quarters on customer_months.month_start = quarters.last_month
),

-- Who is there after the months of notice, and whether still so a quarter later.
followed as (
    select
        by_customer.experience,
        last_months.segment,
        last_months.region,
        last_months.product,
        case by_customer.quarters_ago
            {%- for quarter in margin_quarters %}
            when {{ quarter }} then margins.margin_{{ quarter }}_eur
            {%- endfor %}
        end as monthly_margin_eur,
        quarters.first_month,
        quarters.last_month,
        case when spells.last_day <= quarters.followed_until then 1 else 0 end as is_lost
    from by_customer
    inner join quarters on by_customer.quarters_ago = quarters.quarters_ago
    inner join {{ ref('int_crm__active_spells') }} as spells
        on by_customer.customer_id = spells.customer_id
        and spells.started_on <= quarters.landmark_day
        and (spells.last_day is null or spells.last_day > quarters.landmark_day)
    inner join last_months
        on by_customer.customer_id = last_months.customer_id
        and by_customer.quarters_ago - 1 = last_months.followed_quarters_ago
    inner join margins on by_customer.customer_id = margins.customer_id
),

grouped as (
    select
        case
            when grouping(segment) = 0 then 'segment'
            when grouping(region) = 0 then 'region'
            when grouping(product) = 0 then 'product'
            else 'organisation'
        end as scope_kind,
        case
            when grouping(segment) = 0 then segment
            when grouping(region) = 0 then region
            when grouping(product) = 0 then product
            else 'all'
        end as scope_key,
        experience,
        min(first_month) as first_month,
        max(last_month) as last_month,
        count(*) as customer_count,
        sum(is_lost) as lost_count,
        sum(monthly_margin_eur) as monthly_margin_eur
    from followed
    where monthly_margin_eur is not null
    group by grouping sets ((experience), (experience, segment), (experience, region), (experience, product))
)

select
    scope_kind,
    scope_key,
    experience,
    first_month,
    last_month,
    cast(customer_count as bigint) as customer_count,
    cast(lost_count as bigint) as lost_count,
    cast(monthly_margin_eur as {{ type_double() }}) as monthly_margin_eur
from grouped
