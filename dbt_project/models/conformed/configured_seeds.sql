-- The configured seeds of trust who may be scored, whatever their account is called by now, and as how many of the seeds each was named.
select
    consent.person_id,
    count(distinct seeds.network || ':' || seeds.account_id) as seed_count
from {{ source("raw", "trust_seeds") }} as seeds
cross join {{ source("raw", "run") }} as night
left join {{ ref("identities") }} as identities
    on
        identities.judged_date = night.as_of_date
        and identities.kind = 'account'
        and seeds.network = identities.network
        and seeds.account_id = identities.alias_id
inner join {{ ref("consent") }} as consent
    on seeds.network = consent.network and coalesce(identities.known_id, seeds.account_id) = consent.account_id
group by consent.person_id
