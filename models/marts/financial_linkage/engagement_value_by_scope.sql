{%- set errors = lifetime_errors() -%}
{#- component, and the share of a lifetime value that it holds; none: amounts without an error of a fit -#}
{%- set components = [
    ('clv', 'clv_share', true),
    ('crv', 'crv_share', false),
    ('civ', 'civ_share', false),
    ('cfv_ideas', none, true),
    ('cfv_contacts_prevented', none, true),
    ('cfv_research', none, true),
    ('cfv_recovered_margin', none, true),
    ('cfv', none, true),
    ('cev', 'clv_share + crv_share + civ_share', false),
    ('allocated', 'allocated_share', true),
] -%}
{%- set attributes = ['segment', 'region', 'product', 'acquisition'] -%}

with

customers as (
    select
        customer_id,
        valued_on,
        {%- for component, _, _ in components %}
        {{ component }}_eur,
        {%- endfor %}
        coalesce(segment, 'unknown') as segment,
        coalesce(region, 'unknown') as region,
        coalesce(product, 'none') as product,
        coalesce(acquisition_kind, 'unknown') as acquisition
    from {{ ref('customer_engagement_value') }}
),

-- customers are looked at once; scopes are added up from groups that are alike in every attribute
finest as (
    select
        {{ attributes | join(', ') }},
        max(valued_on) as valued_on,
        {%- for component, _, _ in components %}
        count({{ component }}_eur) as {{ component }}_n,
        sum({{ component }}_eur) as {{ component }}_sum,
        sum({{ component }}_eur * {{ component }}_eur) as {{ component }}_sq_sum,
        {%- endfor %}
        count(*) as customer_count
    from customers
    group by {{ attributes | join(', ') }}
),

-- What a sum moves for an error of a fit adds up over customers before it is squared: they share the fit.
finest_moved as (
    select
        {% for attribute in attributes %}customers.{{ attribute }}, {% endfor %}
        contributions.fit_key,
        {%- for component, share, _ in components if share %}
        {%- for error in errors %}
        sum(({{ share }}) * contributions.{{ error }}) as {{ component }}_{{ error }}{{ ',' if not loop.last }}
        {%- endfor %}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_value__contributions') }} as contributions
    inner join customers on contributions.customer_id = customers.customer_id
    where contributions.fit_key is not null
    group by {% for attribute in attributes %}customers.{{ attribute }}, {% endfor %}contributions.fit_key
),
{% for part in ['finest', 'finest_moved'] %}
{{ part }}_placed as (
    select 'organisation' as scope_kind, 'all' as scope_key, * from {{ part }}
    {%- for attribute in attributes %}
    union all
    select '{{ attribute }}' as scope_kind, {{ attribute }} as scope_key, * from {{ part }}
    {%- endfor %}
),
{% endfor %}
summed as (
    select
        scope_kind,
        scope_key,
        max(valued_on) as valued_on,
        {%- for component, _, _ in components %}
        sum({{ component }}_n) as {{ component }}_n,
        sum({{ component }}_sum) as {{ component }}_sum,
        sum({{ component }}_sq_sum) as {{ component }}_sq_sum,
        {%- endfor %}
        sum(customer_count) as customer_count
    from finest_placed
    group by scope_kind, scope_key
),

moved as (
    select
        scope_kind,
        scope_key,
        fit_key,
        {%- for component, share, _ in components if share %}
        {%- for error in errors %}
        sum({{ component }}_{{ error }}) as {{ component }}_{{ error }}{{ ',' if not loop.last }}
        {%- endfor %}{{ ',' if not loop.last }}
        {%- endfor %}
    from finest_moved_placed
    group by scope_kind, scope_key, fit_key
),

fit_variances as (
    select
        scope_kind,
        scope_key,
        {%- for component, share, _ in components if share %}
        sum(
            {%- for error in errors %}
            {{ component }}_{{ error }} * {{ component }}_{{ error }}{{ ' +' if not loop.last }}
            {%- endfor %}
        ) as {{ component }}_variance{{ ',' if not loop.last }}
        {%- endfor %}
    from moved
    group by scope_kind, scope_key
),

components as (
    {%- for component, share, is_additive in components %}
    select
        summed.scope_kind,
        summed.scope_key,
        '{{ component }}' as component,
        summed.valued_on,
        summed.customer_count,
        {{ is_additive }} as is_additive,
        summed.{{ component }}_n as n,
        summed.{{ component }}_sum as total_eur,
        summed.{{ component }}_sum / nullif(summed.{{ component }}_n, 0) as mean_eur,
        greatest(
            summed.{{ component }}_sq_sum - summed.{{ component }}_sum * summed.{{ component }}_sum / nullif(summed.{{ component }}_n, 0), 0
        ) / nullif(summed.{{ component }}_n - 1, 0) / nullif(summed.{{ component }}_n, 0)
        {%- if share %}
            + coalesce(fit_variances.{{ component }}_variance, 0) / nullif(summed.{{ component }}_n * summed.{{ component }}_n, 0)
        {%- endif %} as variance
    from summed
    left join fit_variances on summed.scope_kind = fit_variances.scope_kind and summed.scope_key = fit_variances.scope_key
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A kind of scope is shown whole or not at all, so that no group can be told by subtraction.
shown_kinds as (
    select scope_kind
    from summed
    group by scope_kind
    having min(customer_count) >= {{ assumption('hidden_below_n') }}
),

bounded as (
    select
        components.*,
        sqrt(components.variance) as standard_error,
        {{ t_quantile('components.n - 1', 't_quantiles.t_975') }} * sqrt(components.variance) as half_width
    from components
    inner join shown_kinds on components.scope_kind = shown_kinds.scope_kind
    left join {{ ref('t_quantiles') }} as t_quantiles on components.n - 1 = t_quantiles.degrees_of_freedom
    where components.n > 1
)

select
    scope_kind,
    scope_key,
    component,
    valued_on,
    cast(n as bigint) as customer_count,
    is_additive,
    cast(mean_eur as double) as mean_eur,
    cast(mean_eur - half_width as double) as mean_eur_ci_low,
    cast(mean_eur + half_width as double) as mean_eur_ci_high,
    cast(case when is_additive then total_eur end as double) as total_eur,
    cast(case when is_additive then total_eur - n * half_width end as double) as total_eur_ci_low,
    cast(case when is_additive then total_eur + n * half_width end as double) as total_eur_ci_high,
    cast(standard_error as double) as standard_error_eur
from bounded
