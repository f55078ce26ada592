{%- set views = {'click': 1, 'neutral': 0, 'no_click': -1} -%}
{%- set counts = [] -%}
{%- for own in views -%}
    {%- set row = [] -%}
    {%- for customer in views -%}{%- do row.append(own ~ '_' ~ customer ~ '_count') -%}{%- endfor -%}
    {%- do counts.append(row) -%}
{%- endfor %}

with

counted as (
    select
        period_grain,
        period_start,
        scope_kind,
        scope_key,
        {%- for own, own_value in views.items() %}
        {%- for customer, customer_value in views.items() %}
        coalesce(sum(contact_count) filter (where own_view = {{ own_value }} and customer_view = {{ customer_value }}), 0)
            as {{ own }}_{{ customer }}_count,
        {%- endfor %}
        {%- endfor %}
        sum(contact_count) as n
    from {{ ref('int_survey__agreement_parts') }}
    where subject = 'click'
    group by period_grain, period_start, scope_kind, scope_key
),

-- Shown where the metrics of the same contacts are.
shown as (
    select
        counted.*,
        figures.period_end,
        figures.scope_name_en,
        figures.scope_name_nl,
        figures.display,
        figures.is_complete_period,
        {{ kappa(counts) }} as kappa
    from counted
    inner join {{ ref('metric_values') }} as figures
        on figures.metric_code = 'emo_click_reciprocity'
        and counted.period_grain = figures.period_grain
        and counted.period_start = figures.period_start
        and counted.scope_kind = figures.scope_kind
        and counted.scope_key = figures.scope_key
    where figures.value is not null
),

errors as (
    select *, {{ kappa_standard_error(counts, 'kappa') }} as kappa_error
    from shown
)

select
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    cast(n as bigint) as n,
    {%- for row in counts %}
    {%- for count in row %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    {%- endfor %}
    kappa,
    kappa_error as kappa_standard_error,
    case when kappa is not null then greatest(-1, kappa - {{ z_975() }} * kappa_error) end as kappa_ci_low,
    case when kappa is not null then least(1, kappa + {{ z_975() }} * kappa_error) end as kappa_ci_high,
    {{ mcnemar_p('click_no_click_count', 'no_click_click_count', assumption('mcnemar_exact_below')) }} as mcnemar_p_value,
    display,
    is_complete_period
from errors
