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

{{ periods_of_months(['task', 'label'], counts=['latent_count']) }}
