select
    "Customer ID" || ':' || cast(referral as varchar) as referral_id,
    "Customer ID" as referrer_customer_id,
    timestamp '2018-09-15 12:00:00' as referred_at
from {{ source('telco', 'services') }}, unnest(range(cast("Number of Referrals" as integer))) as referrals (referral)
