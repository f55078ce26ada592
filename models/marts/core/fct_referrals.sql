select
    referrals.referral_id,
    referrals.referrer_customer_id,
    referrals.referred_customer_id,
    referrers.segment as referrer_segment,
    referrers.region as referrer_region,
    referrals.is_rewarded,
    referrals.would_have_joined_anyway,
    {{ local_date('referrals.referred_at') }} as referred_on,
    referrals.referred_at
from {{ ref('stg_crm__referrals') }} as referrals
left join {{ ref('int_crm__customer_versions') }} as referrers
    on referrals.referrer_customer_id = referrers.customer_id
    and {{ local_date('referrals.referred_at') }} >= referrers.valid_from
    and {{ local_date('referrals.referred_at') }} < referrers.valid_to
