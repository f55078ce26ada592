{{ accepted_rows(ref('checked_hr__teams')) }}
