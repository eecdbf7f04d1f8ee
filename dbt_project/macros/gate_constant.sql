{# One constant of the gate. #}
{% macro gate_constant(name) -%} {{ seed_constant("gate_v1", name) }} {%- endmacro %}
