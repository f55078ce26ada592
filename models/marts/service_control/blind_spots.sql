with

spots as (
    select * from {{ ref('blind_spot_kinds') }}
),

spans as (
    select * from {{ ref('int_drivers__spans') }}
),

cells as (
    select
        parts.*,
        spots.blind_spot_name_en,
        spots.blind_spot_name_nl,
        spots.sentence_en,
        spots.sentence_nl,
        spans.period_start,
        spans.period_end,
        coalesce(visibility.is_published, false) as is_visible
    from {{ ref('int_blindness__parts') }} as parts
    inner join spots on parts.blind_spot_code = spots.blind_spot_code
    inner join spans on spans.span_code = 'latest'
    left join {{ ref('int_metrics__visibility') }} as visibility
        on spots.metric_code = visibility.metric_code
        and visibility.period_grain = 'rolling_12_months'
        and spans.period_start = visibility.period_start
        and parts.scope_kind = visibility.scope_kind
        and parts.scope_key = visibility.scope_key
),

{{ scopes_that_hide_nobody('cells', ['blind_spot_code']) }},

-- of those who left, who had not said so; shown where say_do is
leaving as (
    select
        scope_kind,
        scope_key,
        min(period_start) as period_start,
        min(period_end) as period_end,
        sum(n) as observed_count,
        sum(n) filter (where not is_predicting_band) as called_good_count,
        sum(did_count) as n,
        sum(did_count) filter (where not is_predicting_band) as missed_count
    from {{ ref('say_do') }}
    where behaviour = 'left'
    group by scope_kind, scope_key
),

-- what words say and the logged reason does not; shown where that metric is
latent as (
    select figures.*
    from {{ ref('metric_values') }} as figures
    inner join spans
        on spans.span_code = 'latest'
        and figures.period_grain = 'rolling_12_months'
        and figures.period_start = spans.period_start
    where figures.metric_code = 'latent_share' and figures.value is not null and figures.scope_key not like 'other:%'
),

found as (
    select
        blind_spot_code, scope_kind, scope_key, blind_spot_name_en, blind_spot_name_nl, sentence_en, sentence_nl,
        observed_count, called_good_count, n, missed_count, period_start, period_end
    from cells_shown
    union all
    select
        spots.blind_spot_code, leaving.scope_kind, leaving.scope_key, spots.blind_spot_name_en, spots.blind_spot_name_nl,
        spots.sentence_en, spots.sentence_nl,
        leaving.observed_count, coalesce(leaving.called_good_count, 0) as called_good_count, leaving.n,
        coalesce(leaving.missed_count, 0) as missed_count, leaving.period_start, leaving.period_end
    from leaving
    inner join spots on spots.blind_spot_code = 'leaving_unannounced'
    union all
    select
        spots.blind_spot_code, latent.scope_kind, latent.scope_key, spots.blind_spot_name_en, spots.blind_spot_name_nl,
        spots.sentence_en, spots.sentence_nl,
        latent.n as observed_count, null as called_good_count, latent.n,
        round(latent.n * latent.value / 100) as missed_count, latent.period_start, latent.period_end
    from latent
    inner join spots on spots.blind_spot_code = 'latent_topics'
),

shares as (
    select *, missed_count / n as missed_share
    from found
    where n >= {{ assumption('hidden_below_n') }}
),

bounded as (
    select
        *,
        100 * {{ wilson_bound('missed_share', 'n', 'low') }} as missed_pct_ci_low,
        100 * {{ wilson_bound('missed_share', 'n', 'high') }} as missed_pct_ci_high
    from shares
)

select
    bounded.blind_spot_code,
    bounded.scope_kind,
    bounded.scope_key,
    scopes.scope_name_en,
    scopes.scope_name_nl,
    bounded.blind_spot_name_en,
    bounded.blind_spot_name_nl,
    bounded.sentence_en,
    bounded.sentence_nl,
    cast(bounded.n as bigint) as n,
    cast(bounded.missed_count as bigint) as missed_count,
    100 * bounded.missed_share as missed_pct,
    bounded.missed_pct_ci_low,
    bounded.missed_pct_ci_high,
    100 * bounded.called_good_count / bounded.observed_count as called_good_pct,
    cast(row_number() over (
        partition by bounded.scope_kind, bounded.scope_key
        order by bounded.missed_pct_ci_low desc, bounded.blind_spot_code
    ) as integer) as blindness_rank,
    case when bounded.n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    bounded.period_start,
    bounded.period_end
from bounded
inner join {{ ref('dim_scopes') }} as scopes
    on bounded.scope_kind = scopes.scope_kind and bounded.scope_key = scopes.scope_key
