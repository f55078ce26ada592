select
    reference_id,
    case text_kind when 'utterance' then 'transcript' else text_kind end as text_kind,
    task,
    label,
    max(intensity) as intensity
from {{ ref('fct_text_tags') }}
where speaker = 'customer' and task in ('emotion', 'driver', 'value_element')
group by reference_id, case text_kind when 'utterance' then 'transcript' else text_kind end, task, label
