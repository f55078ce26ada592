{#-
    Analysis of variance with persons as the groups (Fisher's intraclass correlation for groups of unequal size: Donner
    1986, "A review of inference procedures for the intraclass correlation coefficient", eq. 2.1). Of a ratio Σy/Σx the
    residuals y - r·x are analysed, as its standard error does.
-#}
{%- set double = type_double() -%}
{%- set sums = ['y_sum', 'y_sq_sum', 'x_sum', 'x_sq_sum', 'xy_sum'] -%}
{%- set contacts = contact_metrics() -%}
{%- set customers = customer_metrics() %}

with

answers as (
    select
        responses.respondent_kind,
        responses.respondent_id,
        answers.metric_code,
        count(*) as n,
        count(*) filter (where answers.box_value = 1) as top_count,
        count(*) filter (where answers.box_value = -1) as bottom_count,
        sum(answers.answer_value) as value_sum,
        sum(answers.answer_value * answers.answer_value) as value_sq_sum
    from {{ ref('int_metrics__measured_answers') }} as answers
    inner join {{ ref('int_survey__responses_placed') }} as responses on answers.response_id = responses.response_id
    where responses.respondent_id is not null
    group by responses.respondent_kind, responses.respondent_id, answers.metric_code
),

respondents as (
    select
        metrics.metric_code,
        answers.n,
        case
            when metrics.estimator = 'net_share' then answers.top_count - answers.bottom_count
            when metrics.estimator = 'proportion' and metrics.is_higher_better then answers.top_count
            when metrics.estimator = 'proportion' then answers.bottom_count
            else answers.value_sum
        end as y_sum,
        case
            when metrics.estimator = 'net_share' then answers.top_count + answers.bottom_count
            when metrics.estimator = 'proportion' and metrics.is_higher_better then answers.top_count
            when metrics.estimator = 'proportion' then answers.bottom_count
            else answers.value_sq_sum
        end as y_sq_sum,
        cast(null as {{ double }}) as x_sum,
        cast(null as {{ double }}) as x_sq_sum,
        cast(null as {{ double }}) as xy_sum
    from answers
    inner join {{ ref('dim_metrics') }} as metrics on answers.metric_code = coalesce(metrics.item_metric_code, metrics.metric_code)
),

contacts as (
    select
        customer_id,
        {%- for _, condition in contacts %}
        count(*) filter (where {{ condition }}) as y_sum_{{ loop.index }},
        count({{ condition }}) as n_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_contacts') }}
    where customer_id is not null
    group by customer_id
),

events as (
    select metric_code, customer_id, count(*) as n, sum(y) as y_sum, sum(y * y) as y_sq_sum
    from {{ ref('int_metrics__events') }}
    where customer_id is not null
    group by metric_code, customer_id
),

customers as (
    select
        customer_id,
        {%- for _, y, x in customers %}
        sum({{ y }}) as y_sum_{{ loop.index }},
        sum(cast({{ y }} as {{ double }}) * {{ y }}) as y_sq_sum_{{ loop.index }},
        {%- if x %}
        sum({{ x }}) as x_sum_{{ loop.index }},
        sum({{ x }} * {{ x }}) as x_sq_sum_{{ loop.index }},
        sum({{ x }} * {{ y }}) as xy_sum_{{ loop.index }},
        {%- endif %}
        {%- endfor %}
        count(*) as n
    from {{ ref('fct_customer_months') }}
    where is_active
    group by customer_id
),

persons as (
    select * from respondents
    {%- for metric_code, _ in contacts %}
    union all
    select
        '{{ metric_code }}' as metric_code,
        n_{{ loop.index }} as n,
        y_sum_{{ loop.index }} as y_sum,
        y_sum_{{ loop.index }} as y_sq_sum,
        cast(null as {{ double }}) as x_sum,
        cast(null as {{ double }}) as x_sq_sum,
        cast(null as {{ double }}) as xy_sum
    from contacts
    where n_{{ loop.index }} > 0
    {%- endfor %}
    union all
    select
        metric_code,
        n,
        y_sum,
        y_sq_sum,
        cast(null as {{ double }}) as x_sum,
        cast(null as {{ double }}) as x_sq_sum,
        cast(null as {{ double }}) as xy_sum
    from events
    {%- for metric_code, _, x in customers %}
    union all
    select
        '{{ metric_code }}' as metric_code,
        n,
        y_sum_{{ loop.index }} as y_sum,
        y_sq_sum_{{ loop.index }} as y_sq_sum,
        {%- set number = loop.index %}
        {%- for sum in ['x_sum', 'x_sq_sum', 'xy_sum'] %}
        {% if x %}{{ sum }}_{{ number }}{% else %}cast(null as {{ double }}){% endif %} as {{ sum }}{{ ',' if not loop.last }}
        {%- endfor %}
    from customers
    {%- endfor %}
),

typed as (
    select
        metric_code,
        cast(n as {{ double }}) as n,
        {%- for sum in sums %}
        cast({{ sum }} as {{ double }}) as {{ sum }}{{ ',' if not loop.last }}
        {%- endfor %}
    from persons
),

totals as (
    select
        metric_code,
        count(*) as person_count,
        sum(n) as n,
        sum(n * n) as n_sq_sum,
        {%- for sum in sums %}
        sum({{ sum }}) as {{ sum }},
        {%- endfor %}
        -- squares of a person's total, each shared over the person's observations
        sum(y_sum * y_sum / nullif(n, 0)) as y_between,
        sum(x_sum * y_sum / nullif(n, 0)) as xy_between,
        sum(x_sum * x_sum / nullif(n, 0)) as x_between
    from typed
    group by metric_code
),

residuals as (
    select
        totals.*,
        case when metrics.estimator = 'ratio' then coalesce(y_sum / nullif(x_sum, 0), 0) else 0 end as ratio,
        metrics.estimator
    from totals
    inner join {{ ref('dim_metrics') }} as metrics on totals.metric_code = metrics.metric_code
),

squares as (
    select
        metric_code,
        person_count,
        n,
        n_sq_sum,
        case
            when estimator = 'ratio' then y_between - 2 * ratio * xy_between + ratio * ratio * x_between
            else y_between - y_sum * y_sum / nullif(n, 0)
        end as between_squares,
        case
            when estimator = 'ratio' then (y_sq_sum - 2 * ratio * xy_sum + ratio * ratio * x_sq_sum)
                - (y_between - 2 * ratio * xy_between + ratio * ratio * x_between)
            else y_sq_sum - y_between
        end as within_squares
    from residuals
),

mean_squares as (
    select
        *,
        between_squares / nullif(person_count - 1, 0) as between_mean,
        within_squares / nullif(n - person_count, 0) as within_mean,
        (n - n_sq_sum / nullif(n, 0)) / nullif(person_count - 1, 0) as typical_size
    from squares
)

select
    metric_code,
    cast(person_count as bigint) as person_count,
    cast(n / nullif(person_count, 0) as {{ double }}) as observations_per_person,
    cast(n_sq_sum * person_count / nullif(n * n, 0) - 1 as {{ double }}) as observations_cv_squared,
    cast((n_sq_sum / nullif(n, 0) - 1) / nullif(n / nullif(person_count, 0) - 1, 0) as {{ double }}) as repeat_spread,
    -- without anybody observed twice nothing is known, and nothing is needed
    cast(coalesce(greatest(0, least(1,
        (between_mean - within_mean) / nullif(between_mean + (typical_size - 1) * within_mean, 0)
    )), 0) as {{ double }}) as intraclass_correlation
from mean_squares
