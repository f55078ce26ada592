{#- A code counts as known only when the catalogue lists it: what is in the data and not in the catalogue is rejected. -#}
{%- set answered -%}
    delivered.raw_value is not null and not {{ is_listed_code('delivered.raw_value', 'items.missing_codes') }} and not {{ is_listed_code('delivered.raw_value', 'items.not_applicable_codes') }}
{%- endset -%}
{%- set value = 'delivered.parsed_raw_value' -%}
{%- set place = "'item ' || delivered.item_code || ' of survey ' || response_id_known.survey_code || ': '" -%}

{{ checked_rows(
    'survey', 'answers',
    references={'response_id': ref('stg_survey__responses')},
    carried={'response_id': ['survey_code']},
    parse_as={'raw_value': 'double'},
    joins='
    left join ' ~ ref('survey_items') ~ " as items
        on items.role = 'item'
        and response_id_known.survey_code = items.survey_code
        and delivered.item_code = items.item_code
    left join " ~ ref('scales') ~ ' as scales
        on items.scale_id = scales.scale_id
    left join ' ~ ref('emotion_images') ~ " as images
        on scales.kind = 'image' and trim(delivered.raw_value) = images.image_code",
    checks=[
        {
            'code': 'unknown_item', 'column': 'item_code', 'condition': 'items.item_code is null',
            'message': place ~ " || 'not in the catalogue; add a row to seeds/survey_items.csv'",
        },
        {
            'code': 'unknown_scale', 'column': 'item_code', 'condition': 'scales.scale_id is null',
            'message': place ~ " || 'its scale is not in seeds/scales.csv: ' || coalesce(items.scale_id, 'none')",
        },
        {
            'code': 'nps_scale', 'column': 'item_code',
            'condition': "items.metric_code in ('nps_transaction', 'nps_relation', 'enps')"
                ~ ' and (scales.minimum <> 0 or scales.maximum <> 10)',
            'message': place ~ " || 'an NPS is asked on 0 to 10, not on scale ' || scales.scale_id",
        },
        {
            'code': 'unknown_code', 'column': 'raw_value',
            'condition': "scales.kind = 'numeric' and " ~ answered ~ ' and ' ~ value ~ ' is null',
            'message': place ~ " || 'code not in the catalogue, add it to missing_codes or not_applicable_codes: ' || delivered.raw_value",
        },
        {
            'code': 'unknown_image', 'column': 'raw_value',
            'condition': "scales.kind = 'image' and " ~ answered ~ ' and images.image_code is null',
            'message': place ~ " || 'image not in seeds/emotion_images.csv: ' || delivered.raw_value",
        },
        {
            'code': 'out_of_scale', 'column': 'raw_value',
            'condition': "scales.kind = 'numeric' and " ~ answered ~ ' and (' ~ value ~ ' not between scales.minimum and scales.maximum'
                ~ ' or (scales.is_integer and ' ~ value ~ ' <> floor(' ~ value ~ ')))',
            'message': place ~ " || 'answer outside scale ' || scales.scale_id || ': ' || delivered.raw_value",
        },
    ],
    derived=[
        {'name': 'survey_code', 'expression': 'response_id_known.survey_code'},
        {
            'name': 'answer_state',
            'expression': "case when delivered.raw_value is null or " ~ is_listed_code('delivered.raw_value', 'items.missing_codes') ~ " then 'missing'"
                ~ ' when ' ~ is_listed_code('delivered.raw_value', 'items.not_applicable_codes') ~ " then 'not_applicable' else 'answered' end",
        },
        {
            'name': 'answer_value',
            'expression': "case when scales.kind = 'numeric' and " ~ answered
                ~ " then case when items.is_reversed = 'true' then scales.minimum + scales.maximum - " ~ value ~ ' else ' ~ value ~ ' end end',
        },
    ],
) }}
