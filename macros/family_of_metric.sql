{#-
    Metrics of the same answers (csat and its mean) must show the same cells, so they are judged as one: the name of that
    family, from the columns of dim_metrics. The dimensions of engagement are of those who answered most of their own
    facets, fewer people than have a score, so each is judged by itself.
-#}
{% macro family_of_metric() -%}
    case
        when metric_code in ('engagement_vigour', 'engagement_dedication') then metric_code
        else coalesce(item_metric_code, metric_code)
    end
{%- endmacro %}
