-- Who may be scored tonight, and on which accounts: everything after this joins it, nobody else has a row anywhere. A
-- backfill scores nobody who has left since.
select
    person_id,
    persona,
    network,
    account_id,
    recorded_at as granted_at
from {{ ref("consent_decisions") }}
cross join {{ source("raw", "night") }} as night
semi join {{ ref("consent_shown") }} using (person_id, persona, network, account_id)
where judged_date = night.as_of_date and refused_because is null
