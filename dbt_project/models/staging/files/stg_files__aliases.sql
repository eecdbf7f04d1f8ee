-- Names beside a platform's own ids, delivered in the canonical shape already.
select
    network,
    kind,
    alias_id,
    stable_id,
    seen_at
from {{ source("raw", "aliases") }}
where source_kind = 'files'
