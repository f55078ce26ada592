with

quarters as (
    select
        quarters.period_start as quarter_start,
        quarters.period_end as quarter_end,
        max(following.month_end) as followed_until
    from {{ ref('int_calendar__periods') }} as quarters
    inner join {{ ref('int_value__months') }} as following
        on cast(date_trunc('quarter', following.month_start) as date) = quarters.period_end + 1
    where quarters.period_grain = 'quarter'
    group by quarters.period_start, quarters.period_end
    having count(*) = 3
),

-- who served a customer twice in a quarter counts once, who is served by two teams counts for both
served as (
    select distinct contacts.customer_id, contacts.team_id, quarters.quarter_start, quarters.quarter_end, quarters.followed_until
    from {{ ref('fct_contacts') }} as contacts
    inner join quarters on cast(date_trunc('quarter', contacts.started_on) as date) = quarters.quarter_start
    where contacts.customer_id is not null and contacts.team_id is not null
)

select
    served.team_id,
    served.quarter_start,
    cast(count(*) as bigint) as customer_count,
    cast(sum(case when spells.last_day <= served.followed_until then 0 else 1 end) as bigint) as retained_count
from served
inner join {{ ref('int_crm__active_spells') }} as spells
    on served.customer_id = spells.customer_id
    and spells.started_on <= served.quarter_end
    and (spells.last_day is null or spells.last_day > served.quarter_end)
group by served.team_id, served.quarter_start
