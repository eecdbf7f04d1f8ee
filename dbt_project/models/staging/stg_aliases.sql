-- Names of accounts and objects beside the platforms' own ids, as they landed.
select
    network,
    kind,
    alias_id,
    stable_id,
    seen_at
from {{ source("raw", "aliases") }}
