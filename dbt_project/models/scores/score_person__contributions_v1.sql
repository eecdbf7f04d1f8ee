-- Where the points of a candidate score come from; they sum to it. The log of a sum has no parts of its own, so each
-- half-life's points are shared among the networks in proportion to the evidence that each brought.
with constants as (

    select
        {{ scale_constant("floor_points", 1) }} as floor_points,
        {{ scale_constant("points_per_log", 1) }} as points_per_log

),

scores as (

    select * from {{ ref("score_person__influence", v=1) }} where evidence_through_date = as_of_date

),

features as (

    select * exclude (crowd_short, crowd_long), crowd_short as evidence_short, crowd_long as evidence_long
    from {{ ref("feat_person__engagers") }}
    where evidence_through_date = as_of_date and scoring_version = 1

),

shares as (

    select
        features.person_id,
        features.persona,
        features.as_of_date,
        features.network,
        features.evidence_short,
        features.evidence_long,
        points_per_log / 2 * ln(1 + scores.evidence_short) * features.evidence_short / nullif(scores.evidence_short, 0) as short_points,
        points_per_log / 2 * ln(1 + scores.evidence_long) * features.evidence_long / nullif(scores.evidence_long, 0) as long_points
    from features
    inner join scores using (person_id, persona, as_of_date)
    cross join constants

),

contributions as (

    select person_id, persona, as_of_date, network, 'recent_engagers' as feature, coalesce(short_points, 0) as points, evidence_short as raw_value
    from shares
    union all
    select person_id, persona, as_of_date, network, 'lasting_engagers', coalesce(long_points, 0), evidence_long
    from shares
    union all
    select person_id, persona, as_of_date, 'all', 'scale_floor', floor_points, null
    from scores
    cross join constants
    union all
    select person_id, persona, as_of_date, 'all', 'scale_ceiling', score - raw_score, raw_score
    from scores
    where score < raw_score

)

select * from contributions
