{# How a topic's id is compared with a veto: without case, accents and space. A veto that is misspelt so is heard. #}
{% macro topic_key(topic) -%}
    lower(strip_accents(regexp_replace({{ topic }}, '[[:space:]]', '', 'g')))
{%- endmacro %}
