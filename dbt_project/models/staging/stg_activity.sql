-- Activity of every source, as it landed: connectors have brought it into one shape already.
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
