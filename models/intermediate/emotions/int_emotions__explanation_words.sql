with

explanations as (
    select
        answers.response_id,
        answers.item_code,
        case items.instrument when 'image_explanation' then 'image' else 'score' end as method,
        responses.customer_id,
        responses.submitted_on,
        answers.raw_value
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('int_survey__responses_placed') }} as responses on answers.response_id = responses.response_id
    inner join {{ ref('dim_survey_items') }} as items
        on responses.survey_code = items.survey_code and answers.item_code = items.item_code
    where items.instrument in ('image_explanation', 'explanation')
        and answers.answer_state = 'answered'
        and responses.respondent_kind <> 'employee'
),

words as (
    select response_id, item_code, {{ words_of('raw_value') }} as word
    from explanations
),

counted as (
    select
        words.response_id,
        words.item_code,
        count(*) as word_count,
        count(qualifying_words.word) as qualifier_count
    from words
    left join {{ ref('qualifying_words') }} as qualifying_words on words.word = qualifying_words.word
    where words.word <> ''
    group by words.response_id, words.item_code
)

select
    explanations.response_id,
    explanations.item_code,
    explanations.method,
    explanations.customer_id,
    explanations.submitted_on,
    cast(counted.word_count as bigint) as word_count,
    cast(counted.qualifier_count as bigint) as qualifier_count
from explanations
inner join counted on explanations.response_id = counted.response_id and explanations.item_code = counted.item_code
