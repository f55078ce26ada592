{%- set scopes = ['segment', 'channel', 'journey'] -%}
{%- set keys = ['service_level_code', 'outcome_metric_code', 'respondent_group'] -%}
{%- set sums = ['n', 'w_sum', 'w_sq_sum', 'x_sum', 'y_sum', 'x_x_sum', 'x_y_sum', 'y_y_sum'] -%}
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
),

-- the rows are looked at once, with all levels side by side; channels and scopes are added up from what they share
beside_each_other as (
    select
        {{ (keys[1:] + scopes) | join(', ') }}
        {%- for code in levels %},
        count({{ code }}) as {{ code }}_n,
        sum(case when {{ code }} is not null then weight end) as {{ code }}_w_sum,
        sum(case when {{ code }} is not null then weight * weight end) as {{ code }}_w_sq_sum,
        sum(weight * {{ code }}) as {{ code }}_x_sum,
        sum(case when {{ code }} is not null then weight * y end) as {{ code }}_y_sum,
        sum(weight * {{ code }} * {{ code }}) as {{ code }}_x_x_sum,
        sum(weight * {{ code }} * y) as {{ code }}_x_y_sum,
        sum(case when {{ code }} is not null then weight * y * y end) as {{ code }}_y_y_sum
        {%- endfor %}
    from answered
    group by {{ (keys[1:] + scopes) | join(', ') }}
),

finest as (
    {%- for code in levels %}
    select
        '{{ code }}' as service_level_code,
        {{ (keys[1:] + scopes) | join(', ') }}
        {%- for name in sums %},
        {{ code }}_{{ name }} as {{ name }}
        {%- endfor %}
    from beside_each_other
    where {{ code }}_n > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a letter waits for days and a call for minutes: what is compared is compared within its channel
with_means as (
    select
        *,
        sum(x_sum) over channels / nullif(sum(w_sum) over channels, 0) as mean_x,
        sum(y_sum) over channels / nullif(sum(w_sum) over channels, 0) as mean_y
    from finest
    window channels as (partition by service_level_code, outcome_metric_code, channel)
),

within_channels as (
    select
        {{ (keys + scopes) | join(', ') }}, n, w_sum, w_sq_sum,
        x_sum - mean_x * w_sum as x_sum,
        y_sum - mean_y * w_sum as y_sum,
        x_x_sum - 2 * mean_x * x_sum + mean_x * mean_x * w_sum as x_x_sum,
        x_y_sum - mean_x * y_sum - mean_y * x_sum + mean_x * mean_y * w_sum as x_y_sum,
        y_y_sum - 2 * mean_y * y_sum + mean_y * mean_y * w_sum as y_y_sum
    from with_means
),

summed as (
    select
        {{ keys | join(', ') }},
        {{ scope_of_grouping(scopes) }}
        {%- for name in sums %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from within_channels
    group by {{ grouping_by_scope(keys, scopes) }}
),

-- everybody once, with the levels that are known of a contact; counting them per level took twice as long
respondents as (
    select
        outcome_metric_code,
        respondent_group,
        respondent_key,
        {{ scope_of_grouping(scopes) }}
        {%- for code in levels %},
        max(case when {{ code }} is null then 0 else 1 end) as {{ code }}
        {%- endfor %}
    from answered
    group by {{ grouping_by_scope(['outcome_metric_code', 'respondent_group', 'respondent_key'], scopes) }}
),

people as (
    select
        outcome_metric_code,
        respondent_group,
        scope_kind,
        coalesce(scope_key, '') as scope_key
        {%- for code in levels %},
        sum({{ code }}) as {{ code }}
        {%- endfor %}
    from respondents
    group by outcome_metric_code, respondent_group, scope_kind, coalesce(scope_key, '')
)

select
    summed.{{ keys | join(',\n    summed.') }},
    summed.scope_kind,
    coalesce(summed.scope_key, '') as scope_key,
    cast(summed.n as bigint) as n,
    cast(
        case summed.service_level_code
            {%- for code in levels %}
            when '{{ code }}' then people.{{ code }}
            {%- endfor %}
        end as bigint
    ) as respondent_count,
    {%- for name in sums[1:] %}
    cast(summed.{{ name }} as {{ type_double() }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
inner join people
    on summed.outcome_metric_code = people.outcome_metric_code
    and summed.respondent_group = people.respondent_group
    and summed.scope_kind = people.scope_kind
    and coalesce(summed.scope_key, '') = people.scope_key
