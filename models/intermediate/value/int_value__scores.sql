-- A score in the unit in which the metric is shown, so that its mean is the metric.
select
    metric_items.metric_code,
    answers.customer_id,
    answers.team_id,
    answers.contact_id is not null as is_about_contact,
    coalesce(answers.segment, 'unknown') as segment,
    answers.submitted_on,
    cast(case metric_items.estimator
        when 'mean' then answers.answer_value
        when 'net_share' then 100 * answers.box_value
        else case when answers.box_value = 1 then 100 else 0 end
    end as {{ type_double() }}) as score
from {{ ref('fct_survey_answers') }} as answers
inner join {{ ref('int_survey__metric_items') }} as metric_items
    on answers.survey_code = metric_items.survey_code
    and answers.item_code = metric_items.item_code
where answers.respondent_kind = 'customer'
    and answers.customer_id is not null
    and answers.answer_value is not null
    and metric_items.is_higher_better
    and not metric_items.is_index
