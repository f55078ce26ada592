{#- Months shown by week of which both edges are shown apart too, so that the weeks shared with other months can be. -#}
{{ shown_pieces(['edge_of_month'], 'period_start', ref('int_metrics__shown_weeks'), 'month_start') }}
