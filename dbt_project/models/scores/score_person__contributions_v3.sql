-- Where the points of a candidate score come from; they sum to it. The log of a sum has no parts of its own, so the points
-- above the scale's base are shared among half-lives by their part of ln X, and among networks by the evidence they brought.
{% set version = 3 %}
{% set parts = {"brief": ("brief_weight", "brief"), "short": ("recent_weight", "recent"), "long": ("lasting_weight", "lasting")} %}
with constants as (

    select
        {{ scale_constant("base_points", version) }} as base_points,
        {% for span, (weight, _) in parts.items() -%}
        {{ scale_constant(weight, version) }} as {{ weight }}{{ "," if not loop.last }}
        {% endfor %}

),

scores as (

    select influence.*, (raw_score - base_points) / nullif(log_evidence, 0) as points_each
    from {{ ref("score_person__influence", v=version) }} as influence
    cross join constants
    where evidence_through_date = as_of_date

),

features as (

    select bounded.*
    from {{ ref("feat_person__bounded") }} as bounded
    where evidence_through_date = as_of_date and scoring_version = {{ version }}

),

crowds as (

    select
        person_id,
        persona,
        as_of_date,
        {% for span in spans() -%}
        {{ exact_sum("crowd_" ~ span) }} as all_{{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from features
    group by all

),

contributions as (

    {% for span, (weight, feature) in parts.items() -%}
    select
        features.person_id,
        features.persona,
        features.as_of_date,
        features.network,
        '{{ feature }}_engagers' as feature,
        coalesce(
            scores.points_each * {{ weight }} * ln(1 + scores.trusted_{{ span }})
            * features.trusted_{{ span }} / nullif(scores.trusted_{{ span }}, 0),
            0
        ) as points,
        features.trusted_{{ span }} as raw_value
    from features
    inner join scores using (person_id, persona, as_of_date)
    cross join constants
    union all
    select
        features.person_id,
        features.persona,
        features.as_of_date,
        features.network,
        '{{ feature }}_crowd',
        coalesce(
            scores.points_each * {{ weight }} * ln(scores.lift_{{ span }})
            * features.crowd_{{ span }} / nullif(crowds.all_{{ span }}, 0),
            0
        ),
        features.crowd_{{ span }}
    from features
    inner join scores using (person_id, persona, as_of_date)
    inner join crowds using (person_id, persona, as_of_date)
    cross join constants
    union all
    {% endfor -%}
    -- Who is lifted to the floor has that in the same part.
    select person_id, persona, as_of_date, 'all', 'scale_floor', base_points + greatest(score - raw_score, 0), null
    from scores
    cross join constants
    union all
    select person_id, persona, as_of_date, 'all', 'scale_ceiling', score - raw_score, raw_score
    from scores
    where score < raw_score

)

select * from contributions
