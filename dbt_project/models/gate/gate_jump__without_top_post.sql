-- What each of tonight's jumps would be without the one post that carries most of it. On a log scale the points that it
-- brings are those of the evidence that would be lost, from version 2 on no more of it than law L3 leaves; what the
-- crowd lifts is left out, being a few tenths.
{% set version = var("scoring_version") %}
{% set part = "crowd" if version == 1 else "trusted" %}
with constants as (

    select
        {{ scale_constant("floor_points", version) }} as floor_points,
        {{ scale_constant("points_per_log", version) }} as points_per_log,
        coalesce({{ scale_constant("brief_weight", version) }}, 0) as brief_weight,
        {{ scale_constant("recent_weight", version) }} as recent_weight,
        {{ scale_constant("lasting_weight", version) }} as lasting_weight,
        {{ scale_constant("base_points", version) }} as base_points,
        {{ scale_constant("evidence_start", version) }} as evidence_start,
        {{ scale_constant("top_object_share", version) }} as top_object_share,
        {{ scale_constant("ladder_start", version) }} as ladder_start

),

by_network as (

    select
        person_id,
        persona,
        {% for span in spans() -%}
        {% if version == 1 -%}
        engagers.{{ part }}_{{ span }} as {{ span }},
        {{ span }} - objects.{{ part }}_{{ span }}_loss as {{ span }}_without,
        {%- else -%}
        bounded.{{ part }}_{{ span }} as {{ span }},
        {% if version == 2 -%}
        least({{ span }}, greatest(engagers.{{ part }}_{{ span }} - objects.{{ part }}_{{ span }}_loss, 0)) as {{ span }}_without,
        {%- else -%}
        -- The last step of a ladder is its share of the height at most.
        greatest(
            {{ span }} - least(objects.{{ part }}_{{ span }}_loss, top_object_share * (ladder_start + {{ span }})), 0
        ) as {{ span }}_without,
        {%- endif %}
        {%- endif %}
        {{ span }} - {{ span }}_without as {{ span }}_loss{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_person__engagers") }} as engagers
    inner join {{ ref("feat_person__objects") }} as objects
        using (person_id, persona, network, as_of_date, evidence_through_date, scoring_version)
    {% if version > 1 -%}
    inner join {{ ref("feat_person__bounded") }} as bounded
        using (person_id, persona, network, as_of_date, evidence_through_date, scoring_version)
    {% endif -%}
    inner join {{ ref("gate_person__verdict") }} as jumps using (person_id, persona, as_of_date)
    cross join constants
    where jumps.episode_date is not null and engagers.evidence_through_date = engagers.as_of_date
        and engagers.scoring_version = {{ version }}

),

summed as (

    select
        person_id,
        persona,
        {% for span in spans() -%}
        {{ exact_sum(span) }} as {{ span }},
        max({{ span }}_loss) as {{ span }}_loss{{ "," if not loop.last }}
        {% endfor %}
    from by_network
    group by all

),

-- What ln X loses without the post.
lost as (

    select
        person_id,
        persona,
        {% if version >= 3 -%}
        brief_weight * ln((1 + brief - brief_loss) / (1 + brief)) +
        {%- endif %}
        recent_weight * ln((1 + short - short_loss) / (1 + short))
        + lasting_weight * ln((1 + long - long_loss) / (1 + long)) as log_loss
    from summed
    cross join constants

)

select
    jumps.person_id,
    jumps.persona,
    greatest(
        {% if version < 3 -%}
        jumps.candidate_score + points_per_log * log_loss,
        {%- else -%}
        -- Back from points to the evidence E that they stand for, and with what is left of it on the scale again.
        base_points + points_per_log * ln(
            1 + greatest(
                (1 + evidence_start * (exp((jumps.candidate_score - base_points) / points_per_log) - 1)) * exp(log_loss) - 1, 0
            ) / evidence_start
        ),
        {%- endif %}
        floor_points
    ) as candidate_without_top_post
from {{ ref("gate_person__verdict") }} as jumps
inner join lost using (person_id, persona)
cross join constants
