{{ checked_rows('crm', 'feedback_items', references={
    'customer_id': ref('stg_crm__customers'),
}) }}
