{#-
    Standard normal distribution function, to 1e-14, by Hart's rational approximation in the form of G. West (2005),
    "Better approximations to cumulative normal functions", Wilmott Magazine. No engine here has erf() in common.
-#}
{% macro normal_cdf(z) -%}
{%- set a = '(abs(' ~ z ~ '))' -%}
{%- set density = 'exp(-' ~ a ~ ' * ' ~ a ~ ' / 2)' -%}
{%- set numerator = '((((((3.52624965998911e-02 * ' ~ a ~ ' + 0.700383064443688) * ' ~ a ~ ' + 6.37396220353165) * ' ~ a
    ~ ' + 33.912866078383) * ' ~ a ~ ' + 112.079291497871) * ' ~ a ~ ' + 221.213596169931) * ' ~ a ~ ' + 220.206867912376)' -%}
{%- set denominator = '(((((((8.83883476483184e-02 * ' ~ a ~ ' + 1.75566716318264) * ' ~ a ~ ' + 16.064177579207) * ' ~ a
    ~ ' + 86.7807322029461) * ' ~ a ~ ' + 296.564248779674) * ' ~ a ~ ' + 637.333633378831) * ' ~ a ~ ' + 793.826512519948) * ' ~ a
    ~ ' + 440.413735824752)' -%}
{%- set tail -%}
    case
        when {{ a }} > 37 then 0.0
        when {{ a }} < 7.07106781186547 then {{ density }} * {{ numerator }} / {{ denominator }}
        else {{ density }} / ({{ a }} + 1 / ({{ a }} + 2 / ({{ a }} + 3 / ({{ a }} + 4 / ({{ a }} + 0.65))))) / 2.506628274631
    end
{%- endset -%}
(case when {{ z }} > 0 then 1 - ({{ tail }}) else ({{ tail }}) end)
{%- endmacro %}
