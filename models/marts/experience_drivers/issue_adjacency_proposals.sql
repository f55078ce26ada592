with

transitions as (
    select
        issue_code,
        next_issue_code,
        pair_count,
        sum(pair_count) over (partition by issue_code) as issue_count,
        sum(pair_count) over (partition by next_issue_code) as next_issue_count,
        sum(pair_count) over () as all_count
    from {{ ref('int_crm__issue_transitions') }}
),

judged as (
    select
        coalesce(transitions.issue_code, seeded.issue_code) as issue_code,
        coalesce(transitions.next_issue_code, seeded.next_issue_code) as next_issue_code,
        coalesce(transitions.pair_count, 0) as support,
        -- P(next | issue) / P(next), among contacts that were followed by one on another issue
        transitions.pair_count / transitions.issue_count / (transitions.next_issue_count / transitions.all_count) as lift,
        seeded.issue_code is not null as is_in_seed
    from transitions
    full outer join {{ ref('issue_adjacency') }} as seeded
        on transitions.issue_code = seeded.issue_code and transitions.next_issue_code = seeded.next_issue_code
),

proposed as (
    select
        *,
        support >= {{ assumption('adjacency_minimum_support') }} as has_support,
        coalesce(lift >= {{ assumption('adjacency_minimum_lift') }}, false) as has_lift
    from judged
)

select
    issue_code,
    next_issue_code,
    case when support >= {{ assumption('hidden_below_n') }} then cast(support as bigint) end as support,
    case when support >= {{ assumption('hidden_below_n') }} then lift end as lift,
    is_in_seed,
    case
        when is_in_seed and has_support and has_lift then 'keep'
        when is_in_seed and has_support then 'reconsider'
        when is_in_seed then 'too_few_to_tell'
        else 'add'
    end as proposal
from proposed
where is_in_seed or has_support and has_lift
