{{ checked_rows('survey', 'invitations') }}
