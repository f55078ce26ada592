{%- set scopes = scope_kinds() | map(attribute='column') | list -%}
{#- A metric: its model, the day, what each row counts (null: not at all), and which rows count. -#}
{%- set written = "text_kind in ('explanation', 'feedback')" -%}
{%- set words = "text_kind <> 'voice'" -%}
{%- set promoters = "is_followed_up and band = 'promoter'" -%}
{%- set pairs = 'int_survey__matched_contacts' -%}
{%- set told = 'int_emotions__responses' -%}
{%- set weakened = "case when relation = 'weakened' then 1 else 0 end" -%}
{%- set metrics = [
    ('sentiment', 'fct_verbatims', 'said_on', 'net_value', words),
    ('sentiment_text', 'fct_verbatims', 'said_on', 'net_value', written),
    ('sentiment_voice', 'fct_verbatims', 'said_on', 'net_value', "text_kind = 'voice'"),
    ('sentiment_mixed', 'fct_verbatims', 'said_on', "case when sentiment = 'mixed' then 1 else 0 end", words),
    ('latent_share', 'int_text__latent_contacts', 'started_on', 'case when is_latent then 1 else 0 end', 'true'),
    ('responsiveness', 'fct_invitations', 'sent_on', 'case when is_completed then 1 else 0 end', 'is_followed_up'),
    ('repeat_responder_rate', 'fct_invitations', 'sent_on', 'case when is_completed then 1 else 0 end', 'is_followed_up and has_answered_before'),
    ('referrals_per_100_promoters', 'fct_advocacy', 'submitted_on', '100 * referral_count', promoters ~ ' and referral_count is not null'),
    ('reviews_per_100_promoters', 'fct_advocacy', 'submitted_on', '100 * review_count', promoters ~ ' and review_count is not null'),
    ('eces_gap', pairs, 'ease_matched_on', 'employee_ease - customer_ease', 'ease_matched_on is not null'),
    ('emo_click_reciprocity', pairs, 'click_matched_on',
        'case when employee_click = 1 and customer_click = 1 then 1 else 0 end', 'click_matched_on is not null'),
    ('emo_click_asymmetry', pairs, 'click_matched_on', 'case
            when employee_click = 1 and customer_click = -1 then 1
            when employee_click = -1 and customer_click = 1 then -1
            else 0
        end', 'click_matched_on is not null'),
    ('fcr_gap', pairs, 'resolution_matched_on', 'case
            when is_resolved_followed and not is_resolved_perceived then 1
            when not is_resolved_followed and is_resolved_perceived then -1
            when is_resolved_followed is not null and is_resolved_perceived is not null then 0
        end', 'resolution_matched_on is not null'),
    ('fcr_overstated', pairs, 'resolution_matched_on', 'case
            when is_resolved_followed and not is_resolved_perceived then 1
            when is_resolved_followed and is_resolved_perceived then 0
        end', 'resolution_matched_on is not null'),
    ('feedback_in_time', 'int_feedback__loop', 'submitted_on', 'case when is_seen_in_time then 1 else 0 end', 'is_followed_up'),
    ('feedback_hours', 'int_feedback__loop', 'submitted_on', 'hours_to_seen', 'is_followed_up'),
    ('fcr_understated', pairs, 'resolution_matched_on', 'case
            when not is_resolved_followed and is_resolved_perceived then 1
            when not is_resolved_followed and not is_resolved_perceived then 0
        end', 'resolution_matched_on is not null'),
    ('nev_share', told, 'submitted_on', 'feeling_sign', 'feeling is not null'),
    ('nev_intensity', told, 'submitted_on', 'feeling_index', 'feeling is not null'),
    ('weakened_at_8', told, 'submitted_on', weakened, "mark_band = '8' and relation is not null"),
    ('weakened_at_9_10', told, 'submitted_on', weakened, "mark_band = '9_10' and relation is not null"),
] %}

with

observations as (
    {%- for metric_code, model, day, y, condition in metrics %}
    select
        '{{ metric_code }}' as metric_code,
        {{ day }} as observed_on,
        customer_id,
        cast({{ y }} as {{ type_double() }}) as y,
        {{ 'weight' if model == 'fct_advocacy' else '1' }} as weight,
        {{ scopes | join(', ') }}
    from {{ ref(model) }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select *
from observations
where y is not null
