{{ public_rows('fct_contacts', 'started_on') }}
