{# One constant of a scoring version's scale, as a scalar subquery on its seed. #}
{% macro scale_constant(name) -%}
    (select value from {{ ref("scale_v1") }} where constant = '{{ name }}')
{%- endmacro %}
