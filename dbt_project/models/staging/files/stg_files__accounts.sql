-- Account snapshots of any network that were delivered in the canonical shape already.
select
    network,
    account_id,
    captured_at,
    is_private,
    is_bot
from {{ source("raw", "accounts") }}
where source_kind = 'files'
