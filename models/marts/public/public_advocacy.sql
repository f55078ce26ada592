{{ public_rows('fct_advocacy', 'submitted_on') }}
