-- Account snapshots of any network that were delivered in the canonical shape already, or whose connector leaves nothing to stage.
select
    network,
    account_id,
    captured_at,
    is_private,
    is_bot
from {{ source("raw", "accounts") }}
where
    source_kind in (
        'files', 'bluesky', 'mastodon', 'stackexchange', 'hackernews', 'gitlab', 'lemmy', 'zulip', 'youtube', 'slack',
        'reddit', 'activitystreams'
    )
