{#
  The sum of a column in whole millionths: the same bits whatever the order of rows or the number of threads.
  Off the true sum by at most half a millionth a row.
#}
{% macro exact_sum(expression) -%}
    sum(cast(round(({{ expression }}) * 1000000) as bigint)) / 1000000
{%- endmacro %}
