{#- What a score means depends on its kind; drivers and elements of value have no scale of their own. -#}
{%- set emotions = ['joy', 'trust', 'fear', 'surprise', 'sadness', 'disgust', 'anger', 'anticipation'] -%}
{%- set emotion = "(delivered.kind = 'emotion' or delivered.kind = 'emotion_review')" -%}
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
    {
        'code': 'not_accepted', 'column': 'label',
        'condition': emotion ~ " and delivered.label not in ('neutral', '" ~ emotions | join("', '") ~ "')",
        'message': "'label of an emotion must be one of " ~ emotions | join(', ') ~ ", neutral: ' || delivered.label",
    },
    {
        'code': 'out_of_range', 'column': 'score',
        'condition': emotion ~ " and delivered.parsed_score not in (1, 2, 3) and not (delivered.label = 'neutral' and delivered.parsed_score = 0)",
        'message': "'an emotion has intensity 1, 2 or 3, and neutral 0: ' || cast(delivered.score as " ~ dbt.type_string() ~ ')',
    },
]) }}
