-- GitHub names accounts by login, and in its hourly archive repositories by owner and name; both may be renamed.
select
    network,
    kind,
    alias_id,
    stable_id,
    seen_at
from {{ source("raw", "aliases") }}
where source_kind in ('github', 'gharchive')
