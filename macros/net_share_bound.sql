{#-
    Bound of the adjusted Wald interval of a net share such as NPS (Rocks 2016), -1 to 1: three quarters of an
    observation is added to promoters and to detractors, three to n, which keeps coverage in small groups.
    positive, negative: shares; n: observations (effective, may be fractional); side: 'low' or 'high'.
-#}
{% macro net_share_bound(positive, negative, n, side) -%}
{%- set p = '((' ~ positive ~ ') * (' ~ n ~ ') + 0.75) / ((' ~ n ~ ') + 3)' -%}
{%- set d = '((' ~ negative ~ ') * (' ~ n ~ ') + 0.75) / ((' ~ n ~ ') + 3)' -%}
{%- set net = '(' ~ p ~ ' - ' ~ d ~ ')' -%}
greatest(-1, least(1,
    {{ net }} {{ '-' if side == 'low' else '+' }} {{ z_975() }} * sqrt(
        ({{ p }} + {{ d }} - {{ net }} * {{ net }}) / (({{ n }}) + 3)
    )
))
{%- endmacro %}
