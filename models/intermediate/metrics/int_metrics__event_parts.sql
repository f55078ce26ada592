{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{#- A metric: its model, the day, what each row counts, and which rows count. -#}
{%- set written = "text_kind in ('explanation', 'feedback')" -%}
{%- set words = "text_kind <> 'voice'" -%}
{%- set promoters = "is_followed_up and band = 'promoter'" -%}
{%- set metrics = [
    ('sentiment', 'fct_verbatims', 'said_on', 'net_value', words),
    ('sentiment_text', 'fct_verbatims', 'said_on', 'net_value', written),
    ('sentiment_voice', 'fct_verbatims', 'said_on', 'net_value', "text_kind = 'voice'"),
    ('sentiment_mixed', 'fct_verbatims', 'said_on', "case when sentiment = 'mixed' then 1 else 0 end", words),
    ('responsiveness', 'fct_invitations', 'sent_on', 'case when is_completed then 1 else 0 end', 'is_followed_up'),
    ('repeat_responder_rate', 'fct_invitations', 'sent_on', 'case when is_completed then 1 else 0 end', 'is_followed_up and has_answered_before'),
    ('referrals_per_100_promoters', 'fct_advocacy', 'submitted_on', '100 * referral_count', promoters ~ ' and referral_count is not null'),
    ('reviews_per_100_promoters', 'fct_advocacy', 'submitted_on', '100 * review_count', promoters ~ ' and review_count is not null'),
] %}

with

observations as (
    {%- for metric_code, model, day, y, condition in metrics %}
    select
        '{{ metric_code }}' as metric_code,
        {{ day }} as observed_on,
        cast({{ y }} as {{ type_double() }}) as y,
        {{ 'weight' if model == 'fct_advocacy' else '1' }} as weight,
        {{ scopes | join(', ') }}
    from {{ ref(model) }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

summed as (
    select
        metric_code,
        observed_on,
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        sum(y) as y_sum,
        sum(y * y) as y_sq_sum,
        sum(weight) as w_sum,
        sum(weight * weight) as w_sq_sum,
        sum(weight * y) as wy_sum,
        sum(weight * y * y) as wy_sq_sum
    from observations
    group by {{ grouping_by_scope(['metric_code', 'observed_on'], scopes) }}
)

select *
from summed
where scope_key is not null
