{# One constant of a scoring version's scale, as a scalar subquery on its seed. #}
{% macro scale_constant(name, version=2) -%}
    (select value from {{ ref("scale_v" ~ version) }} where constant = '{{ name }}')
{%- endmacro %}
