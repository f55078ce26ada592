select moments.*
from {{ ref('int_drivers__moments') }} as moments
inner join {{ ref('int_drivers__shown') }} as shown
    on shown.analysis = 'driver'
    and moments.survey_code = shown.subject_code
    and moments.outcome_metric_code = shown.outcome_metric_code
    and moments.scope_kind = shown.scope_kind
    and moments.scope_key = shown.scope_key
