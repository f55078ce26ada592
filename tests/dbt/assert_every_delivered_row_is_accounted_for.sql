-- Nothing is lost: what came in is accepted, a duplicate or rejected, table by table.
select *
from {{ ref('int_landing__row_counts') }}
where row_count_raw is distinct from row_count_accepted + row_count_duplicate + row_count_rejected
