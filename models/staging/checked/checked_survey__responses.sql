{{ checked_rows(
    'survey', 'responses',
    references={'contact_id': ref('stg_crm__contacts')},
    joins='
    left join (select distinct customer_id as known_key from ' ~ ref('stg_crm__customers') ~ ") as customers
        on delivered.respondent_kind = 'customer' and delivered.respondent_id = customers.known_key
    cross join (select count(*) > 0 as is_filled from " ~ ref('stg_crm__customers') ~ ') as customers_filled
    left join ' ~ ref('stg_hr__employees') ~ " as employees
        on delivered.respondent_kind = 'employee' and delivered.respondent_id = employees.employee_id
    cross join (select count(*) > 0 as is_filled from " ~ ref('stg_hr__employees') ~ ') as employees_filled',
    checks=[
        {
            'code': 'orphan', 'column': 'respondent_id',
            'condition': "delivered.respondent_kind = 'customer' and delivered.respondent_id is not null"
                ~ ' and customers.known_key is null and customers_filled.is_filled',
            'message': "'respondent_id is not among the accepted customers (declare respondent_kind panel if it need not be): ' || delivered.respondent_id",
        },
        {
            'code': 'orphan', 'column': 'respondent_id',
            'condition': "delivered.respondent_kind = 'employee' and delivered.respondent_id is not null"
                ~ ' and employees.employee_id is null and employees_filled.is_filled',
            'message': "'respondent_id is not among the accepted employees (declare respondent_kind panel if it need not be): ' || delivered.respondent_id",
        },
    ],
) }}
