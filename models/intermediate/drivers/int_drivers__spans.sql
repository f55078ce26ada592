{#- Days of follow-up that an analysis needs after its last answer. -#}
{%- set follow_ups = {'latest': '0', 'churn': assumption('churn_follow_up_days'), 'say_do': assumption('say_do_follow_up_days')} -%}

with

years as (
    select period_start, period_end, last_day
    from {{ ref('int_calendar__periods') }}
    where period_grain = 'rolling_12_months'
)

{% for span_code, days in follow_ups.items() -%}
select
    '{{ span_code }}' as span_code,
    max(period_start) as period_start,
    max(period_end) as period_end
from years
{%- if span_code != 'latest' %}
where period_end + cast(floor({{ days }}) as integer) <= last_day
{%- endif %}
having count(*) > 0
{{ 'union all' if not loop.last }}
{% endfor %}
