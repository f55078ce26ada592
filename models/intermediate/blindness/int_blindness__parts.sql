{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{#- Code, day, what went wrong for the customer, and what the own figure calls good; null where either is unknown. -#}
{%- set pairs = [
    ('resolution_logged', 'resolution_matched_on', 'not is_resolved_perceived', 'is_resolved_logged'),
    ('resolution_followed', 'resolution_matched_on', 'not is_resolved_perceived', 'is_resolved_followed'),
    ('effort_estimated', 'ease_matched_on', 'customer_ease_box = -1', 'employee_ease_box = 1'),
    ('click_felt', 'click_matched_on', 'customer_click = -1', 'employee_click = 1'),
] -%}
{#- Numbers while adding up: people are counted by them, in every scope. -#}
{%- set codes = pairs | map('first') | list + ['service_level_met', 'mark_given'] %}

with

span as (
    select period_start, period_end
    from {{ ref('int_drivers__spans') }}
    where span_code = 'latest'
),

observed as (
    {%- for code, day, went_wrong, called_good in pairs %}
    select
        {{ codes.index(code) }} as code_number,
        customer_id,
        {{ scopes | join(', ') }},
        {{ went_wrong }} as went_wrong,
        {{ called_good }} as is_called_good
    from {{ ref('int_survey__matched_contacts') }}
    where {{ day }} >= (select span.period_start from span) and {{ day }} <= (select span.period_end from span)
    union all
    {%- endfor %}
    select
        {{ codes.index('service_level_met') }} as code_number,
        contacts.customer_id,
        {% for scope in scopes %}answers.{{ scope }}, {% endfor %}
        answers.box_value = -1 as went_wrong,
        contacts.is_sla_met as is_called_good
    from {{ ref('fct_survey_answers') }} as answers
    inner join {{ ref('fct_contacts') }} as contacts on answers.contact_id = contacts.contact_id
    where answers.metric_code = 'ces'
        and answers.box_value is not null
        and answers.submitted_on >= (select span.period_start from span)
        and answers.submitted_on <= (select span.period_end from span)
    union all
    select
        {{ codes.index('mark_given') }} as code_number,
        customer_id,
        {{ scopes | join(', ') }},
        relation = 'weakened' as went_wrong,
        mark_band is not null as is_called_good
    from {{ ref('int_emotions__responses') }}
    where relation is not null
        and mark is not null
        and submitted_on >= (select span.period_start from span)
        and submitted_on <= (select span.period_end from span)
),

summed as (
    select
        observed.code_number,
        {{ scope_of_grouping(scopes) }},
        count(distinct observed.customer_id) as people,
        count(*) as observed_count,
        count(*) filter (where observed.is_called_good) as called_good_count,
        count(*) filter (where observed.went_wrong) as n,
        count(*) filter (where observed.went_wrong and observed.is_called_good) as missed_count
    from observed
    where observed.went_wrong is not null and observed.is_called_good is not null
    group by {{ grouping_by_scope(['observed.code_number'], scopes) }}
)

select
    case code_number
        {%- for code in codes %}
        when {{ loop.index0 }} then '{{ code }}'
        {%- endfor %}
    end as blind_spot_code,
    scope_kind,
    coalesce(scope_key, '') as scope_key,
    {%- for name in ['people', 'observed_count', 'called_good_count', 'n', 'missed_count'] %}
    cast({{ name }} as bigint) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
