{# How much evidence a topic needs, as a scalar subquery on its seed. #}
{% macro topic_floor(name) -%}
    (select value from {{ ref("topic_floor_v1") }} where constant = '{{ name }}')
{%- endmacro %}
