-- Every event aimed at a consenting person's account, once, with the reason why it does not count where it does not.
select received.* exclude (engager_name, is_member, is_non_member), names.engager_id
from {{ ref("received_by_name") }} as received
inner join {{ ref("engager_names") }} as names using (person_id, engager_name)
