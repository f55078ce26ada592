with

records as (
    select *
    from {{ ref('int_landing__rejected_records') }}
),

hr_tables as (
    {%- for area, table in contract_tables() if area == 'hr' %}
    select '{{ table }}' as contract_table
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a value that was refused may be somebody's pay, or the answer of somebody about work
judged as (
    select
        records.*,
        hr_tables.contract_table is not null or responses.response_id is not null as is_about_employee
    from records
    left join hr_tables on records.contract_table = hr_tables.contract_table
    left join {{ ref('stg_survey__responses') }} as responses
        on records.contract_table = 'answers'
        and split_part(records.row_key, '|', 1) = responses.response_id
        and responses.respondent_kind = 'employee'
)

-- The raw record stays behind in the restricted layer: it may hold personal data.
select
    contract_table,
    source_file,
    cast(row_number as bigint) as row_number,
    case when not is_about_employee then row_key end as row_key,
    status,
    column_name,
    reason_code,
    case when is_about_employee and column_name is not null then column_name || ' was refused: ' || reason_code else reason end as reason
from judged
