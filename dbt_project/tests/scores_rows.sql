-- Every rule of the layer scores: what is tested is listed, so that dbt tests it once all of it stands.
{% set relations = [
    ref("score_person__influence_previous_version"),
    ref("score_night__built"),
    ref("score_person__candidates"),
    ref("score_person__accepted"),
    ref("score_person__topics"),
] %}
{% for version in var("built_versions") -%}
    {% do relations.append(ref("score_person__influence", v=version)) %}
{%- endfor %}
{{ broken_rules_of_layer("scores", relations) }}
