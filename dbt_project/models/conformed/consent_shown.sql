-- Whose accounts may be shown to readers: by the ledger as it stands now, whatever night is scored.
select person_id, persona, network, account_id
from {{ ref("consent_decisions") }}
cross join {{ source("raw", "run") }} as night
where judged_date = night.latest_published_date and refused_because is null
