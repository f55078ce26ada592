{%- set scopes = ['segment', 'channel', 'journey'] -%}
{%- set keys = ['service_level_code', 'outcome_metric_code', 'respondent_group'] -%}
{#- What was registered of a contact, as a number that is higher when the service level is better. -#}
{%- set levels = {
    'sla_met': 'case when contacts.is_sla_met then 1 when not contacts.is_sla_met then 0 end',
    'waiting_time': '-ln(nullif(1 + contacts.waited_seconds, 0))',
    'handling_time': '-ln(nullif(1 + contacts.handled_seconds, 0))',
    'resolved_followed': 'case when contacts.is_resolved_first_14d then 1 when not contacts.is_resolved_first_14d then 0 end',
    'resolved_logged': 'case when contacts.is_resolved_registered then 1 when not contacts.is_resolved_registered then 0 end',
} %}

with

-- what the customer answered about a contact
answered as (
    select
        outcomes.outcome_metric_code,
        outcomes.respondent_group,
        outcomes.respondent_key,
        outcomes.weight,
        outcomes.y,
        outcomes.segment,
        outcomes.channel,
        outcomes.journey
        {%- for code, value in levels.items() %},
        cast({{ value }} as {{ type_double() }}) as {{ code }}
        {%- endfor %}
    from {{ ref('int_drivers__outcomes') }} as outcomes
    inner join {{ ref('fct_contacts') }} as contacts on outcomes.contact_id = contacts.contact_id
    inner join {{ ref('analysis_outcomes') }} as chosen
        on chosen.analysis = 'service_level' and outcomes.outcome_metric_code = chosen.outcome_metric_code
    inner join {{ ref('int_drivers__spans') }} as spans
        on spans.span_code = 'latest' and outcomes.submitted_on between spans.period_start and spans.period_end
),

pairs as (
    {%- for code in levels %}
    select
        '{{ code }}' as service_level_code,
        outcome_metric_code, respondent_group, respondent_key, weight, y, segment, channel, journey,
        {{ code }} as x
    from answered
    where {{ code }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a letter waits for days and a call for minutes: what is compared is compared within its channel
within_channels as (
    select
        service_level_code, outcome_metric_code, respondent_group, respondent_key, weight, segment, channel, journey,
        x - sum(weight * x) over channels / nullif(sum(weight) over channels, 0) as x,
        y - sum(weight * y) over channels / nullif(sum(weight) over channels, 0) as y
    from pairs
    window channels as (partition by service_level_code, outcome_metric_code, channel)
),

summed as (
    select
        {{ keys | join(', ') }},
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        count(distinct respondent_key) as respondent_count,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * x) as x_sum,
        sum(weight * y) as y_sum,
        sum(weight * x * x) as x_x_sum,
        sum(weight * x * y) as x_y_sum,
        sum(weight * y * y) as y_y_sum
    from within_channels
    group by {{ grouping_by_scope(keys, scopes) }}
)

select
    {{ keys | join(',\n    ') }},
    scope_kind,
    coalesce(scope_key, '') as scope_key,
    cast(n as bigint) as n,
    cast(respondent_count as bigint) as respondent_count,
    {%- for name in ['w_sum', 'w_sq_sum', 'x_sum', 'y_sum', 'x_x_sum', 'x_y_sum', 'y_y_sum'] %}
    cast({{ name }} as {{ type_double() }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
