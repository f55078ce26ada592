{{ checked_rows('survey', 'feedback_actions') }}
