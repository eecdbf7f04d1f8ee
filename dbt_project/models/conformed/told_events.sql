-- Every landed event up to tonight by or towards a consenting account, and whether it says again what another one says.
-- An event's id is its sender's word. So a named account is in a state (it likes, stars, follows ...) once, from the
-- earliest on, and does anything else once in an instant. The unnamed cannot be told apart: all of theirs count.
{{ config(database="in_memory") }}
with consenting as (

    select distinct network, account_id from {{ ref("consent") }}

)

select
    *,
    actor_id is not null
    and row_number() over (
        partition by
            network,
            verb,
            actor_id,
            target_id,
            object_id,
            -- Without an object one cannot tell what is liked, but whom somebody follows.
            case
                when verb in ('follow', 'endorse') then null
                when verb in ('like', 'dislike', 'star', 'fork', 'accept', 'merge') and object_id is not null then null
                else occurred_at
            end
        order by occurred_at, value, event_id
    ) > 1 as is_repeat
from {{ ref("landed_events") }}
where
    (network, actor_id) in (select (network, account_id) from consenting)
    or (network, target_id) in (select (network, account_id) from consenting)
