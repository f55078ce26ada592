{{ checked_rows('crm', 'referrals', references={
    'referrer_customer_id': ref('stg_crm__customers'),
}) }}
