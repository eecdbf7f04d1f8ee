-- Activity of any network that was delivered in the canonical shape already, or whose connector leaves nothing to stage.
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
where
    source_kind in (
        'files', 'bluesky', 'mastodon', 'stackexchange', 'hackernews', 'gitlab', 'lemmy', 'zulip', 'youtube', 'slack',
        'reddit', 'activitystreams'
    )
