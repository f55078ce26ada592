{%- set errors = lifetime_errors() -%}

-- Each row brings a customer a share of somebody's lifetime value (own, of who was referred, of who was influenced) or an
-- amount. allocated_share gives every euro one owner: the referrer has what would not have come otherwise, influencers
-- share in what is left, the rest stays.
with

referrals as (
    select * from {{ ref('int_value__referrals') }}
),

influences as (
    select * from {{ ref('int_value__influences') }}
),

passed_on as (
    select
        customer_id,
        max(brought_share) as brought_share,
        sum(influenced_share) as influenced_share
    from (
        select referred_customer_id as customer_id, brought_share, 0 as influenced_share
        from referrals
        union all
        select influenced_customer_id as customer_id, 0 as brought_share, share as influenced_share
        from influences
    ) as passed
    group by customer_id
),

shares as (
    select
        referrals.customer_id,
        referrals.referred_customer_id as source_customer_id,
        case when referrals.is_rewarded then referrals.brought_share else 0 end as crv_share,
        case when referrals.is_rewarded then 0 else referrals.brought_share end as civ_share,
        referrals.brought_share as allocated_share
    from referrals
    union all
    select
        influences.customer_id,
        influences.influenced_customer_id as source_customer_id,
        0 as crv_share,
        influences.share as civ_share,
        (1 - passed_on.brought_share) * influences.share as allocated_share
    from influences
    inner join passed_on on influences.influenced_customer_id = passed_on.customer_id
),

-- hardly anybody is brought by others: only their values are looked up
shares_of_values as (
    select
        clv.customer_id,
        clv.customer_id as source_customer_id,
        1 as clv_share,
        0 as crv_share,
        0 as civ_share,
        (1 - coalesce(passed_on.brought_share, 0)) * (1 - coalesce(passed_on.influenced_share, 0)) as allocated_share,
        clv.fit_key,
        clv.clv_eur,
        clv.{{ errors | join(', clv.') }}
    from {{ ref('int_value__clv') }} as clv
    left join passed_on on clv.customer_id = passed_on.customer_id
    union all
    select
        shares.customer_id,
        shares.source_customer_id,
        0 as clv_share,
        shares.crv_share,
        shares.civ_share,
        shares.allocated_share,
        clv.fit_key,
        clv.clv_eur,
        clv.{{ errors | join(', clv.') }}
    from shares
    inner join {{ ref('int_value__clv') }} as clv on shares.source_customer_id = clv.customer_id
),

amounts as (
    select
        customer_id,
        sum(case when is_rewarded then saving_eur else 0 end) as crv_eur,
        sum(case when is_rewarded then 0 else saving_eur end) as civ_eur,
        0 as ideas_eur, 0 as contacts_prevented_eur, 0 as research_eur, 0 as recovered_margin_eur
    from referrals
    group by customer_id
    union all
    select
        customer_id, 0 as crv_eur, 0 as civ_eur, ideas_eur, contacts_prevented_eur, research_eur, recovered_margin_eur
    from {{ ref('int_value__feedback') }}
)

select
    customer_id,
    source_customer_id,
    fit_key,
    clv_share * clv_eur as clv_eur,
    crv_share * clv_eur as crv_eur,
    civ_share * clv_eur as civ_eur,
    0 as cfv_ideas_eur,
    0 as cfv_contacts_prevented_eur,
    0 as cfv_research_eur,
    0 as cfv_recovered_margin_eur,
    allocated_share * clv_eur as allocated_eur,
    clv_share,
    crv_share,
    civ_share,
    allocated_share,
    {{ errors | join(', ') }}
from shares_of_values
where clv_eur is not null
union all
select
    customer_id,
    null as source_customer_id,
    null as fit_key,
    0 as clv_eur,
    crv_eur,
    civ_eur,
    ideas_eur as cfv_ideas_eur,
    contacts_prevented_eur as cfv_contacts_prevented_eur,
    research_eur as cfv_research_eur,
    recovered_margin_eur as cfv_recovered_margin_eur,
    crv_eur + civ_eur + ideas_eur + contacts_prevented_eur + research_eur + recovered_margin_eur as allocated_eur,
    {% for _ in range(4) %}0, {% endfor -%}
    {% for _ in errors %}0{{ ', ' if not loop.last }}{% endfor %}
from amounts
