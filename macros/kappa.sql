{#-
    Cohen's kappa (1960): agreement of two judges beyond what their margins give by chance; null where chance alone gives
    full agreement. counts: a square list of rows of SQL expressions, how often judge 1 said the row and judge 2 the column.
-#}
{% macro kappa(counts) -%}
{%- set total = counts | map('join', ' + ') | join(' + ') -%}
{%- set ns = namespace(agreed=[], chance=[]) -%}
{%- for row in counts -%}
    {%- set i = loop.index0 -%}
    {%- do ns.agreed.append(row[i]) -%}
    {%- do ns.chance.append('(' ~ row | join(' + ') ~ ') * (' ~ counts | map(attribute=i) | join(' + ') ~ ')') -%}
{%- endfor -%}
(cast(({{ total }}) * ({{ ns.agreed | join(' + ') }}) as double) - ({{ ns.chance | join(' + ') }}))
    / nullif(({{ total }}) * ({{ total }}) - ({{ ns.chance | join(' + ') }}), 0)
{%- endmacro %}
