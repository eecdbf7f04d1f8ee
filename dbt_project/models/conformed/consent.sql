-- Who may be scored tonight, and on which accounts. Everything after this joins it; nobody else has a row anywhere.
select
    person_id,
    persona,
    network,
    account_id,
    recorded_at as granted_at
from {{ ref("consent_decisions") }}
where refused_because is null
