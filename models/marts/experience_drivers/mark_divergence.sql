{%- set metric_of_band = {'8': 'weakened_at_8', '9_10': 'weakened_at_9_10'} -%}
{%- set cell = ['period_grain', 'period_start', 'scope_kind', 'scope_key'] -%}
{%- set names = ['period_end', 'scope_name_en', 'scope_name_nl', 'is_complete_period'] -%}

with

shown as (
    {%- for band, metric_code in metric_of_band.items() %}
    select {{ (cell + names) | join(', ') }}, '{{ band }}' as mark_band, n, n_effective
    from {{ ref('metric_values') }}
    where metric_code = '{{ metric_code }}' and value is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

parts as (
    select * from {{ ref('int_emotions__relation_parts') }}
),

-- Both bands together only where neither is hidden: what one leaves of the other could be calculated.
asked as (
    select {{ cell | join(', ') }}, count(distinct mark_band) as band_count
    from parts
    group by {{ cell | join(', ') }}
),

together as (
    select
        {% for column in cell + names %}shown.{{ column }}, {% endfor %}
        '8_plus' as mark_band,
        sum(shown.n) as n,
        sum(shown.n_effective) as n_effective
    from shown
    inner join asked using ({{ cell | join(', ') }})
    group by {% for column in cell + names %}shown.{{ column }}, {% endfor %}asked.band_count
    having count(*) = asked.band_count
),

bands as (
    select {{ (cell + names) | join(', ') }}, mark_band, n, n_effective from shown
    union all
    select {{ (cell + names) | join(', ') }}, mark_band, n, n_effective from together
),

relations as (
    {%- for relation in ['strengthened', 'unchanged', 'weakened', 'not_strengthened'] %}
    select
        {{ cell | join(', ') }},
        coalesce(mark_band, '8_plus') as mark_band,
        '{{ relation }}' as relation,
        sum(relation_count) filter (where relation {{ "<> 'strengthened'" if relation == 'not_strengthened' else "= '" ~ relation ~ "'" }}) as relation_count
    from parts
    group by {{ cell | join(', ') }}, rollup (mark_band)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

shares as (
    select
        bands.*,
        relations.relation,
        coalesce(relations.relation_count, 0) as relation_count,
        coalesce(relations.relation_count, 0) / bands.n as share
    from bands
    inner join relations
        on bands.mark_band = relations.mark_band
        {%- for column in cell %}
        and bands.{{ column }} = relations.{{ column }}
        {%- endfor %}
)

select
    period_grain,
    period_start,
    period_end,
    scope_kind,
    scope_key,
    scope_name_en,
    scope_name_nl,
    mark_band,
    relation,
    cast(n as bigint) as n,
    n_effective,
    cast(relation_count as bigint) as relation_count,
    100 * share as share_pct,
    {%- for side in ['low', 'high'] %}
    100 * {{ wilson_bound('share', 'n_effective', side) }} as ci_{{ side }},
    {%- endfor %}
    case when n < {{ assumption('normal_from_n') }} then 'indicative' else 'normal' end as display,
    is_complete_period
from shares
