{#- Answers on drivers side by side: a sum of products needs both in one row. -#}
with

answers as (
    select
        answers.response_id,
        answers.survey_code,
        asked.driver_kind,
        asked.slot,
        answers.answer_value
    from {{ ref('fct_survey_answers') }} as answers
    inner join {{ ref('int_drivers__asked') }} as asked
        on answers.survey_code = asked.survey_code and answers.driver_code = asked.driver_code
    where answers.answer_value is not null
        and answers.response_id in (select respondents.response_id from {{ ref('int_drivers__respondents') }} as respondents)
),

scales as (
    select
        survey_code,
        driver_kind,
        driver_count,
        {%- for slot in driver_slots() %}
        max(case when slot = {{ slot }} then scale_minimum end) as minimum_{{ slot }},
        max(case when slot = {{ slot }} then scale_maximum end) as maximum_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_drivers__asked') }}
    group by survey_code, driver_kind, driver_count
),

beside_each_other as (
    select
        response_id,
        survey_code,
        driver_kind,
        {%- for slot in driver_slots() %}
        avg(case when slot = {{ slot }} then answer_value end) as raw_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from answers
    group by response_id, survey_code, driver_kind
),

complete as (
    select
        beside_each_other.*,
        {%- for slot in driver_slots() %}
        scales.minimum_{{ slot }},
        scales.maximum_{{ slot }}{{ ',' if not loop.last }}
        {%- endfor %}
    from beside_each_other
    inner join scales
        on beside_each_other.survey_code = scales.survey_code
        and beside_each_other.driver_kind = scales.driver_kind
        and scales.driver_count = {% for slot in driver_slots() %}
            case when beside_each_other.raw_{{ slot }} is null then 0 else 1 end{{ ' +' if not loop.last }}
            {%- endfor %}
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
