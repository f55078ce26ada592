{#- The metrics of active customers by month: code, what each customer counts (y) and, of a ratio, per what (x). -#}
{% macro customer_metrics() %}
    {{ return([
        ('customer_profitability', 'profit_eur', none),
        ('margin_share', 'profit_eur', 'revenue_eur'),
        ('cost_to_serve', 'cost_to_serve_eur', none),
        ('feedback_per_100', '100 * feedback_count', none),
        ('ideas_per_100', '100 * idea_count', none),
    ]) }}
{% endmacro %}
