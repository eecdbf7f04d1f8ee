-- A keyed digest of what counts for each person on each day: equal digests, equal evidence. The digests of rows are summed,
-- so that their order tells nothing. Engagers stand in it by name, because their hashes are another night's: never on disk.
{{ config(database="in_memory") }}
{% set row -%}
    concat_ws(
        ':',
        keys.secret,
        length(received.person_id),
        received.person_id,
        received.persona,
        received.network,
        cast(received.occurred_at as date),
        received.weight,
        length(received.engager_name),
        received.engager_name,
        received.object_key
    )
{%- endset %}

select
    received.person_id,
    received.persona,
    cast(received.occurred_at as date) as occurred_date,
    sum({{ digest_number(row) }}) as digest
from {{ ref("received_by_name") }} as received
cross join {{ source("raw", "grounds_key") }} as keys
where received.set_aside_because is null
group by all
