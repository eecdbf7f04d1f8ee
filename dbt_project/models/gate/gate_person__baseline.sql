-- What tonight's candidate is measured against: what was accepted up to last night, never the tested night itself, and
-- never a candidate that waits. A release that came after the hold re-bases it: the released candidate is the score.
with released as (

    select person_id, persona, episode_date, seen_score
    from {{ ref("gate_decisions") }}
    where action = 'release'

),

-- Nights that were left out end no hold. What the last one that readers saw began with, and whether its candidate was back there, or
-- below the top where no score was ever good; a hold for trusted dislike is back where nobody warns. Who is held without ever having had
-- a score is there alone.
waiting as (

    select
        jumps.person_id,
        jumps.persona,
        jumps.episode_date,
        jumps.rule,
        jumps.base_score,
        jumps.candidate_score,
        jumps.last_good_score,
        if(
            jumps.rule = 'trusted_dislike',
            jumps.disliker_count is null,
            coalesce(
                abs(jumps.candidate_score - coalesce(jumps.base_score, jumps.last_good_score)) < thresholds.clear_points,
                jumps.candidate_score < thresholds.top_points
            )
        ) as was_near
    from {{ source("raw", "published_jumps") }} as jumps
    inner join {{ ref("gate_shown_nights") }} as shown_nights on jumps.as_of_date = shown_nights.last_date
    cross join {{ ref("gate_thresholds") }} as thresholds
    where jumps.decision in ('pending', 'rejected')

)

select
    candidates.person_id,
    candidates.persona,
    candidates.as_of_date,
    candidates.score as candidate_score,
    candidates.score_low,
    candidates.score_high,
    candidates.evidence_count,
    candidates.engager_count,
    candidates.is_sufficient and coalesce(ages.first_date <= night.as_of_date - night.provisional_nights, false) as is_sufficient,
    night.as_of_date - ages.first_date as age_nights,
    walk.accepted_score,
    walk.accepted_low,
    walk.accepted_high,
    -- Of whom readers were never shown a score no night that nobody saw is one: who joins at the top appears there.
    coalesce(walk.is_accepted_sufficient, false)
    and not coalesce(shown.person_id is null and candidates.score >= thresholds.top_points, false) as is_accepted_sufficient,
    coalesce(walk.is_held, false) or waiting.episode_date is not null as was_held,
    if(walk.is_held, walk.basis_date, coalesce(waiting.episode_date - 1, walk.basis_date)) as basis_date,
    walk.parts_date,
    coalesce(walk.episode_date, waiting.episode_date) as episode_date,
    if(waiting.episode_date is null, coalesce(walk.near_nights, 0), if(waiting.was_near, 1, 0)) as near_nights,
    waiting.rule as first_rule,
    waiting.base_score,
    waiting.candidate_score as waiting_score,
    waiting.last_good_score,
    released.seen_score as released_score,
    if(released.seen_score is null, walk.recent_scores, [released.seen_score]) as recent_scores,
    -- Move by the method that readers saw last: a promotion changes everybody's score on purpose.
    methods.score - coalesce(released.seen_score, walk.accepted_score) as move
from {{ ref("score_person__influence", v=var("scoring_version")) }} as candidates
inner join {{ source("raw", "run") }} as night
    on candidates.as_of_date = night.as_of_date and candidates.evidence_through_date = night.as_of_date
cross join {{ ref("gate_thresholds") }} as thresholds
left join {{ ref("score_person__influence_previous_version") }} as methods
    on candidates.person_id = methods.person_id and candidates.persona = methods.persona
left join {{ ref("gate_person__ages") }} as ages
    on candidates.person_id = ages.person_id and candidates.persona = ages.persona
left join {{ ref("gate_person__hold_history") }} as walk
    on
        candidates.person_id = walk.person_id
        and candidates.persona = walk.persona
        and walk.as_of_date = night.as_of_date - 1
left join {{ ref("last_scores") }} as shown
    on candidates.person_id = shown.person_id and candidates.persona = shown.persona
left join waiting on candidates.person_id = waiting.person_id and candidates.persona = waiting.persona
left join released
    on
        candidates.person_id = released.person_id
        and candidates.persona = released.persona
        and coalesce(walk.episode_date, waiting.episode_date) = released.episode_date
