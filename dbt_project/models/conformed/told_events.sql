-- Every landed event up to tonight by or towards a consenting account, and whether it says again what another one says.
-- An event's id is its sender's word, and so is how an object's id is spelled. So a named account is in a state (it
-- likes, stars, follows ...) once, from the earliest on, and does anything else to one thing at most once a second.
-- The unnamed cannot be told apart: all of theirs count.
{{ config(database="in_memory") }}
with consenting as (

    select distinct network, account_id from {{ ref("consent") }}

),

spelled as (

    select *, trim(trailing '/' from {{ lower_case(without_matches('object_id', '^\\s+|\\s+$')) }}) as plain_object
    from {{ ref("landed_events") }}
    where
        (network, actor_id) in (select network, account_id from consenting)
        or (network, target_id) in (select network, account_id from consenting)

),

-- `https://forum.org/t/7?u=ann` is `t/7` where anything is called that; `watch?v=1` is not `watch`, for nothing is.
bare as (

    select
        *,
        trim(
            trailing '/' from
            {{ without_match(without_match('plain_object', '^[a-z][a-z0-9+.-]*://[^/]+/'), '[?#].*$') }}
        ) as bare_object
    from spelled

),

known_objects as (

    select distinct network, target_id, plain_object
    from spelled
    where not {{ matches('plain_object', '://|[?#]') }}

),

compared as (

    select
        bare.*,
        -- Without an object one cannot tell what is liked, but whom somebody follows.
        bare.verb in ('follow', 'endorse')
        or (
            bare.verb in ('like', 'dislike', 'star', 'fork', 'accept', 'merge') and bare.object_id is not null
        ) as is_state,
        lag(bare.occurred_at) over (
            partition by
                bare.network,
                bare.verb,
                bare.actor_id,
                bare.target_id,
                if(
                    bare.verb in ('follow', 'endorse'), null, coalesce(known_objects.plain_object, bare.plain_object)
                )
            order by bare.occurred_at, bare.value nulls last, bare.event_id
        ) as told_at
    from bare
    left join known_objects
        on
            bare.network = known_objects.network
            and bare.target_id is not distinct from known_objects.target_id
            and bare.bare_object = known_objects.plain_object

)

select
    event_id,
    network,
    verb,
    actor_id,
    object_id,
    target_id,
    occurred_at,
    value,
    actor_id is not null
    and told_at is not null
    and (is_state or occurred_at - told_at < interval 1 second) as is_repeat
from compared
