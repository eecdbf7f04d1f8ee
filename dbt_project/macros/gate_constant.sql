{# One constant of the gate, as a scalar subquery on its seed. What is a share of the spread there is points in gate_thresholds. #}
{% macro gate_constant(name) -%}
    (select value from {{ ref("gate_constants") }} where constant = '{{ name }}')
{%- endmacro %}
