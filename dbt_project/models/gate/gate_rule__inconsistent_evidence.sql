-- Evidence fades by its half-lives, no faster and never backwards. What the engagement that was known when the last score
-- was made is worth tonight cannot be much less than that, nor far more than it was: where it is, events have vanished,
-- are counted twice, changed their meaning or were re-read wrong.
with constants as (

    select
        thresholds.impossible_points,
        thresholds.impossible_rise_points,
        {{ scale_constant("points_per_log", var("previous_version")) }} as points_per_log,
        -- Nothing is left of the old evidence after n nights but exp(-rate * n) of it; a log scale makes that a slope. Where a
        -- version has a brief half-life, evidence fades by that one at most; the others' scale is the sum of two logs.
        {% set version = var("previous_version") -%}
        ln(2) * coalesce(
            1 / {{ scale_constant("brief_half_life_days", version) }},
            {{ scale_constant("recent_weight", version) }} / {{ scale_constant("short_half_life_days", version) }}
            + {{ scale_constant("lasting_weight", version) }} / {{ scale_constant("long_half_life_days", version) }}
        ) as fading_rate
    from {{ ref("gate_thresholds") }} as thresholds

)

select
    eve.person_id,
    eve.persona,
    last_scores.worth_score - before.score as fall,
    points_per_log * fading_rate * (eve.as_of_date - last_scores.as_of_date) as most_fading,
    greatest(fall - most_fading, -fall) as strength
from {{ ref("gate_person__baseline") }} as eve
cross join constants
cross join {{ source("raw", "run") }} as night
inner join {{ ref("last_scores") }} as last_scores
    on eve.person_id = last_scores.person_id and eve.persona = last_scores.persona
inner join {{ ref("score_person__influence", v=var("previous_version")) }} as before
    on
        eve.person_id = before.person_id
        and eve.persona = before.persona
        and eve.as_of_date = before.as_of_date
        and before.evidence_through_date = last_scores.as_of_date
where
    -- What was held or frozen is not the score of its night.
    last_scores.status = 'published'
    and eve.is_accepted_sufficient
    and last_scores.scoring_version = night.previous_version
    and (fall - most_fading >= impossible_points or -fall >= impossible_rise_points)
