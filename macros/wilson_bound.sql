{#-
    Bound of the Wilson score interval of a proportion (Wilson 1927), 0 to 1.
    At 0 and n successes rounding would leave [0, 1] by 1e-15, hence the clamp.
    share: observed proportion; n: observations (effective, may be fractional); side: 'low' or 'high'.
-#}
{% macro wilson_bound(share, n, side) -%}
{%- set z = z_975() -%}
greatest(0, least(1, (
    ({{ share }}) + {{ z }} * {{ z }} / (2 * ({{ n }}))
    {{ '-' if side == 'low' else '+' }} {{ z }} * sqrt(
        greatest(({{ share }}) * (1 - ({{ share }})), 0) / ({{ n }}) + {{ z }} * {{ z }} / (4 * ({{ n }}) * ({{ n }}))
    )
) / (1 + {{ z }} * {{ z }} / ({{ n }}))))
{%- endmacro %}
