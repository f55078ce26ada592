with

counted as (
    select
        case subject when 'resolved_followed' then 'no_further_contact' else 'logged' end as registration,
        period_grain,
        period_start,
        scope_kind,
        scope_key,
        sum(contact_count) as n,
        coalesce(sum(contact_count) filter (where own_view = 1 and customer_view = 1), 0) as both_resolved_count,
        coalesce(sum(contact_count) filter (where own_view = 1 and customer_view = -1), 0) as registered_only_count,
        coalesce(sum(contact_count) filter (where own_view = -1 and customer_view = 1), 0) as perceived_only_count,
        coalesce(sum(contact_count) filter (where own_view = -1 and customer_view = -1), 0) as neither_count
    from {{ ref('int_survey__agreement_parts') }}
    where subject in ('resolved_followed', 'resolved_logged')
    group by subject, period_grain, period_start, scope_kind, scope_key
),

-- Shown where the gap itself is: what is logged is logged of more contacts than those with a full follow-up.
shown as (
    select
        counted.*,
        figures.period_end,
        figures.scope_name_en,
        figures.scope_name_nl,
        counted.registered_only_count / counted.n as registered_only_share,
        counted.perceived_only_count / counted.n as perceived_only_share,
        counted.registered_only_count / nullif(counted.both_resolved_count + counted.registered_only_count, 0) as overstated_share,
        counted.perceived_only_count / nullif(counted.neither_count + counted.perceived_only_count, 0) as understated_share,
        figures.is_complete_period
    from counted
    inner join {{ ref('metric_values') }} as figures
        on figures.metric_code = 'fcr_gap'
        and counted.period_grain = figures.period_grain
        and counted.period_start = figures.period_start
        and counted.scope_kind = figures.scope_kind
        and counted.scope_key = figures.scope_key
    where figures.value is not null and counted.n >= {{ assumption('hidden_below_n') }}
)

select
    registration,
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    cast(n as bigint) as n,
    cast(both_resolved_count as bigint) as both_resolved_count,
    cast(registered_only_count as bigint) as registered_only_count,
    cast(perceived_only_count as bigint) as perceived_only_count,
    cast(neither_count as bigint) as neither_count,
    100 * (registered_only_share - perceived_only_share) as gap,
    100 * {{ net_share_bound('registered_only_share', 'perceived_only_share', 'n', 'low') }} as gap_ci_low,
    100 * {{ net_share_bound('registered_only_share', 'perceived_only_share', 'n', 'high') }} as gap_ci_high,
    {{ mcnemar_p('registered_only_count', 'perceived_only_count', assumption('mcnemar_exact_below')) }} as mcnemar_p_value,
    100 * overstated_share as overstated_pct,
    100 * understated_share as understated_pct,
    case when n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    is_complete_period
from shown
