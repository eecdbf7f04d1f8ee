-- Account snapshots of any network that were delivered in the canonical shape already.
select
    network,
    account_id,
    captured_at,
    coalesce(is_private, false) as is_private,
    coalesce(is_bot, false) as is_bot
from {{ source("raw", "accounts") }}
where source_kind = 'files'
