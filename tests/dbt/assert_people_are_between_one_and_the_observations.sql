-- Repeats are counted apart from the observations: one rule that differs between the two (a team left empty, an answer
-- left out) would count people who are not there, or none.
select people.*, parts.n
from {{ ref('int_metrics__people') }} as people
inner join {{ ref('int_metrics__period_parts') }} as parts
    on people.metric_code = parts.metric_code
    and people.period_grain = parts.period_grain
    and people.period_start = parts.period_start
    and people.scope_kind = parts.scope_kind
    and people.scope_key = parts.scope_key
where not (people.people_count between 1 and parts.n)
