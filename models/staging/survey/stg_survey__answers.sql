{{ accepted_rows(ref('checked_survey__answers')) }}
