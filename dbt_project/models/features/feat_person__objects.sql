-- What objects bring to the evidence: together, where none carries more than its share (law L3), and what would be lost without the one that carries most.
{{ config(meta={"by_night_of": "feat_pair__objects"}) }}
with scales as (

    {{ scales(["top_object_share", "ladder_start"]) }}

),

touches as (

    select
        objects.object_number,
        objects.as_of_date,
        objects.evidence_through_date,
        objects.scoring_version,
        actions.trust_weight,
        {% for span in spans() -%}
        ln(1 + objects.millionths_{{ span }} / 1000000) as {{ span }}_brought,
        ln(1 + actions.actions_{{ span }})
        - ln(1 + actions.actions_{{ span }} - objects.millionths_{{ span }} / 1000000) as {{ span }}_loss,
        {% endfor -%}
        objects.millionths_long
    from {{ ref("feat_pair__objects") }} as objects
    inner join {{ ref("feat_pair__actions") }} as actions using (pair_id, as_of_date, evidence_through_date, scoring_version)
    where {{ nights_at_hand("objects.as_of_date") }} and {{ nights_at_hand("actions.as_of_date") }}

),

by_object as (

    select
        object_number,
        as_of_date,
        evidence_through_date,
        scoring_version,
        {% for span in spans() -%}
        {% for what in (span ~ "_brought", span ~ "_loss") -%}
        {{ exact_sum(what) }} as crowd_{{ what }},
        {{ exact_sum("trust_weight * " ~ what) }} as trusted_{{ what }},
        {% endfor -%}
        {% endfor -%}
        sum(millionths_long) / 1000000 as actions_long
    from touches
    group by all

)

select
    objects.person_id,
    objects.persona,
    objects.network,
    by_object.as_of_date,
    by_object.evidence_through_date,
    by_object.scoring_version,
    {% for span in spans() -%}
    {% for part in ("crowd_" ~ span, "trusted_" ~ span) -%}
    max({{ part }}_loss) as {{ part }}_loss,
    {{ climb("list(" ~ part ~ "_brought)", "top_object_share") }} as {{ part }}_climb,
    {% endfor -%}
    {% endfor -%}
    {{ exact_sum("least(actions_long, 1)") }} as object_reach
from by_object
inner join {{ ref("objects") }} as objects using (object_number)
inner join scales using (scoring_version)
group by
    objects.person_id, objects.persona, objects.network, by_object.as_of_date, by_object.evidence_through_date,
    by_object.scoring_version, scales.top_object_share, scales.ladder_start
