{#- An answer as a score in the unit in which its metric is shown, so that the mean of scores is the metric. -#}
{% macro metric_score(estimator, answer_value, box_value) -%}
    cast(case {{ estimator }}
        when 'mean' then {{ answer_value }}
        when 'net_share' then 100 * {{ box_value }}
        else case when {{ box_value }} = 1 then 100 else 0 end
    end as {{ type_double() }})
{%- endmacro %}
