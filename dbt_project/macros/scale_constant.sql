{# One constant of a scoring version's scale. #}
{% macro scale_constant(name, version=2) -%} {{ seed_constant("scale_v" ~ version, name) }} {%- endmacro %}
