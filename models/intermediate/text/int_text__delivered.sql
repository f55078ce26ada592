with

-- names change little: those of the newest version
customers as (
    select
        customer_id, full_name, email, phone,
        row_number() over (partition by customer_id order by valid_from desc nulls last) as recency
    from {{ ref('stg_crm__customers') }}
),

explained as (
    select distinct survey_code, item_code
    from {{ ref('survey_items') }}
    where scale_id = 'text'
),

said as (
    select
        'explanation' as text_kind,
        answers.response_id as reference_id,
        answers.item_code as text_part,
        responses.respondent_kind as speaker,
        answers.raw_value as raw_text,
        responses.respondent_id,
        coalesce(contacts.customer_id, case when responses.respondent_kind = 'customer' then responses.respondent_id end) as customer_id,
        coalesce(case when responses.respondent_kind = 'employee' then responses.respondent_id end, contacts.employee_id) as employee_id
    from {{ ref('stg_survey__answers') }} as answers
    inner join explained on answers.survey_code = explained.survey_code and answers.item_code = explained.item_code
    inner join {{ ref('stg_survey__responses') }} as responses on answers.response_id = responses.response_id
    left join {{ ref('stg_crm__contacts') }} as contacts on responses.contact_id = contacts.contact_id
    where answers.answer_state = 'answered'
    union all
    select
        'feedback' as text_kind,
        items.feedback_item_id as reference_id,
        '' as text_part,
        'customer' as speaker,
        items.text as raw_text,
        cast(null as {{ dbt.type_string() }}) as respondent_id,
        coalesce(items.customer_id, contacts.customer_id) as customer_id,
        contacts.employee_id
    from {{ ref('stg_crm__feedback_items') }} as items
    left join {{ ref('stg_crm__contacts') }} as contacts on items.contact_id = contacts.contact_id
    union all
    select
        'utterance' as text_kind,
        utterances.contact_id as reference_id,
        cast(utterances.position as {{ dbt.type_string() }}) as text_part,
        coalesce(utterances.speaker, 'customer') as speaker,
        utterances.text as raw_text,
        cast(null as {{ dbt.type_string() }}) as respondent_id,
        contacts.customer_id,
        contacts.employee_id
    from {{ ref('stg_crm__utterances') }} as utterances
    left join {{ ref('stg_crm__contacts') }} as contacts on utterances.contact_id = contacts.contact_id
)

select
    said.text_kind,
    said.reference_id,
    said.text_part,
    said.speaker,
    said.respondent_id,
    said.customer_id,
    said.employee_id,
    said.raw_text,
    customers.full_name as customer_name,
    customers.email as customer_email,
    customers.phone as customer_phone,
    employees.full_name as employee_name,
    employees.email as employee_email,
    md5(
        said.raw_text
        {%- for column in ['customers.full_name', 'customers.email', 'customers.phone', 'employees.full_name', 'employees.email'] %}
        || '|' || coalesce({{ column }}, '')
        {%- endfor %}
    ) as source_key
from said
left join customers on said.customer_id = customers.customer_id and customers.recency = 1
left join {{ ref('stg_hr__employees') }} as employees on said.employee_id = employees.employee_id
where trim(said.raw_text) <> ''
