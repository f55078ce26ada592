{#-
    Months added up to the periods that are made of months, as the end of a model. Reads `monthly`: the keys, month_start,
    scope_kind, scope_key, and whole numbers (counts) or others (sums) to add up. Rows that belong to no part are left out.
-#}
{% macro periods_of_months(keys, counts=[], sums=[]) -%}
{%- set cell = keys + ['scope_kind', 'scope_key'] -%}
select
    periods.period_grain,
    periods.period_start
    {%- for column in cell %},
    monthly.{{ column }}
    {%- endfor %}
    {%- for column in counts %},
    cast(sum(monthly.{{ column }}) as bigint) as {{ column }}
    {%- endfor %}
    {%- for column in sums %},
    sum(monthly.{{ column }}) as {{ column }}
    {%- endfor %}
from monthly
inner join {{ ref('int_calendar__periods') }} as periods
    on periods.period_grain in ('month', 'quarter', 'rolling_12_months')
    and monthly.month_start between periods.period_start and periods.period_end
where monthly.scope_key is not null
group by periods.period_grain, periods.period_start{% for column in cell %}, monthly.{{ column }}{% endfor %}
{%- endmacro %}
