{#-
    A difference of sums that are nearly equal, or 0 where it is no more than their rounding. A variance of 1e-16 instead of
    0 would make every change certain, and engines that add up in another order would disagree on it.
    largest: the largest of the terms.
-#}
{% macro beyond_rounding(difference, largest) -%}
case when {{ difference }} > 1e-12 * abs({{ largest }}) then {{ difference }} else 0 end
{%- endmacro %}
