-- A mean over 1-5 and 1-10 answers is no figure at all; the second scale needs a metric of its own.
select metric_code, count(distinct scale_id) as scale_count
from {{ ref('fct_survey_answers') }}
where metric_code is not null and answer_value is not null
group by metric_code
having count(distinct scale_id) > 1
