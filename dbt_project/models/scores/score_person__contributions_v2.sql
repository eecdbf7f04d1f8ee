-- Where the points of a candidate score come from; they sum to it. The log of a sum has no parts of its own, so each
-- half-life's points are shared among the networks in proportion to the evidence that each brought.
with constants as (

    select
        {{ scale_constant("floor_points", 2) }} as floor_points,
        {{ scale_constant("points_per_log", 2) }} * {{ scale_constant("recent_weight", 2) }} as points_short,
        {{ scale_constant("points_per_log", 2) }} * {{ scale_constant("lasting_weight", 2) }} as points_long

),

scores as (

    select * from {{ ref("score_person__influence", v=2) }} where evidence_through_date = as_of_date

),

features as (

    select bounded.*
    from {{ ref("feat_person__bounded") }} as bounded
    where evidence_through_date = as_of_date and scoring_version = 2

),

crowds as (

    select person_id, persona, as_of_date, {{ exact_sum("crowd_short") }} as all_short, {{ exact_sum("crowd_long") }} as all_long
    from features
    group by all

),

contributions as (

    {% for length, feature in (("short", "recent"), ("long", "lasting")) -%}
    select
        features.person_id,
        features.persona,
        features.as_of_date,
        features.network,
        '{{ feature }}_engagers' as feature,
        coalesce(points_{{ length }} * ln(1 + scores.trusted_{{ length }}) * features.trusted_{{ length }} / nullif(scores.trusted_{{ length }}, 0), 0) as points,
        features.trusted_{{ length }} as raw_value
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
        coalesce(points_{{ length }} * ln(scores.lift_{{ length }}) * features.crowd_{{ length }} / nullif(crowds.all_{{ length }}, 0), 0),
        features.crowd_{{ length }}
    from features
    inner join scores using (person_id, persona, as_of_date)
    inner join crowds using (person_id, persona, as_of_date)
    cross join constants
    union all
    {% endfor -%}
    select person_id, persona, as_of_date, 'all', 'scale_floor', floor_points, null
    from scores
    cross join constants
    union all
    select person_id, persona, as_of_date, 'all', 'scale_ceiling', score - raw_score, raw_score
    from scores
    where score < raw_score

)

select * from contributions
