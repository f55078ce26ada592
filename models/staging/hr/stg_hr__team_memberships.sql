{{ accepted_rows(ref('checked_hr__team_memberships')) }}
