{#- The column that tells how far a table's data reach; tables without one have no age of their own. -#}
{%- set reaches = {
    'customers': 'acquired_on', 'transactions': 'occurred_at', 'contacts': 'started_at', 'referrals': 'referred_at',
    'advocacy_events': 'occurred_at', 'feedback_items': 'received_at', 'text_scores': 'scored_at',
    'invitations': 'sent_at', 'responses': 'submitted_at', 'labour_costs': 'month', 'absences': 'started_on',
    'contracts': 'started_on', 'employees': 'hired_on', 'team_memberships': 'valid_from',
} -%}
{#- Age is judged only where something should arrive all the time. -#}
{%- set ages = ['transactions', 'contacts', 'invitations', 'responses', 'labour_costs'] -%}

with

row_counts as (
    select * from {{ ref('int_landing__row_counts') }}
),

reaches as (
    {%- for area, table in contract_tables() if table in reaches %}
    select
        '{{ table }}' as contract_table,
        cast(max({{ reaches[table] }}) as date) as data_until,
        {{ 'true' if table in ages else 'false' }} as has_age
    from {{ ref('stg_' ~ area ~ '__' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

newest as (
    select max(data_until) as newest_on
    from reaches
    where has_age
),

files as (
    select
        target_table as contract_table,
        max(last_accepted_at) as last_loaded_at,
        count(*) filter (where status = 'refused') as refused_file_count
    from {{ source('landing', 'landing_files') }}
    group by target_table
),

refusals as (
    select
        target_table as contract_table,
        -- most reasons begin with the file
        max(case when left(reason, length(file)) = file then reason else file || ': ' || reason end) as reason
    from {{ source('landing', 'landing_problems') }}
    where level = 'refused'
    group by target_table
),

judged as (
    select
        row_counts.contract_table,
        row_counts.area,
        row_counts.row_count_raw,
        row_counts.row_count_accepted,
        row_counts.row_count_duplicate,
        row_counts.row_count_rejected,
        reaches.data_until,
        files.last_loaded_at,
        coalesce(files.refused_file_count, 0) as refused_file_count,
        refusals.reason,
        case
            when coalesce(files.refused_file_count, 0) > 0 then 'refused'
            when row_counts.row_count_accepted = 0 then 'absent'
            when reaches.has_age
                and {{ dbt.datediff('reaches.data_until', 'newest.newest_on', 'day') }} > {{ assumption('stale_after_days') }} then 'stale'
            else 'ok'
        end as status
    from row_counts
    left join reaches on row_counts.contract_table = reaches.contract_table
    left join files on row_counts.contract_table = files.contract_table
    left join refusals on row_counts.contract_table = refusals.contract_table
    cross join newest
)

select
    contract_table,
    area,
    row_count_raw,
    row_count_accepted,
    row_count_duplicate,
    row_count_rejected,
    data_until,
    last_loaded_at,
    refused_file_count,
    status,
    case status
        when 'refused' then reason
        when 'absent' then 'No rows were delivered; metrics that need this table show no data.'
        when 'stale' then 'Older than the newest source; figures that need this table lag behind.'
    end as message
from judged
