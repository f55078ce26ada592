-- A misspelled level or element would leave the metric out of the pyramid or the coverage without a word.
select metrics.metric_code, metrics.experience_level, metrics.excellence_element
from {{ ref('dim_metrics') }} as metrics
left join {{ ref('experience_levels') }} as levels on metrics.experience_level = levels.experience_level
left join {{ ref('excellence_elements') }} as elements on metrics.excellence_element = elements.excellence_element
where levels.experience_level is null or elements.excellence_element is null
