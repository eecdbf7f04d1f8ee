{#
  The sum of a column in whole millionths: the same bits whatever the order of rows or the number of threads.
  Off the true sum by at most half a millionth a row. Doubles hold whole numbers, and sums of them, exactly up to 9e15.
#}
{% macro exact_sum(expression) -%}
    (sum(round(({{ expression }}) * 1000000)) / 1000000)
{%- endmacro %}

{# The sum of numbers that need not be whole millionths, in one order: the same bits, and nothing is rounded. #}
{% macro ordered_sum(expression) -%}
    sum({{ expression }} order by {{ expression }})
{%- endmacro %}
