{%- set scopes = ['segment', 'region'] -%}

with

-- one answer per customer, the last that has full follow-up
ranked as (
    select
        answers.response_id,
        answers.customer_id,
        answers.segment,
        answers.region,
        answers.weight,
        case answers.box_value when 1 then 'promoter' when 0 then 'passive' else 'detractor' end as band,
        answers.submitted_on,
        answers.submitted_on + cast(floor({{ assumption('say_do_follow_up_days') }}) as integer) as followed_until,
        row_number() over (
            partition by answers.customer_id
            order by answers.submitted_on desc nulls last, answers.response_id desc nulls last, answers.item_code desc nulls last
        ) as recency
    from {{ ref('fct_survey_answers') }} as answers
    inner join {{ ref('int_drivers__spans') }} as spans
        on spans.span_code = 'say_do' and answers.submitted_on between spans.period_start and spans.period_end
    where answers.metric_code = 'nps_relation'
        and answers.answer_value is not null
        and answers.customer_id is not null
        and answers.weight > 0
),

said as (
    select * from ranked where recency = 1
),

-- what was never delivered was not left undone
deeds as (
    select 'referred' as behaviour, referrer_customer_id as customer_id, referred_on as done_on
    from {{ ref('fct_referrals') }}
    union all
    select 'reviewed' as behaviour, customer_id, {{ local_date('occurred_at') }} as done_on
    from {{ ref('stg_crm__advocacy_events') }}
    where kind = 'review'
),

followed as (
    select
        behaviours.behaviour,
        said.customer_id,
        count(deeds.done_on) > 0 as did
    from said
    inner join (select distinct behaviour from deeds) as behaviours on 1 = 1
    left join deeds
        on behaviours.behaviour = deeds.behaviour
        and said.customer_id = deeds.customer_id
        and deeds.done_on >= said.submitted_on
        and deeds.done_on < said.followed_until
    group by behaviours.behaviour, said.customer_id
    union all
    select
        'left' as behaviour,
        said.customer_id,
        bool_or(coalesce(spells.last_day < said.followed_until, false)) as did
    from said
    inner join {{ ref('int_crm__active_spells') }} as spells
        on said.customer_id = spells.customer_id
        and said.submitted_on >= spells.started_on
        and said.submitted_on <= coalesce(spells.last_day, said.submitted_on)
    group by said.customer_id
),

summed as (
    select
        followed.behaviour,
        said.band,
        {{ scope_of_grouping(scopes) }},
        count(*) as n,
        count(*) filter (where followed.did) as did_count,
        sum(said.weight) as w_sum,
        sum(said.weight * said.weight) as w_sq_sum,
        sum(case when followed.did then said.weight else 0 end) as did_w_sum,
        sum(case when followed.did then said.weight * said.weight else 0 end) as did_w_sq_sum
    from followed
    inner join said on followed.customer_id = said.customer_id
    group by {{ grouping_by_scope(['followed.behaviour', 'said.band'], scopes) }}
)

select
    behaviour,
    band,
    scope_kind,
    coalesce(scope_key, '') as scope_key,
    cast(n as bigint) as n,
    cast(did_count as bigint) as did_count,
    {%- for name in ['w_sum', 'w_sq_sum', 'did_w_sum', 'did_w_sq_sum'] %}
    cast({{ name }} as {{ type_double() }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
