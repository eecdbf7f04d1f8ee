-- Tonight's held candidates, and those whose hold has ended tonight, with what a reviewer asks first: how far, against
-- what, by which rule, and from whom.
with jumps as (

    select
        verdicts.* exclude (first_rule),
        coalesce(verdicts.first_rule, verdicts.rule, 'large_move') as first_rule,
        told.cause as first_cause,
        -- Whose hold ends tonight is measured against what stood until then.
        coalesce(
            told.last_good_score,
            if(verdicts.is_accepted_sufficient, verdicts.accepted_score + if(verdicts.stays, verdicts.adjusting_points, 0), null)
        ) as last_good_score
    from {{ ref("gate_person__verdict") }} as verdicts
    left join {{ ref("gate_jump__told") }} as told
        on
            verdicts.person_id = told.person_id
            and verdicts.persona = told.persona
            and verdicts.episode_date = told.episode_date
    where verdicts.episode_date is not null

),

-- A reviewer may name in passing somebody who never asked: the reason is shown without them, and kept as it was said.
texts as (

    select why as text from jumps

),

non_members as (

    select name from {{ ref("non_member_names") }}

),

history as (

    select
        jumps.person_id,
        jumps.persona,
        median(earlier.accepted_score) as usual_score,
        mad(earlier.accepted_score) as usual_spread,
        max(earlier.accepted_score) filter (earlier.as_of_date = jumps.as_of_date - 1) as score_1d,
        max_by(earlier.accepted_score, (abs(jumps.candidate_score - earlier.accepted_score), earlier.as_of_date))
            filter (earlier.as_of_date >= jumps.as_of_date - night.hold_window_nights and earlier.accepted_score is not null)
            as score_3d
    from jumps
    cross join {{ source("raw", "run") }} as night
    inner join {{ ref("score_person__accepted") }} as earlier
        on
            jumps.person_id = earlier.person_id
            and jumps.persona = earlier.persona
            and earlier.as_of_date between jumps.as_of_date - 28 and jumps.as_of_date - 1
    group by all

)

select
    jumps.person_id,
    jumps.persona,
    jumps.as_of_date,
    jumps.episode_date,
    jumps.first_rule as rule,
    coalesce(jumps.first_cause, causes.cause) as cause,
    jumps.candidate_score,
    jumps.last_good_score,
    jumps.base_score,
    began.base_date,
    jumps.candidate_score - history.score_1d as delta_1d,
    jumps.candidate_score - history.score_3d as delta_3d,
    -- 1.4826 makes the median absolute deviation comparable to a standard deviation (Rousseeuw and Croux 1993).
    (jumps.candidate_score - history.usual_score) / nullif(1.4826 * history.usual_spread, 0) as robust_z,
    rarity.p_value,
    causes.top_post_share,
    causes.top_post_id,
    causes.candidate_without_top_post,
    causes.top_engager_share,
    causes.new_engager_share,
    causes.engager_count,
    dislikes.disliker_count,
    jumps.verdict as decision,
    jumps.decided_by,
    jumps.decided_at,
    blanked.shown_text as why
from jumps
inner join {{ ref("gate_jump__began") }} as began using (person_id, persona)
left join {{ ref("gate_jump__cause") }} as causes using (person_id, persona)
left join history using (person_id, persona)
left join blanked_texts('texts', 'non_members') as blanked on jumps.why = blanked.text
left join {{ ref("gate_jump__rarity") }} as rarity using (person_id, persona)
left join {{ ref("gate_rule__trusted_dislike") }} as dislikes using (person_id, persona)
