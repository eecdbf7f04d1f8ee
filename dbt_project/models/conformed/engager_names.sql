-- Who is behind each engager of each person, and since when they have been seen with anybody. Never on disk.
{{ config(database="in_memory") }}

select
    person_id,
    engager_name,
    if(is_non_member, {{ engager_hash("person_id", "engager_name") }}, engager_name) as engager_id,
    min(min(cast(occurred_at as date)) filter (where set_aside_because is null)) over (partition by engager_name) as first_seen_date
from {{ ref("received_by_name") }}
cross join {{ ref("engager_key") }}
group by person_id, engager_name, is_non_member, secret
