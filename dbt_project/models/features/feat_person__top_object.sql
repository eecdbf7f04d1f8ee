-- How much evidence would be lost without the one object that carries most of it, and without the two that do (law L3). Two lose
-- more than each by itself: whoever acted on both is gone only with both. Two are looked for among a few, which is where they are.
{{ config(meta={"by_night_of": "feat_pair__objects"}) }}
{% set night = ["as_of_date", "evidence_through_date", "scoring_version"] | join(", ") %}
with scales as (

    {{ scales(["top_pair_candidates"]) }}

),

touches as (

    select
        objects.pair_id,
        objects.object_number,
        objects.as_of_date,
        objects.evidence_through_date,
        objects.scoring_version,
        actions.trust_weight,
        {% for span in spans() -%}
        1 + actions.actions_{{ span }} as {{ span }},
        objects.millionths_{{ span }} / 1000000 as {{ span }}_here,
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
        {{ exact_sum(span ~ "_loss") }} as crowd_{{ span }},
        {{ exact_sum("trust_weight * " ~ span ~ "_loss") }} as trusted_{{ span }},
        {% endfor -%}
        sum(millionths_long) / 1000000 as actions_long
    from touches
    group by all

),

placed as (

    select
        by_object.*,
        objects.person_id,
        objects.persona,
        objects.network,
        row_number() over (
            partition by objects.person_id, objects.persona, objects.network, {{ night }}
            order by
                trusted_brief + trusted_short + trusted_long desc, crowd_brief + crowd_short + crowd_long desc, by_object.object_number
        ) as place
    from by_object
    inner join {{ ref("objects") }} as objects using (object_number)

),

few as (

    select placed.*
    from placed
    inner join scales using (scoring_version)
    where placed.place <= scales.top_pair_candidates

),

-- What is lost with both beyond what is lost with each is lost by who acted on more than one.
candidates as (

    select touches.*
    from touches
    inner join few using (object_number, as_of_date, evidence_through_date, scoring_version)
    where touches.long > 1 + touches.long_here

),

-- What is lost by those who acted on both, beyond what each object by itself would take from them.
shared as (

    select
        one.object_number,
        other.object_number as other_number,
        one.as_of_date,
        one.evidence_through_date,
        one.scoring_version,
        {% for span in spans() -%}
        {% set beyond = "ln(one." ~ span ~ " - other." ~ span ~ "_here) - ln(one." ~ span ~ " - one." ~ span ~ "_here - other." ~ span ~ "_here) - one." ~ span ~ "_loss" -%}
        {{ exact_sum(beyond) }} as crowd_{{ span }},
        {{ exact_sum("one.trust_weight * (" ~ beyond ~ ")") }} as trusted_{{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from candidates as one
    inner join candidates as other using (pair_id, as_of_date, evidence_through_date, scoring_version)
    where one.object_number < other.object_number
    group by all

),

pairs as (

    select
        one.person_id,
        one.persona,
        one.network,
        one.as_of_date,
        one.evidence_through_date,
        one.scoring_version,
        {% for span in spans() -%}
        {% for part in ("crowd_" ~ span, "trusted_" ~ span) -%}
        max(one.{{ part }} + other.{{ part }} + coalesce(shared.{{ part }}, 0)) as {{ part }}{{ "," if not loop.last }}
        {% endfor %}{{ "," if not loop.last }}
        {% endfor %}
    from few as one
    inner join few as other using (person_id, persona, network, as_of_date, evidence_through_date, scoring_version)
    left join shared
        on
            one.object_number = shared.object_number
            and other.object_number = shared.other_number
            and one.as_of_date = shared.as_of_date
            and one.evidence_through_date = shared.evidence_through_date
            and one.scoring_version = shared.scoring_version
    where one.object_number < other.object_number
    group by all

),

single as (

    select
        person_id,
        persona,
        network,
        as_of_date,
        evidence_through_date,
        scoring_version,
        {% for span in spans() -%}
        max(crowd_{{ span }}) as crowd_{{ span }}_loss,
        max(trusted_{{ span }}) as trusted_{{ span }}_loss,
        {% endfor -%}
        {{ exact_sum("least(actions_long, 1)") }} as object_reach
    from placed
    group by all

)

select
    single.*,
    -- Of one object alone there are no two, nor where a version does not ask for them. Whole millionths again, after sums of them.
    {% for span in spans() -%}
    {% for part in ("crowd_" ~ span, "trusted_" ~ span) -%}
    round(greatest(pairs.{{ part }}, single.{{ part }}_loss), 6) as {{ part }}_pair_loss{{ "," if not loop.last }}
    {% endfor %}{{ "," if not loop.last }}
    {% endfor %}
from single
left join pairs using (person_id, persona, network, as_of_date, evidence_through_date, scoring_version)
