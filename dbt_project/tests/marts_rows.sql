-- Every rule of the layer marts: what is tested is listed, so that dbt tests it once all of it stands.
{% set relations = [
    ref("person_scores"),
    ref("score_contributions"),
    ref("score_jumps"),
    ref("incident_nights"),
    ref("cohort_moves"),
    ref("topic_scores"),
    ref("topic_evidence"),
    ref("network_coverage"),
    ref("score_changes"),
    ref("influences"),
] %}
{{ broken_rules_of_layer("marts", relations) }}
