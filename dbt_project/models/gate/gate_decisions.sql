-- The decision that counts for each episode of whoever is scored: reviews/decisions.py says which of several.
select
    decisions.person_id,
    decisions.persona,
    decisions.episode_date,
    decisions.as_of_date,
    decisions.action,
    decisions.candidate_score as seen_score,
    -- The reviewer was told that trusted members dislike the person, whatever began the hold.
    decisions.cause = 'trusted_dislike' or decisions.disliker_count is not null as is_warned,
    decisions.disliker_count,
    decisions.decided_by,
    decisions.decided_at,
    decisions.why
from {{ source("raw", "decisions") }} as decisions
semi join {{ ref("consent") }} using (person_id, persona)
