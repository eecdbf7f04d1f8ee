-- Names beside a platform's own ids, delivered in the canonical shape already, or read by a connector that leaves nothing to stage.
select
    network,
    kind,
    alias_id,
    stable_id,
    seen_at
from {{ source("raw", "aliases") }}
where
    source_kind in (
        'files', 'bluesky', 'mastodon', 'stackexchange', 'hackernews', 'gitlab', 'lemmy', 'zulip', 'youtube', 'slack',
        'reddit', 'activitystreams'
    )
