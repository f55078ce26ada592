-- The raw record stays behind in the restricted layer: it may hold personal data.
select
    contract_table,
    source_file,
    cast(row_number as bigint) as row_number,
    row_key,
    status,
    column_name,
    reason_code,
    reason
from {{ ref('int_landing__rejected_records') }}
