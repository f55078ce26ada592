select
    changes.task,
    changes.model_version,
    changes.label,
    labels.label_name_en,
    labels.label_name_nl,
    changes.n,
    100 * changes.share_before as before_pct,
    100 * changes.share_after as after_pct,
    100 * changes.won as won_pct,
    100 * changes.lost as lost_pct,
    changes.promoted_at
from {{ ref('int_text__changes') }} as changes
left join {{ ref('int_text__labels') }} as labels on changes.task = labels.task and changes.label = labels.label
