{#-
    Months shown by week: the columns are the weeks that lie within the month, and its edges (the days of weeks that it
    shares) as one.
-#}
{%- set wholes -%}
(
    select family_code, period_start as quarter_start, scope_kind, scope_key
    from {{ ref('int_metrics__shown_totals') }}
    where period_grain = 'quarter' and is_open
)
{%- endset -%}

{{ shown_pieces(
    ['whole_week', 'edges_of_month'],
    "case when period_grain = 'whole_week' then period_start else period_start - 1 end",
    wholes,
    'quarter_start',
) }}
