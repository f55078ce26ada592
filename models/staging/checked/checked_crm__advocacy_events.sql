{{ checked_rows('crm', 'advocacy_events', references={
    'customer_id': ref('stg_crm__customers'),
}) }}
