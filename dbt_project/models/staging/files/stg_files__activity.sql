-- Activity of any network that was delivered in the canonical shape already.
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
where source_kind = 'files'
