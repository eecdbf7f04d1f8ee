-- Forum activity. Likes come as a count a post, so they are anonymous and dated like the post.
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
where source_kind = 'discourse'
