{{ accepted_rows(ref('checked_survey__feedback_actions')) }}
