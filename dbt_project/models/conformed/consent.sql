-- Who may be scored tonight, and on which accounts: everything after this joins it, nobody else has a row anywhere. A
-- backfill scores nobody who has left since.
with standing as (

    select person_id, persona, network, account_id, recorded_at, erased_at, night.latest_published_date
    from {{ ref("consent_decisions") }}
    cross join {{ source("raw", "run") }} as night
    where judged_date = night.as_of_date and refused_because is null

)

select
    standing.person_id,
    standing.persona,
    standing.network,
    standing.account_id,
    standing.recorded_at as granted_at,
    standing.erased_at
from standing
left join {{ ref("identities") }} as renamed_since
    on
        standing.latest_published_date = renamed_since.judged_date
        and standing.network = renamed_since.network
        and renamed_since.kind = 'account'
        and standing.account_id = renamed_since.alias_id
semi join {{ ref("consent_shown") }} as shown
    on
        standing.person_id = shown.person_id
        and standing.persona = shown.persona
        and standing.network = shown.network
        and shown.account_id = coalesce(renamed_since.known_id, standing.account_id)
