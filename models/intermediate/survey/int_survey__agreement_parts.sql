{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

matched as (
    select
        *,
        cast(date_trunc('month', click_matched_on) as date) as click_month,
        cast(date_trunc('month', resolution_matched_on) as date) as resolution_month
    from {{ ref('int_survey__matched_contacts') }}
),

-- what the organisation says beside what the customer says: 1 yes, 0 neutral, -1 no
pairs as (
    select
        'click' as subject,
        click_month as month_start,
        {{ scopes | join(', ') }},
        cast(employee_click as integer) as own_view,
        cast(customer_click as integer) as customer_view
    from matched
    where click_month is not null
    {%- for registration in ['followed', 'logged'] %}
    union all
    select
        'resolved_{{ registration }}' as subject,
        resolution_month as month_start,
        {{ scopes | join(', ') }},
        case when is_resolved_{{ registration }} then 1 else -1 end as own_view,
        case when is_resolved_perceived then 1 else -1 end as customer_view
    from matched
    where resolution_month is not null and is_resolved_{{ registration }} is not null
    {%- endfor %}
),

monthly as (
    select
        subject,
        own_view,
        customer_view,
        month_start,
        {{ scope_of_grouping(scopes) }},
        count(*) as contact_count
    from pairs
    group by {{ grouping_by_scope(['subject', 'own_view', 'customer_view', 'month_start'], scopes) }}
)

{{ periods_of_months(['subject', 'own_view', 'customer_view'], counts=['contact_count']) }}
