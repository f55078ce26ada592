{#-
    How many times larger the variance of a mean is because people are observed more than once (Kish 1965, Survey Sampling,
    section 5.4): 1 + (m - 1)·ICC, with m the number of observations of the person that a mean observation belongs to,
    Σn²/Σn. A cell knows its mean number per person only; a cell of a few observations has pairs by chance (m - 1 is twice
    the mean - 1, whoever answers how often), the whole of the data has `spread` times it, and in between the share of the
    first falls with the mean. Compared with Σn²/Σn of 4,959 cells it is within 5 % for three of four metrics, where
    (1 + cv²)·mean - 1 is eight to twenty times too large for customers who answer now and then.
    n: observations; people: distinct people, 1 … n; icc: intraclass correlation; spread: int_metrics__clustering.
-#}
{% macro design_effect(n, people, icc, spread) -%}
(1 + (({{ n }}) / ({{ people }}) - 1) * (({{ spread }}) + (2 - ({{ spread }})) * ({{ people }}) / ({{ n }})) * ({{ icc }}))
{%- endmacro %}
