{#- Follow-up that is a choice of the organisation is an assumption; the catalogue leaves it empty. -#}
{%- set windows = {
    'responsiveness': assumption('response_follow_up_days'),
    'repeat_responder_rate': assumption('response_follow_up_days'),
    'referrals_per_100_promoters': assumption('advocacy_follow_up_days'),
    'reviews_per_100_promoters': assumption('advocacy_follow_up_days'),
} %}

select
    {%- for name in model.columns %}
    {%- if name == 'follow_up_days' %}
    coalesce(follow_up_days, case metric_code
        {%- for metric_code, days in windows.items() %}
        when '{{ metric_code }}' then cast(floor({{ days }}) as integer)
        {%- endfor %}
    end) as follow_up_days
    {%- else %}
    {{ name }}
    {%- endif %}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('metrics') }}
