{%- set place = [
    'contact_id', 'customer_id', 'team_id', 'department_id', 'segment', 'region', 'channel', 'journey', 'touchpoint', 'product',
] -%}

with

-- Every model that looks at a text adds a score; the latest one holds.
ranked as (
    select
        reference_id,
        label,
        score,
        model,
        model_version,
        confidence,
        language,
        row_number() over (
            partition by reference_id
            order by scored_at desc nulls last, model_version desc nulls last, model desc nulls last
        ) as recency
    from {{ ref('stg_crm__text_scores') }}
    where kind = 'sentiment' and (label is not null or score is not null)
),

-- What the customer wrote or said as a whole, by the active model: the mean of the texts that express something.
own as (
    select
        reference_id,
        case text_kind when 'utterance' then 'transcript' else text_kind end as text_kind,
        coalesce(sum(polarity) / nullif(cast(sum(case when polarity <> 0 then 1 else 0 end) as {{ type_double() }}), 0), 0) as score,
        bool_or(is_mixed) or bool_or(polarity > 0) and bool_or(polarity < 0) as has_both,
        bool_or(is_covered) as is_covered,
        bool_or(is_in_quarantine) as is_in_quarantine,
        case when min(language_code) = max(language_code) then min(language_code) end as language
    from {{ ref('int_text__texts') }}
    where speaker = 'customer'
    group by reference_id, text_kind
),

model as (
    select distinct model_version
    from {{ ref('int_text__models') }}
    where task = 'sentiment'
),

words as (
    select
        reference_id, text_kind, scrubbed_text,
        row_number() over (partition by reference_id, text_kind order by text_part nulls last) as place
    from {{ ref('int_text__texts') }}
    where speaker = 'customer' and text_kind <> 'utterance' and not is_in_quarantine
),

-- How it sounded is measured per utterance; what the customer said in one contact is one observation.
voices as (
    select contact_id as reference_id, avg(acoustic_score) as score
    from {{ ref('stg_crm__utterances') }}
    where acoustic_score is not null and coalesce(speaker, 'customer') = 'customer'
    group by contact_id
),

scored as (
    select reference_id, false as is_voice, label, score, model, model_version, confidence, language
    from ranked
    where recency = 1
    union all
    select
        reference_id,
        true as is_voice,
        cast(null as {{ dbt.type_string() }}) as label,
        score,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as model_version,
        cast(null as {{ type_double() }}) as confidence,
        cast(null as {{ dbt.type_string() }}) as language
    from voices
    -- Whoever delivers scores prefers them: the own ones count where there is none.
    union all
    select
        own.reference_id,
        false as is_voice,
        case when own.has_both and abs(own.score) < {{ assumption('sentiment_from') }} then 'mixed' end as label,
        own.score,
        'service_control' as model,
        model.model_version,
        cast(null as {{ type_double() }}) as confidence,
        own.language
    from own
    left join ranked as imported on own.reference_id = imported.reference_id and imported.recency = 1
    cross join model
    where own.is_covered and imported.reference_id is null
),

feedback as (
    select *, {{ local_date('received_at') }} as received_on
    from {{ ref('stg_crm__feedback_items') }}
),

places as (
    select response_id as reference_id, 'explanation' as text_kind, submitted_on as said_on, {{ place | join(', ') }}
    from {{ ref('int_survey__responses_placed') }}
    -- what employees write is not the voice of customers
    where respondent_kind <> 'employee'
    union all
    select contact_id as reference_id, 'transcript' as text_kind, started_on as said_on, {{ place | join(', ') }}
    from {{ ref('fct_contacts') }}
    union all
    select
        feedback.feedback_item_id as reference_id,
        'feedback' as text_kind,
        feedback.received_on as said_on,
        feedback.contact_id,
        coalesce(feedback.customer_id, contacts.customer_id) as customer_id,
        contacts.team_id,
        contacts.department_id,
        coalesce(contacts.segment, customers.segment) as segment,
        coalesce(contacts.region, customers.region) as region,
        contacts.channel,
        contacts.journey,
        contacts.touchpoint,
        coalesce(contacts.product, products.product) as product
    from feedback
    left join {{ ref('fct_contacts') }} as contacts on feedback.contact_id = contacts.contact_id
    left join {{ ref('int_crm__customer_versions') }} as customers
        on feedback.customer_id = customers.customer_id
        and feedback.received_on >= customers.valid_from
        and feedback.received_on < customers.valid_to
    left join {{ ref('int_crm__product_spells') }} as products
        on feedback.customer_id = products.customer_id
        and feedback.received_on >= products.valid_from
        and feedback.received_on < products.valid_to
),

labelled as (
    select
        scored.*,
        case when scored.is_voice then 'voice' else places.text_kind end as text_kind,
        places.said_on,
        {%- for column in place %}
        places.{{ column }},
        {%- endfor %}
        coalesce(scored.label, case
            when scored.score >= {{ assumption('sentiment_from') }} then 'positive'
            when scored.score <= -{{ assumption('sentiment_from') }} then 'negative'
            else 'neutral'
        end) as sentiment
    from scored
    inner join places
        on scored.reference_id = places.reference_id
        and (places.text_kind = 'transcript' or not scored.is_voice)
)

select
    labelled.reference_id,
    labelled.text_kind,
    {%- for column in place %}
    labelled.{{ column }},
    {%- endfor %}
    labelled.sentiment,
    case labelled.sentiment when 'positive' then 1 when 'negative' then -1 else 0 end as net_value,
    labelled.score,
    labelled.model,
    labelled.model_version,
    labelled.confidence,
    coalesce(own.language, labelled.language) as language,
    words.scrubbed_text,
    own.is_in_quarantine,
    labelled.said_on
from labelled
left join own on labelled.reference_id = own.reference_id and labelled.text_kind = own.text_kind
left join words on labelled.reference_id = words.reference_id and labelled.text_kind = words.text_kind and words.place = 1
