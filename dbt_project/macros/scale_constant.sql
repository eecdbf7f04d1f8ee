{# One constant of a scoring version's scale, as a scalar subquery. Whoever asks says of which version. #}
{% macro scale_constant(name, version) -%}
    (select value from {{ ref("scale_constants") }} where constant = '{{ name }}' and scoring_version = {{ version }})
{%- endmacro %}

{# Constants of every version that is built tonight: one row a version, one column a constant; null where it has none. #}
{% macro scales(names) -%}
    select
        scoring_version,
        {% for name in names -%}
        max(value) filter (where constant = '{{ name }}') as {{ name }}{{ "," if not loop.last }}
        {% endfor -%}
    from {{ ref("scale_constants") }}
    group by scoring_version
{%- endmacro %}

{# The spans of time that evidence is weighed over, each with a half-life of the version's own (`<span>_half_life_days`). #}
{% macro spans() -%}
    {{ return(("brief", "short", "long")) }}
{%- endmacro %}
