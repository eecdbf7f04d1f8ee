-- What people were engaged with for, each object under a number of its own: the nights multiply objects too.
select
    {{ numbered("person_id, persona, network, object_key") }} as object_number,
    person_id,
    persona,
    network,
    object_key
from (select distinct person_id, persona, network, object_key from {{ ref("activity") }})
