-- Hidden means hidden: neither the figure nor a change, interval or n that gives it away.
select *
from {{ ref('metric_values') }}
where display = 'hidden'
    and coalesce(n, value, value_unweighted, ci_low, ci_high, standard_error, change, p_value, comparison_value) is not null
