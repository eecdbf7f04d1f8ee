{#
  The most evidence that may stand behind a score where so much of it is `left` without the objects or the engager that carry
  most (laws L3 and L4): `least_left` of it at least, and a little (`start`, a column of the caller) that any of them may bring.
#}
{% macro within_share(left, least_left) -%}
    (start + {{ left }}) / {{ least_left }} - start
{%- endmacro %}
