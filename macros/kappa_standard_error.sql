{#-
    Large-sample standard error of Cohen's kappa (Fleiss, Cohen & Everitt 1969, formula 13), for its interval.
    counts: as for the macro kappa; value: the kappa of these counts.
-#}
{% macro kappa_standard_error(counts, value) -%}
{%- set total = '(' ~ counts | map('join', ' + ') | join(' + ') ~ ')' -%}
{%- set n = 'cast(' ~ total ~ ' as double)' -%}
{%- set ns = namespace(spread=[], chance=[]) -%}
{%- for row in counts -%}
    {%- set i = loop.index0 -%}
    {%- set own = '(' ~ counts[i] | join(' + ') ~ ')' -%}
    {%- set other = '(' ~ counts | map(attribute=i) | join(' + ') ~ ')' -%}
    {%- do ns.chance.append(own ~ ' * ' ~ other) -%}
    {%- for count in row -%}
        {%- set j = loop.index0 -%}
        {%- set others_own = '(' ~ counts[j] | join(' + ') ~ ')' -%}
        {#- how far one more pair in this cell moves kappa -#}
        {%- set pull = '(1 - ' ~ value ~ ') * (' ~ others_own ~ ' + ' ~ other ~ ') / ' ~ n -%}
        {%- set pull = '(1 - ' ~ pull ~ ')' if i == j else '(' ~ pull ~ ')' -%}
        {%- do ns.spread.append(count ~ ' * ' ~ pull ~ ' * ' ~ pull) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set chance = '((' ~ ns.chance | join(' + ') ~ ') / (' ~ n ~ ' * ' ~ n ~ '))' -%}
{%- set centre = '(' ~ value ~ ' - ' ~ chance ~ ' * (1 - ' ~ value ~ '))' -%}
sqrt(greatest(({{ ns.spread | join(' + ') }}) / {{ n }} - {{ centre }} * {{ centre }}, 0) / {{ n }}) / nullif(1 - {{ chance }}, 0)
{%- endmacro %}
