with

-- a metric as metric_values has it, in the unit of one answer
answers as (
    select
        answers.employee_id,
        answers.team_id,
        answers.metric_code,
        cast(date_trunc('quarter', answers.submitted_on) as date) as quarter_start,
        case metrics.estimator
            when 'net_share' then cast(answers.box_value as {{ type_double() }})
            when 'proportion' then case when answers.box_value = 1 then 1 else 0 end
            else answers.answer_value
        end as y
    from {{ ref('fct_survey_answers') }} as answers
    inner join {{ ref('dim_metrics') }} as metrics on answers.metric_code = metrics.metric_code
    where answers.respondent_kind = 'customer'
        and answers.contact_id is not null
        and answers.employee_id is not null
        and answers.team_id is not null
        and answers.answer_value is not null
        and answers.metric_code in ('nps_transaction', 'ces', 'csat', 'emo_click_customer')
)

select
    employee_id,
    team_id,
    metric_code,
    quarter_start,
    cast(count(*) as bigint) as n,
    cast(sum(y) as {{ type_double() }}) as y_sum,
    cast(sum(y * y) as {{ type_double() }}) as y_sq_sum
from answers
group by employee_id, team_id, metric_code, quarter_start
