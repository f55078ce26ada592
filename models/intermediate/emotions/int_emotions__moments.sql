{#- Spark takes no window that is named and then refined. -#}
{%- set of_journey = 'partition by customer_id, journey, journey_number' -%}
{%- set scopes = scope_kinds() | map(attribute='column') | list -%}

with

-- The moment is the contact itself, not the answer about it.
felt as (
    select
        responses.*,
        coalesce(contacts.started_at, responses.submitted_at) as moment_at,
        coalesce(contacts.started_on, responses.submitted_on) as moment_on
    from {{ ref('int_emotions__responses') }} as responses
    left join {{ ref('fct_contacts') }} as contacts on responses.contact_id = contacts.contact_id
    where responses.feeling is not null and responses.customer_id is not null and responses.journey is not null
),

followed as (
    select
        *,
        lag(moment_on) over (
            partition by customer_id, journey order by moment_at nulls last, response_id nulls last
        ) as previous_on
    from felt
),

-- the first moment of a journey is one that follows none within the gap
numbered as (
    select
        *,
        sum(case
            when previous_on is null or {{ dbt.datediff('previous_on', 'moment_on', 'day') }} > {{ assumption('journey_gap_days') }} then 1
            else 0
        end) over (
            partition by customer_id, journey order by moment_at nulls last, response_id nulls last
            rows between unbounded preceding and current row
        ) as journey_number
    from followed
),

placed as (
    select
        *,
        row_number() over ({{ of_journey }} order by moment_at nulls last, response_id nulls last) as place,
        count(*) over ({{ of_journey }}) as moment_count,
        -- the strongest; of equal ones the later
        row_number() over (
            {{ of_journey }} order by abs(feeling) desc nulls last, moment_at desc nulls last, response_id desc nulls last
        ) as peak_rank,
        row_number() over (
            {{ of_journey }} order by feeling desc nulls last, moment_at desc nulls last, response_id desc nulls last
        ) as highest_rank,
        row_number() over (
            {{ of_journey }} order by feeling nulls last, moment_at desc nulls last, response_id desc nulls last
        ) as lowest_rank
    from numbered
)

select
    response_id,
    customer_id,
    touchpoint,
    {{ scopes | join(',\n    ') }},
    cast(journey_number as bigint) as journey_number,
    cast(place as bigint) as place,
    cast(moment_count as bigint) as moment_count,
    place = moment_count as is_end,
    peak_rank = 1 as is_peak,
    highest_rank = 1 as is_highest,
    lowest_rank = 1 as is_lowest,
    feeling,
    moment_at,
    moment_on
from placed
