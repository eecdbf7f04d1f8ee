-- The promise: a score that moved `hold_move_points` or more within the hold window is never published unreviewed.
-- The window holds accepted scores only, so a climb in three steps is one jump.
select
    eve.person_id,
    eve.persona,
    list_max(list_transform(eve.recent_scores, lambda accepted: abs(eve.candidate_score - accepted))) as strength
from {{ ref("gate_person__baseline") }} as eve
cross join {{ source("raw", "run") }} as night
where strength >= night.hold_move_points
