{{ accepted_rows(ref('checked_survey__responses')) }}
