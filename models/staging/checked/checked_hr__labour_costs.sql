{{ checked_rows('hr', 'labour_costs', references={
    'employee_id': ref('stg_hr__employees'),
}) }}
