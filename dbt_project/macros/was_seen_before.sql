{# Whether an engager was seen with anybody a fortnight before the day on which they first engaged with a person. #}
{% macro was_seen_before(first_seen_date, first_date) -%}
    {{ first_seen_date }} < {{ first_date }} - 14
{%- endmacro %}
