{{ checked_rows('crm', 'contacts', references={
    'customer_id': ref('stg_crm__customers'),
}) }}
