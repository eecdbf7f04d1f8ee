{# One constant of the gate, as a scalar subquery on its seed. #}
{% macro gate_constant(name) -%}
    (select value from {{ ref("gate_v1") }} where constant = '{{ name }}')
{%- endmacro %}
