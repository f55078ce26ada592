with

-- A target holds until the next one of the same metric, scope and grain.
targets as (
    select
        *,
        lead(valid_from) over (
            partition by metric_code, scope_kind, scope_key, period_grain order by valid_from
        ) as valid_until
    from {{ ref('targets') }}
),

periods as (
    select * from {{ ref('int_calendar__periods') }}
),

scopes as (
    select * from {{ ref('dim_scopes') }}
),

-- The one in force on the last day of the period; that of the part goes before that of its kind and that of all.
in_force as (
    select
        targets.metric_code,
        periods.period_grain,
        cast(periods.period_start as date) as period_start,
        scopes.scope_kind,
        scopes.scope_key,
        targets.target,
        row_number() over (
            partition by targets.metric_code, periods.period_grain, periods.period_start, scopes.scope_kind, scopes.scope_key
            order by
                (targets.scope_key is not null) desc,
                (targets.scope_kind is not null) desc,
                (targets.period_grain is not null) desc
        ) as precedence
    from targets
    inner join periods
        on coalesce(targets.period_grain, periods.period_grain) = periods.period_grain
        and targets.valid_from <= periods.period_end
        and coalesce(targets.valid_until > periods.period_end, true)
    inner join scopes
        on coalesce(targets.scope_kind, scopes.scope_kind) = scopes.scope_kind
        and coalesce(targets.scope_key, scopes.scope_key) = scopes.scope_key
        -- only the organisation has days
        and (periods.period_grain <> 'day' or scopes.scope_kind = 'organisation')
)

select metric_code, period_grain, period_start, scope_kind, scope_key, target
from in_force
where precedence = 1
