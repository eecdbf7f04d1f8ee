-- Every rule of the seeds: what is tested is listed, so that dbt tests it once all of it stands.
{% set relations = [
    ref("verb_weights_v1"),
    ref("known_programs"),
    ref("personal_data"),
    ref("topic_floor_v1"),
    ref("gate_constants"),
    ref("scale_v1"),
    ref("scale_v2"),
    ref("scale_v3"),
] %}
{{ broken_rules_of_layer("seeds", relations) }}
