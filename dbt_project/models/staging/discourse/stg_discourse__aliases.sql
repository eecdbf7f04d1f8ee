-- A forum names accounts by username, which its staff may change.
select
    network,
    kind,
    alias_id,
    stable_id,
    seen_at
from {{ source("raw", "aliases") }}
where source_kind = 'discourse'
