with

parts as (
    select * from {{ ref('int_blindness__said_and_done') }}
),

spans as (
    select * from {{ ref('int_drivers__spans') }} where span_code = 'say_do'
),

-- a scope is as large as its smallest band, so that no band of what is hidden stands alone
cells as (
    select
        parts.behaviour,
        parts.scope_kind,
        parts.scope_key,
        min(parts.n) as people,
        bool_and(coalesce(visibility.is_published, false)) as is_visible
    from parts
    cross join spans
    left join {{ ref('int_metrics__visibility') }} as visibility
        on visibility.metric_code = 'nps_relation'
        and visibility.period_grain = 'rolling_12_months'
        and spans.period_start = visibility.period_start
        and parts.scope_kind = visibility.scope_kind
        and parts.scope_key = visibility.scope_key
    group by parts.behaviour, parts.scope_kind, parts.scope_key
),

{{ scopes_that_hide_nobody('cells', ['behaviour']) }},

totalled as (
    select
        parts.*,
        parts.did_w_sum / parts.w_sum as did_share,
        parts.w_sum * parts.w_sum / parts.w_sq_sum as n_effective,
        sum(parts.did_w_sum) over scopes / sum(parts.w_sum) over scopes as all_did_share,
        parts.did_w_sum / nullif(sum(parts.did_w_sum) over scopes, 0) as recall_share,
        power(sum(parts.did_w_sum) over scopes, 2) / nullif(sum(parts.did_w_sq_sum) over scopes, 0) as did_effective
    from parts
    inner join cells_shown
        on parts.behaviour = cells_shown.behaviour
        and parts.scope_kind = cells_shown.scope_kind
        and parts.scope_key = cells_shown.scope_key
    window scopes as (partition by parts.behaviour, parts.scope_kind, parts.scope_key)
)

select
    totalled.behaviour,
    totalled.scope_kind,
    totalled.scope_key,
    totalled.band,
    scopes.scope_name_en,
    scopes.scope_name_nl,
    totalled.band = case when totalled.behaviour = 'left' then 'detractor' else 'promoter' end as is_predicting_band,
    totalled.n,
    totalled.did_count,
    100 * totalled.did_share as did_pct,
    {%- for side in ['low', 'high'] %}
    100 * {{ wilson_bound('totalled.did_share', 'totalled.n_effective', side) }} as did_pct_ci_{{ side }},
    {%- endfor %}
    100 * totalled.all_did_share as all_did_pct,
    100 * totalled.recall_share as recall_pct,
    {%- for side in ['low', 'high'] %}
    100 * {{ wilson_bound('totalled.recall_share', 'totalled.did_effective', side) }} as recall_pct_ci_{{ side }},
    {%- endfor %}
    totalled.did_share / nullif(totalled.all_did_share, 0) as lift,
    cast({{ assumption('say_do_follow_up_days') }} as integer) as follow_up_days,
    spans.period_start,
    spans.period_end
from totalled
cross join spans
inner join {{ ref('dim_scopes') }} as scopes
    on totalled.scope_kind = scopes.scope_kind and totalled.scope_key = scopes.scope_key
