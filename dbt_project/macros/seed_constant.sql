{# One constant of a seed, as a scalar subquery. One that is not there ends the build: compared with nothing, nothing is held. #}
{% macro seed_constant(seed, name) -%}
    (
        select coalesce(any_value(value), error('seeds/{{ seed }}.csv: the constant {{ name }} is gone; restore the file'))
        from {{ ref(seed) }} where constant = '{{ name }}'
    )
{%- endmacro %}
