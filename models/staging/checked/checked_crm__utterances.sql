{{ checked_rows('crm', 'utterances', references={
    'contact_id': ref('stg_crm__contacts'),
}) }}
