{{ checked_rows('crm', 'transactions', references={
    'customer_id': ref('stg_crm__customers'),
}) }}
