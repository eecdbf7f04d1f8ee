-- Every event aimed at a consenting person's account, once, with the reason why it does not count where it does not.
select
    received.person_id,
    received.persona,
    received.network,
    received.verb,
    received.occurred_at,
    received.weight,
    received.object_key,
    received.set_aside_because,
    names.engager_id
from {{ ref("received_by_name") }} as received
inner join {{ ref("engager_names") }} as names using (person_id, engager_name)
