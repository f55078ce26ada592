-- What employees say about themselves is not here, not even by day.
{{ public_rows(
    'fct_survey_answers',
    'submitted_on',
    hidden={'respondent_id': "facts.respondent_kind = 'employee'"},
    kept="facts.respondent_kind <> 'employee' or facts.contact_id is not null",
) }}
