{{ public_rows('fct_invitations', 'sent_on') }}
