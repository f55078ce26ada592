{%- set contact_metrics = [
    ('sla_met', 'is_sla_met'),
    ('reopened', 'reopen_count > 0'),
    ('handled_without_transfer', 'transfer_count = 0'),
    ('fcr_registered', 'is_resolved_first_14d'),
] -%}
{%- for days in resolution_windows() -%}
    {%- do contact_metrics.append(('forward_resolution_' ~ days ~ 'd', 'is_forward_resolved_' ~ days ~ 'd')) -%}
    {%- do contact_metrics.append(('repeat_contact_' ~ days ~ 'd', 'is_repeated_' ~ days ~ 'd')) -%}
{%- endfor %}

with

survey_metrics as (
    select metric_code, item_metric_code, estimator
    from {{ ref('dim_metrics') }}
    where item_metric_code is not null and metric_code <> 'engagement_score'
),

survey_answers as (
    select
        survey_metrics.metric_code,
        answers.submitted_on as observed_on,
        answers.department_id,
        answers.team_id,
        answers.segment,
        answers.region,
        answers.channel,
        answers.journey,
        answers.product,
        answers.weight,
        case survey_metrics.estimator
            when 'net_share' then answers.box_value
            when 'proportion' then case when answers.box_value = 1 then 1 else 0 end
            else answers.answer_value
        end as y,
        cast(null as {{ type_double() }}) as x,
        answers.scale_minimum,
        answers.scale_maximum
    from {{ ref('fct_survey_answers') }} as answers
    inner join survey_metrics on answers.metric_code = survey_metrics.item_metric_code
    where answers.answer_value is not null
),

engagement_scores as (
    select
        'engagement_score' as metric_code,
        submitted_on as observed_on,
        department_id,
        team_id,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as journey,
        cast(null as {{ dbt.type_string() }}) as product,
        weight,
        engagement_score as y,
        cast(null as {{ type_double() }}) as x,
        scale_minimum,
        scale_maximum
    from {{ ref('employee_engagement') }}
),

contact_facts as (
    select
        contacts.*
        {%- for _, condition in contact_metrics %},
        case when {{ condition }} then 1 when not ({{ condition }}) then 0 end as y_{{ loop.index }}
        {%- endfor %}
    from {{ ref('fct_contacts') }} as contacts
),

contact_observations as (
    {%- for metric_code, _ in contact_metrics %}
    select
        '{{ metric_code }}' as metric_code,
        started_on as observed_on,
        department_id,
        team_id,
        segment,
        region,
        channel,
        journey,
        product,
        1 as weight,
        y_{{ loop.index }} as y,
        cast(null as {{ type_double() }}) as x
    from contact_facts
    where y_{{ loop.index }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

profit_observations as (
    select
        'customer_profitability' as metric_code,
        month_start as observed_on,
        segment,
        region,
        product,
        profit_eur as y,
        cast(null as {{ type_double() }}) as x
    from {{ ref('fct_customer_months') }}
    where is_active
    union all
    select
        'margin_share' as metric_code,
        month_start as observed_on,
        segment,
        region,
        product,
        profit_eur as y,
        revenue_eur as x
    from {{ ref('fct_customer_months') }}
    where is_active
)

select * from survey_answers
union all
select * from engagement_scores
union all
select
    metric_code, observed_on, department_id, team_id, segment, region, channel, journey, product, weight, y, x,
    cast(null as {{ type_double() }}) as scale_minimum,
    cast(null as {{ type_double() }}) as scale_maximum
from contact_observations
union all
select
    metric_code,
    observed_on,
    cast(null as {{ dbt.type_string() }}) as department_id,
    cast(null as {{ dbt.type_string() }}) as team_id,
    segment,
    region,
    cast(null as {{ dbt.type_string() }}) as channel,
    cast(null as {{ dbt.type_string() }}) as journey,
    product,
    1 as weight,
    y,
    x,
    cast(null as {{ type_double() }}) as scale_minimum,
    cast(null as {{ type_double() }}) as scale_maximum
from profit_observations
