{{ checked_rows('hr', 'team_memberships', references={
    'employee_id': ref('stg_hr__employees'),
    'team_id': ref('stg_hr__teams'),
}) }}
