select *
from {{ ref('metrics') }}
