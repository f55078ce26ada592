{{ checked_rows('crm', 'contracts', references={
    'customer_id': ref('stg_crm__customers'),
}) }}
