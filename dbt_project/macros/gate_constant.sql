{# One constant of the gate, as a scalar subquery on its seed: versions 1 and 2 have a scale of their own, and thresholds. #}
{% macro gate_constant(name) -%}
    (select value from {{ ref("gate_v1" if var("scoring_version") < 3 else "gate_v2") }} where constant = '{{ name }}')
{%- endmacro %}
