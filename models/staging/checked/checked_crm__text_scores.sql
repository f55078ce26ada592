{#- What a score means depends on its kind; the others have no scale of their own yet. -#}
{{ checked_rows('crm', 'text_scores', checks=[
    {
        'code': 'out_of_range', 'column': 'score',
        'condition': "delivered.kind = 'sentiment' and delivered.parsed_score not between -2 and 2",
        'message': "'sentiment is scored from -2 to 2: ' || cast(delivered.score as " ~ dbt.type_string() ~ ')',
    },
    {
        'code': 'not_accepted', 'column': 'label',
        'condition': "delivered.kind = 'sentiment' and delivered.label not in ('positive', 'neutral', 'negative', 'mixed')",
        'message': "'label of a sentiment must be one of positive, neutral, negative, mixed: ' || delivered.label",
    },
]) }}
