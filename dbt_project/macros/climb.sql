{#
  What rows bring together where none may carry more than `share` of it (laws L3 and L4). They climb a ladder that begins at `ladder_start`: the least
  first, and each by what it `brought` (a list), but by no more than its share of the height that it comes to. So none sets another free, and more of any
  never lowers the whole. `ladder_start` and `share` are columns that the rows are grouped by, null where a version has no ladder.
  Rows are sorted by what they bring, so their order changes no bit.
#}
{% macro climb(brought, share) -%}
    round(
        list_reduce(
            list_sort({{ brought }}), lambda under, step: least(under + step, under / (1 - {{ share }})), ladder_start
        ) - ladder_start,
        6
    )
{%- endmacro %}

{# The most that rows may bring together with one more that carries no more than `share` of it, where they climb to `height` without it. #}
{% macro one_step_above(height, share) -%}
    ((ladder_start + {{ height }}) / (1 - {{ share }}) - ladder_start)
{%- endmacro %}
