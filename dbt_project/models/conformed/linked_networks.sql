-- Which networks the ledger links to the people who may be scored tonight, and why not where one does not count.
select person_id, persona, network, min(refused_because) as refused_because
from {{ ref("consent_decisions") }}
cross join {{ source("raw", "run") }} as night
semi join {{ ref("consent") }} using (person_id, persona)
where judged_date = night.as_of_date
group by all
