select distinct
    'emotion' as task,
    emotion_code as label,
    emotion_name_en as label_name_en,
    emotion_name_nl as label_name_nl
from {{ ref('emotions') }}
union all
select
    'driver' as task,
    driver_code as label,
    driver_name_en as label_name_en,
    driver_name_nl as label_name_nl
from {{ ref('drivers') }}
where driver_kind = 'customer_driver'
union all
select
    'value_element' as task,
    element_code as label,
    element_name_en as label_name_en,
    element_name_nl as label_name_nl
from {{ ref('elements_of_value') }}
union all
select
    'sentiment' as task,
    labels.label,
    labels.label_name_en,
    labels.label_name_nl
from (
    values ('positive', 'positive', 'positief'), ('negative', 'negative', 'negatief'), ('strong', 'strong', 'sterk')
) as labels (label, label_name_en, label_name_nl)
