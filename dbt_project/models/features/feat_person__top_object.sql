-- How much evidence would be lost without the one object that carries most of it (law L3).
with touches as (

    select
        objects.object_number,
        objects.as_of_date,
        objects.evidence_through_date,
        objects.scoring_version,
        actions.trust_weight,
        {% for span in spans() -%}
        ln(1 + actions.actions_{{ span }})
        - ln(1 + actions.actions_{{ span }} - objects.millionths_{{ span }} / 1000000) as {{ span }}_loss,
        {% endfor -%}
        objects.millionths_long
    from {{ ref("feat_pair__objects") }} as objects
    inner join {{ ref("feat_pair__actions") }} as actions using (pair_id, as_of_date, evidence_through_date, scoring_version)

),

by_object as (

    select
        object_number,
        as_of_date,
        evidence_through_date,
        scoring_version,
        {% for span in spans() -%}
        {{ exact_sum(span ~ "_loss") }} as crowd_{{ span }},
        {{ exact_sum("trust_weight * " ~ span ~ "_loss") }} as trusted_{{ span }},
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
    max(crowd_{{ span }}) as crowd_{{ span }}_loss,
    max(trusted_{{ span }}) as trusted_{{ span }}_loss,
    {% endfor -%}
    {{ exact_sum("least(actions_long, 1)") }} as object_reach
from by_object
inner join {{ ref("objects") }} as objects using (object_number)
group by all
