{#- Answers on drivers side by side: a sum of products needs both in one row. -#}
with

answers as (
    select
        answers.response_id,
        asked.driver_kind,
        asked.driver_count,
        asked.slot,
        answers.answer_value,
        answers.scale_minimum,
        answers.scale_maximum
    from {{ ref('fct_survey_answers') }} as answers
    inner join {{ ref('int_drivers__asked') }} as asked
        on answers.survey_code = asked.survey_code and answers.driver_code = asked.driver_code
    where answers.answer_value is not null
),

complete as (
    select
        response_id,
        driver_kind,
        {%- for slot in driver_slots() %}
        avg(case when slot = {{ slot }} then answer_value end) as raw_{{ slot }},
        max(case when slot = {{ slot }} then scale_minimum end) as minimum_{{ slot }},
        max(case when slot = {{ slot }} then scale_maximum end) as maximum_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from answers
    group by response_id, driver_kind, driver_count
    having count(distinct slot) = driver_count
)

select
    response_id,
    driver_kind,
    {%- for slot in driver_slots() %}
    raw_{{ slot }},
    -- from -0.5 to 0.5 of the scale, so that sums keep their digits
    (raw_{{ slot }} - minimum_{{ slot }}) / nullif(maximum_{{ slot }} - minimum_{{ slot }}, 0) - 0.5 as x_{{ slot }},
    case
        when raw_{{ slot }} <= minimum_{{ slot }} + {{ assumption('driver_low_boxes') }} - 1 then -1
        when raw_{{ slot }} >= maximum_{{ slot }} - {{ assumption('driver_high_boxes') }} + 1 then 1
        when raw_{{ slot }} is not null then 0
    end as box_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
from complete
