with

customers as (
    select language_code, count(*) as text_count
    from {{ ref('int_text__texts') }}
    where speaker = 'customer'
    group by language_code
),

everything as (
    select sum(text_count) as text_count
    from customers
),

models as (
    select
        task,
        language_code,
        min(model_version) as model_version,
        bool_or(is_learned) as is_learned
    from {{ ref('int_text__models') }}
    group by task, language_code
),

coverage as (
    select models.task, sum(customers.text_count) as text_count
    from models
    inner join customers on models.language_code = customers.language_code
    group by models.task
)

select
    measured.task,
    measured.language_code,
    measured.label,
    coalesce(labels.label_name_en, 'all labels') as label_name_en,
    coalesce(labels.label_name_nl, 'alle labels') as label_name_nl,
    measured.model_version,
    models.is_learned,
    case when measured.f1 is null then 'not_measured' else 'measured' end as quality_state,
    measured.held_out_count,
    measured.positive_count,
    measured.precision,
    measured.recall,
    measured.f1,
    measured.f1_ci_low,
    measured.f1_ci_high,
    measured.kappa_model_human,
    measured.kappa_model_human_ci_low,
    measured.kappa_model_human_ci_high,
    measured.twice_coded_count,
    measured.kappa_human_human,
    measured.kappa_human_human_ci_low,
    measured.kappa_human_human_ci_high,
    100 * coalesce(customers.text_count, 0) / everything.text_count as language_pct,
    100 * coalesce(coverage.text_count, 0) / everything.text_count as coverage_pct
from {{ ref('int_text__quality') }} as measured
cross join everything
inner join models
    on measured.task = models.task and measured.language_code = models.language_code
    and measured.model_version = models.model_version
left join customers on measured.language_code = customers.language_code
left join coverage on measured.task = coverage.task
left join {{ ref('int_text__labels') }} as labels on measured.task = labels.task and measured.label = labels.label
