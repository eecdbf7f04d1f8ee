-- Every rule of the layer features: what is tested is listed, so that dbt tests it once all of it stands.
{% set relations = [
    ref("feat_pair__objects"),
    ref("feat_pair__actions"),
    ref("feat_person__engagers"),
    ref("feat_person__bounded"),
    ref("feat_person__dislikes"),
    ref("feat_person__reach"),
    ref("feat_person__amplification"),
    ref("feat_text__topics"),
    ref("feat_object__topics"),
    ref("feat_engager__topics"),
] %}
{{ broken_rules_of_layer("features", relations) }}
