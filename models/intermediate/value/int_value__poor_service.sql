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
    group by numbered.quarters_ago
    having count(*) = 3
),

-- told by the customer as hard or unsatisfactory
bad_answers as (
    select distinct contact_id
    from {{ ref('fct_survey_answers') }}
    where respondent_kind = 'customer' and metric_code in ('ces', 'csat') and box_value = -1
),

by_issue as (
    select
        contacts.customer_id,
        quarters.quarters_ago,
        contacts.issue_code,
        sum(case when contacts.is_repeated_14d or bad_answers.contact_id is not null then 1 else 0 end) as bad_count,
        sum(case when contacts.is_repeated_14d then 1 else 0 end) as repeat_count,
        max(case when contacts.is_complaint then 1 else 0 end) as has_complaint
    from {{ ref('fct_contacts') }} as contacts
    inner join quarters on contacts.started_on >= quarters.first_month and contacts.started_on <= quarters.last_day
    left join bad_answers on contacts.contact_id = bad_answers.contact_id
    where contacts.customer_id is not null
    group by contacts.customer_id, quarters.quarters_ago, contacts.issue_code
),

by_customer as (
    select
        customer_id,
        quarters_ago,
        case
            when max(has_complaint) = 1 or max(repeat_count) >= {{ assumption('frustration_repeats') }} then 'frustration'
            when sum(bad_count) >= {{ assumption('several_bad_from') }} then 'several_bad'
            when sum(bad_count) > 0 then 'one_bad'
            else 'none'
        end as experience
    from by_issue
    group by customer_id, quarters_ago
),

-- The quarter alone would tell the cost of its contacts more than what the customer brings.
margins as (
    select
        by_customer.customer_id,
        by_customer.quarters_ago,
        avg(customer_months.profit_eur) as monthly_margin_eur
    from by_customer
    inner join {{ ref('fct_customer_months') }} as customer_months on by_customer.customer_id = customer_months.customer_id
    inner join numbered
        on customer_months.month_start = numbered.month_start
        and numbered.quarters_ago >= by_customer.quarters_ago
        and numbered.months_ago < 3 * by_customer.quarters_ago + {{ assumption('notice_months') }} + {{ assumption('margin_months') }}
    where customer_months.is_active
    group by by_customer.customer_id, by_customer.quarters_ago
),

-- Who is there after the months of notice, and whether still so a quarter later.
followed as (
    select
        by_customer.experience,
        coalesce(customer_months.segment, 'unknown') as segment,
        coalesce(customer_months.region, 'unknown') as region,
        coalesce(customer_months.product, 'unknown') as product,
        margins.monthly_margin_eur,
        quarters.first_month,
        quarters.last_month,
        case when spells.last_day <= quarters.followed_until then 1 else 0 end as is_lost
    from by_customer
    inner join quarters on by_customer.quarters_ago = quarters.quarters_ago
    inner join {{ ref('int_crm__active_spells') }} as spells
        on by_customer.customer_id = spells.customer_id
        and spells.started_on <= quarters.landmark_day
        and (spells.last_day is null or spells.last_day > quarters.landmark_day)
    inner join {{ ref('fct_customer_months') }} as customer_months
        on by_customer.customer_id = customer_months.customer_id
        and quarters.last_month = customer_months.month_start
    inner join margins
        on by_customer.customer_id = margins.customer_id
        and by_customer.quarters_ago = margins.quarters_ago
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
