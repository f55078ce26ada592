{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

observed as (
    select
        topics.task,
        topics.label,
        cast(date_trunc('month', contacts.started_on) as date) as month_start,
        {%- for column in scopes %}
        contacts.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_text__contact_topics') }} as topics
    inner join {{ ref('int_text__latent_contacts') }} as contacts on topics.contact_id = contacts.contact_id
    where topics.is_latent
),

monthly as (
    select
        task,
        label,
        month_start,
        {{ scope_of_grouping(scopes) }},
        count(*) as latent_count
    from observed
    group by {{ grouping_by_scope(['task', 'label', 'month_start'], scopes) }}
)

select
    monthly.task,
    monthly.label,
    periods.period_grain,
    periods.period_start,
    monthly.scope_kind,
    monthly.scope_key,
    cast(sum(monthly.latent_count) as bigint) as latent_count
from monthly
inner join {{ ref('int_calendar__periods') }} as periods
    on periods.period_grain in ('month', 'quarter', 'rolling_12_months')
    and monthly.month_start between periods.period_start and periods.period_end
where monthly.scope_key is not null
group by
    monthly.task, monthly.label, periods.period_grain, periods.period_start, monthly.scope_kind, monthly.scope_key
