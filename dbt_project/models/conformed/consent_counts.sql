-- How many accounts of the ledger may be scored tonight, and how many not, by reason: whose they are is not kept.
select refused_because, count(*) as account_count
from {{ ref("consent_decisions") }}
cross join {{ source("raw", "run") }} as night
where judged_date = night.as_of_date
group by all
order by all
