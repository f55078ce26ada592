{#-
    Two-sided p of McNemar's test (1947) that the two one-sided outcomes of matched pairs are equally likely; 1 without
    such pairs. DuckDB only. With few pairs exact: twice the binomial tail of the rarer outcome; from `exact_below` pairs
    on the normal approximation without continuity correction, as Fagerland, Lydersen & Laake (2013) advise.
    one_sided, other_sided: how often each occurred; exact_below: pairs.
-#}
{% macro mcnemar_p(one_sided, other_sided, exact_below) -%}
{%- set pairs = '(' ~ one_sided ~ ' + ' ~ other_sided ~ ')' -%}
{%- set rarer = 'least(' ~ one_sided ~ ', ' ~ other_sided ~ ')' -%}
case
    when {{ pairs }} = 0 then 1
    when {{ pairs }} < {{ exact_below }} then least(1, 2 * list_sum(list_transform(
        range(0, cast({{ rarer }} as bigint) + 1),
        lambda i: exp(lgamma({{ pairs }} + 1) - lgamma(i + 1) - lgamma({{ pairs }} - i + 1) - {{ pairs }} * ln(2))
    )))
    else 2 * {{ normal_cdf('-abs(' ~ one_sided ~ ' - ' ~ other_sided ~ ') / sqrt(' ~ pairs ~ ')') }}
end
{%- endmacro %}
