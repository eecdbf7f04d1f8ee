{# How much evidence a topic needs. #}
{% macro topic_floor(name) -%} {{ seed_constant("topic_floor_v1", name) }} {%- endmacro %}
