{{ checked_rows('hr', 'absences', references={
    'employee_id': ref('stg_hr__employees'),
}) }}
