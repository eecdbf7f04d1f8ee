-- GitHub tells an app's account by its type; older records only by the suffix of its login.
select
    network,
    account_id,
    captured_at,
    is_private,
    if(account_id like '%[bot]', true, is_bot) as is_bot
from {{ source("raw", "accounts") }}
where source_kind in ('github', 'gharchive')
