{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{#- Of a contact: code, day, what went wrong for the customer, and what the own figure calls good; null where unknown. -#}
{%- set of_contacts = [
    ('resolution_logged', 'resolution_matched_on', 'not is_resolved_perceived', 'is_resolved_logged'),
    ('resolution_followed', 'resolution_matched_on', 'not is_resolved_perceived', 'is_resolved_followed'),
    ('effort_estimated', 'ease_matched_on', 'customer_ease_box = -1', 'employee_ease_box = 1'),
    ('service_level_met', 'service_level_matched_on', 'customer_ease_box = -1', 'is_sla_met'),
    ('click_felt', 'click_matched_on', 'customer_click = -1', 'employee_click = 1'),
] -%}
{%- set codes = of_contacts | map('first') | list + ['mark_given'] -%}
{%- set seen = [] -%}
{%- for code in codes -%}
    {%- do seen.extend([code ~ '_went_wrong', code ~ '_is_called_good']) -%}
{%- endfor %}

with

span as (
    select period_start, period_end
    from {{ ref('int_drivers__spans') }}
    where span_code = 'latest'
),

told as (
    select
        customer_id,
        {{ scopes | join(', ') }}
        {%- for code, day, went_wrong, called_good in of_contacts %},
        case when {{ day }} between span.period_start and span.period_end then {{ went_wrong }} end as {{ code }}_went_wrong,
        {{ called_good }} as {{ code }}_is_called_good
        {%- endfor %},
        cast(null as boolean) as mark_given_went_wrong,
        cast(null as boolean) as mark_given_is_called_good
    from {{ ref('int_survey__matched_contacts') }}
    cross join span
    union all
    select
        customer_id,
        {{ scopes | join(', ') }}
        {%- for code, _, _, _ in of_contacts %},
        null as {{ code }}_went_wrong,
        null as {{ code }}_is_called_good
        {%- endfor %},
        relation = 'weakened' as mark_given_went_wrong,
        mark_band is not null as mark_given_is_called_good
    from {{ ref('int_emotions__responses') }}
    inner join span on submitted_on between span.period_start and span.period_end
    where mark is not null
),

-- all blind spots side by side, so that everybody is looked up once in every scope
observed as (
    select
        customer_id,
        {{ scopes | join(', ') }}
        {%- for code in codes %},
        case when {{ code }}_is_called_good is not null then {{ code }}_went_wrong end as {{ code }}_went_wrong,
        {{ code }}_is_called_good
        {%- endfor %}
    from told
    where {% for code in codes %}{{ code }}_went_wrong is not null{{ ' or ' if not loop.last }}{% endfor %}
),

-- what is seen at one contact repeats itself: the few patterns are added up, not the contacts
patterns as (
    select
        {{ seen | join(', ') }},
        {{ scope_of_grouping(scopes) }},
        count(*) as pattern_count
    from observed
    group by {{ grouping_by_scope(seen, scopes) }}
),

counted as (
    select
        scope_kind,
        scope_key
        {%- for code in codes %},
        sum(case when {{ code }}_went_wrong is not null then pattern_count else 0 end) as {{ code }}_observed_count,
        sum(case when {{ code }}_went_wrong is not null and {{ code }}_is_called_good then pattern_count else 0 end) as {{ code }}_called_good_count,
        sum(case when {{ code }}_went_wrong then pattern_count else 0 end) as {{ code }}_n,
        sum(case when {{ code }}_went_wrong and {{ code }}_is_called_good then pattern_count else 0 end) as {{ code }}_missed_count
        {%- endfor %}
    from patterns
    group by scope_kind, scope_key
),

customers as (
    select
        customer_id,
        {{ scope_of_grouping(scopes) }}
        {%- for code in codes %},
        max(case when {{ code }}_went_wrong is null then 0 else 1 end) as {{ code }}
        {%- endfor %}
    from observed
    where customer_id is not null
    group by {{ grouping_by_scope(['customer_id'], scopes) }}
),

people as (
    select
        scope_kind,
        coalesce(scope_key, '') as scope_key
        {%- for code in codes %},
        sum({{ code }}) as {{ code }}
        {%- endfor %}
    from customers
    group by scope_kind, coalesce(scope_key, '')
)

{% for code in codes -%}
select
    '{{ code }}' as blind_spot_code,
    counted.scope_kind,
    coalesce(counted.scope_key, '') as scope_key,
    cast(coalesce(people.{{ code }}, 0) as bigint) as people,
    {%- for name in ['observed_count', 'called_good_count', 'n', 'missed_count'] %}
    cast(counted.{{ code }}_{{ name }} as bigint) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from counted
left join people on counted.scope_kind = people.scope_kind and coalesce(counted.scope_key, '') = people.scope_key
where counted.{{ code }}_observed_count > 0
{{ 'union all' if not loop.last }}
{% endfor %}
