-- Every rule of the layer gate: what is tested is listed, so that dbt tests it once all of it stands.
{% set relations = [
    ref("gate_decisions"),
    ref("gate_person__hold_history"),
    ref("gate_person__baseline"),
    ref("gate_incident__tonight"),
    ref("gate_person__uncovered"),
    ref("gate_person__verdict"),
    ref("gate_jump__began"),
    ref("gate_jump__evidence"),
] %}
{{ broken_rules_of_layer("gate", relations) }}
