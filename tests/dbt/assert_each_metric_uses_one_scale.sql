-- A mean over 1-5 and 1-10 answers is no figure at all; the second scale needs a metric of its own.
with

fed as (
    select metric_code, survey_code, item_code
    from {{ ref('int_survey__metric_items') }}
    union all
    -- the score of engagement is a mean over several items
    select metric_code, survey_code, item_code
    from {{ ref('dim_survey_items') }}
    where metric_code = 'engagement_score'
)

select fed.metric_code, count(distinct sums.scale_id) as scale_count
from fed
inner join {{ ref('int_survey__item_sums') }} as sums on fed.survey_code = sums.survey_code and fed.item_code = sums.item_code
where sums.scope_kind = 'organisation'
group by fed.metric_code
having count(distinct sums.scale_id) > 1
