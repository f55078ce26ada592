-- An item whose code is no element would be asked, answered and shown nowhere.
select survey_code, column_name, item_code
from {{ ref('survey_items') }}
where instrument = 'value_element' and item_code not in (select element_code from {{ ref('elements_of_value') }})
