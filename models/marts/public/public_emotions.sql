{{ public_rows('fct_emotions', 'submitted_on') }}
