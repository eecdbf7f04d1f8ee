-- GitHub tells an app's account by its type; older records only by the suffix of its login.
select
    network,
    account_id,
    captured_at,
    coalesce(is_private, false) as is_private,
    coalesce(is_bot, false) or account_id like '%[bot]' as is_bot
from {{ source("raw", "accounts") }}
where source_kind in ('github', 'gharchive')
