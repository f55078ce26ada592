-- What a client can group is what a client can isolate: employees about themselves are not here, not even by day.
select
    facts.response_id,
    facts.item_code,
    facts.survey_code,
    facts.instrument,
    facts.metric_code,
    facts.driver_code,
    facts.scale_id,
    facts.respondent_kind,
    case when facts.respondent_kind <> 'employee' then facts.respondent_id end as respondent_id,
    facts.customer_id,
    facts.contact_id,
    case when facts.respondent_kind <> 'employee' or coalesce(teams.is_named, staffed.row_count = 0) then facts.team_id end as team_id,
    case when facts.respondent_kind <> 'employee' or coalesce(departments.is_named, staffed.row_count = 0) then facts.department_id end as department_id,
    facts.segment,
    facts.region,
    facts.channel,
    facts.journey,
    facts.touchpoint,
    facts.product,
    facts.language,
    facts.answer_state,
    facts.answer_value,
    facts.box_value,
    facts.weight,
    facts.scale_minimum,
    facts.scale_maximum,
    facts.submitted_on,
    facts.submitted_at
from {{ ref('fct_survey_answers') }} as facts
left join {{ ref('int_metrics__members') }} as teams
    on teams.scope_kind = 'team'
    and facts.team_id = teams.scope_key
    and cast(date_trunc('month', facts.submitted_on) as date) = teams.month_start
left join {{ ref('int_metrics__members') }} as departments
    on departments.scope_kind = 'department'
    and facts.department_id = departments.scope_key
    and cast(date_trunc('month', facts.submitted_on) as date) = departments.month_start
cross join (select count(*) as row_count from {{ ref('int_metrics__members') }}) as staffed
where facts.respondent_kind <> 'employee' or facts.contact_id is not null
