{{ public_rows('fct_verbatims', 'said_on') }}
