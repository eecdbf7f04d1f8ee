-- GitHub activity from both its REST pages and its hourly archive; one comment may come by either road.
select
    event_id,
    network,
    verb,
    actor_id,
    object_id,
    target_id,
    occurred_at,
    value
from {{ source("raw", "activity") }}
where source_kind in ('github', 'gharchive')
