select distinct
    customer_id,
    '2016-02-01' as acquired_on
from {{ ref('uci__contacts') }}
where customer_id is not null
