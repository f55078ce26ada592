{#-
    Respondents answer a survey's questions together, so what counts for one question mostly counts for all of them: the
    sequences run over responses, and only who left a question open, was asked in several surveys or answered several
    questions of one metric has a sequence of single answers for that metric. A third of the rows are sorted, with the
    same result.
-#}
{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{%- set cell = ['scope_number', 'period_grain', 'period_start', 'previous_month_start'] -%}

with

-- surveys that put several questions of one metric to the same respondent
several_questions as (
    select distinct survey_code
    from (
        select survey_code, metric_code
        from {{ ref('int_survey__metric_items') }}
        group by survey_code, metric_code
        having count(distinct item_code) > 1
    ) as metrics
),

-- of a response without a key nobody knows whose else it is, so its questions are those of one person
placed as (
    select
        responses.*,
        coalesce(responses.respondent_id, 'response ' || responses.response_id) as person_id
    from {{ ref('int_survey__responses_placed') }} as responses
),

several as (
    select placed.respondent_kind, placed.person_id
    from placed
    left join several_questions on placed.survey_code = several_questions.survey_code
    group by placed.respondent_kind, placed.person_id
    having count(*) > 1 or count(several_questions.survey_code) > 0
),

responses as (
    select
        placed.response_id,
        placed.survey_code,
        placed.respondent_kind,
        placed.person_id as respondent_id,
        placed.submitted_on as observed_on,
        placed.department_id,
        placed.team_id,
        placed.segment,
        placed.region,
        placed.channel,
        placed.journey,
        placed.product
    from placed
    inner join several on placed.respondent_kind = several.respondent_kind and placed.person_id = several.person_id
),

asked as (
    select respondent_kind, respondent_id, survey_code, count(*) as response_count
    from responses
    group by respondent_kind, respondent_id, survey_code
),

answered as (
    select
        responses.respondent_kind,
        responses.respondent_id,
        responses.survey_code,
        answers.metric_code,
        count(*) as answer_count,
        min(answers.item_code) = max(answers.item_code) as is_one_item
    from {{ ref('int_metrics__measured_answers') }} as answers
    inner join responses on answers.response_id = responses.response_id
    group by responses.respondent_kind, responses.respondent_id, responses.survey_code, answers.metric_code
),

survey_metrics as (
    select distinct survey_code, metric_code
    from answered
),

-- answers of a metric that are exactly the responses of one survey
matched as (
    select
        asked.respondent_kind,
        asked.respondent_id,
        asked.survey_code,
        survey_metrics.metric_code,
        coalesce(answered.is_one_item and answered.answer_count = asked.response_count, false) as is_whole,
        count(answered.answer_count) over (
            partition by asked.respondent_kind, asked.respondent_id, survey_metrics.metric_code
        ) as survey_count
    from asked
    inner join survey_metrics on asked.survey_code = survey_metrics.survey_code
    left join answered
        on asked.respondent_kind = answered.respondent_kind
        and asked.respondent_id = answered.respondent_id
        and asked.survey_code = answered.survey_code
        and survey_metrics.metric_code = answered.metric_code
),

exceptions as (
    select respondent_kind, respondent_id, survey_code, metric_code
    from matched
    where not is_whole or survey_count > 1
),

sequences as (
    select
        respondent_kind,
        respondent_id,
        sequence_code,
        is_of_survey,
        cast(row_number() over (
            order by respondent_kind nulls last, respondent_id nulls last, sequence_code nulls last, is_of_survey nulls last
        ) as integer) as sequence_number
    from (
        select respondent_kind, respondent_id, survey_code as sequence_code, true as is_of_survey
        from asked
        union
        select respondent_kind, respondent_id, metric_code as sequence_code, false as is_of_survey
        from exceptions
    ) as every_sequence
),

observations as (
    select
        sequences.sequence_number,
        responses.observed_on,
        {%- for scope in scopes %}
        responses.{{ scope }}{{ ',' if not loop.last }}
        {%- endfor %}
    from responses
    inner join sequences
        on responses.respondent_kind = sequences.respondent_kind
        and responses.respondent_id = sequences.respondent_id
        and responses.survey_code = sequences.sequence_code
    where sequences.is_of_survey
    union all
    select
        sequences.sequence_number,
        responses.observed_on,
        {%- for scope in scopes %}
        responses.{{ scope }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_metrics__measured_answers') }} as answers
    inner join responses on answers.response_id = responses.response_id
    inner join sequences
        on responses.respondent_kind = sequences.respondent_kind
        and responses.respondent_id = sequences.respondent_id
        and answers.metric_code = sequences.sequence_code
    where not sequences.is_of_survey
),

repeats as (
    {{ repeats_by_scope('observations', scopes) }}
),

-- all repeats of the survey, without those of the exceptions, with their own
signed as (
    select sequence_number, sequence_code, is_of_survey, 1 as direction
    from sequences
    union all
    select sequences.sequence_number, exceptions.metric_code as sequence_code, false as is_of_survey, -1 as direction
    from exceptions
    inner join sequences
        on exceptions.respondent_kind = sequences.respondent_kind
        and exceptions.respondent_id = sequences.respondent_id
        and exceptions.survey_code = sequences.sequence_code
    where sequences.is_of_survey
),

counted as (
    select signed.sequence_code, signed.is_of_survey, {{ cell | join(', ') }}, sum(signed.direction) as repeat_count
    from repeats
    inner join signed on repeats.sequence_number = signed.sequence_number
    group by signed.sequence_code, signed.is_of_survey, {{ cell | join(', ') }}
),

by_metric as (
    select sequence_code as metric_code, {{ cell | join(', ') }}, repeat_count
    from counted
    where not is_of_survey
    union all
    select survey_metrics.metric_code, {{ cell | join(', ') }}, counted.repeat_count
    from counted
    inner join survey_metrics on counted.sequence_code = survey_metrics.survey_code
    where counted.is_of_survey
)

select
    metric_code,
    {{ cell | join(', ') }},
    cast(sum(repeat_count) as bigint) as repeat_count
from by_metric
group by metric_code, {{ cell | join(', ') }}
having sum(repeat_count) > 0
