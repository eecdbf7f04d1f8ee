-- Whose accounts may be shown to readers: by the ledger as it stands now, whatever night is scored.
select person_id, persona, network, account_id
from {{ ref("consent_decisions") }}
cross join {{ source("raw", "night") }} as night
where judged_date = night.shown_date and refused_because is null
