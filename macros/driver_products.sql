{#-
    The sums of products that int_drivers__moments holds, as (first, second): every pair of the outcome and the drivers, and
    every pair of the outcome and the boxes of the drivers. A box times itself is the box.
-#}
{% macro driver_products() %}
    {%- set pairs = [] -%}
    {%- set drivers, boxes = ['y'], ['y'] -%}
    {%- for slot in driver_slots() -%}
        {%- do drivers.append('x_' ~ slot) -%}
        {%- do boxes.extend(['low_' ~ slot, 'high_' ~ slot]) -%}
    {%- endfor -%}
    {%- for first in drivers -%}
        {%- for second in drivers[loop.index0:] -%}
            {%- do pairs.append((first, second)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for first in boxes -%}
        {%- for second in boxes[loop.index:] -%}
            {%- do pairs.append((first, second)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}
