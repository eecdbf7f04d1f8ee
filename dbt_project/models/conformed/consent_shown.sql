-- Whose accounts may be shown to readers now: as of the latest night that they see, or tonight if that is later.
select person_id, persona, network, account_id
from {{ ref("consent_decisions") }}
cross join {{ source("raw", "night") }} as night
where judged_date = night.shown_date and refused_because is null
