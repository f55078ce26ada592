with

-- Of who was not asked, what those who were say; nobody asked: as if all would have come anyway.
answers as (
    select avg(cast(case when would_have_joined_anyway then 1 else 0 end as {{ type_double() }})) as would_have_come_share
    from {{ ref('fct_referrals') }}
    where would_have_joined_anyway is not null
),

came as (
    select
        referrals.referrer_customer_id as customer_id,
        referrals.referred_customer_id,
        coalesce(referrals.is_rewarded, false) as is_rewarded,
        coalesce(
            case when referrals.would_have_joined_anyway then 1 when not referrals.would_have_joined_anyway then 0 end,
            answers.would_have_come_share,
            1
        ) as would_have_come_share,
        {{ months_between('referrals.referred_on', 'months.month_end') }} as months_ago,
        row_number() over (
            partition by referrals.referred_customer_id
            order by referrals.referred_at nulls last, referrals.referral_id nulls last
        ) as place
    from {{ ref('fct_referrals') }} as referrals
    inner join {{ ref('int_value__months') }} as months on months.months_ago = 0 and referrals.referred_on <= months.month_end
    cross join answers
    where referrals.referred_customer_id <> referrals.referrer_customer_id
)

select
    customer_id,
    referred_customer_id,
    is_rewarded,
    cast(1 - would_have_come_share as {{ type_double() }}) as brought_share,
    cast({{ assumption('acquisition_cost_eur') }} - (1 - would_have_come_share) * (
        {{ assumption('referral_retention_marketing_eur') }}
        + case when is_rewarded then {{ assumption('referral_reward_eur') }} else 0 end
    ) as {{ type_double() }}) as saving_eur
from came
where place = 1 and months_ago < {{ assumption('value_window_months') }}
