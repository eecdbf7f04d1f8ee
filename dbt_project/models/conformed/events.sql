-- Every landed event up to tonight by or towards a consenting account, by name: never on disk.
{{ config(database="in_memory") }}
with consenting as (

    select distinct network, account_id from {{ ref("consent") }}

)

select *
from {{ ref("landed_events") }}
where
    (network, actor_id) in (select (network, account_id) from consenting)
    or (network, target_id) in (select (network, account_id) from consenting)
