{%- set place = ['contact_id', 'customer_id'] + scope_kinds() | map(attribute='column') | list -%}

with

covered as (
    select distinct
        reference_id,
        case text_kind when 'utterance' then 'transcript' else text_kind end as text_kind
    from {{ ref('int_text__texts') }}
    where speaker = 'customer' and is_covered
)

select
    verbatims.reference_id,
    verbatims.text_kind,
    {%- for column in place %}
    verbatims.{{ column }},
    {%- endfor %}
    verbatims.net_value,
    verbatims.said_on
from {{ ref('fct_verbatims') }} as verbatims
inner join covered on verbatims.reference_id = covered.reference_id and verbatims.text_kind = covered.text_kind
