-- Every event aimed at a consenting person's account, once, with the reason why it does not count where it does not.
-- By name, so never on disk: received is what is kept of it.
{{ config(database="in_memory") }}

with aimed as (

    select
        target.person_id,
        target.persona,
        events.network,
        events.verb,
        events.occurred_at,
        weights.weight,
        -- Where a source has no object ids, a day stands in for the object.
        coalesce({{ object_name('events.object_id') }}, {{ day_name('events.occurred_at') }}) as object_key,
        -- The unnamed cannot be told apart: those around one object count as one engager.
        coalesce(
            {{ member_name('engager.person_id') }},
            {{ account_name('events.network', 'events.actor_id') }},
            {{ unnamed_name('events.network', 'object_key') }}
        ) as engager_name,
        engager.person_id is null and events.actor_id is not null as is_non_member,
        case
            when events.actor_id = events.target_id or engager.person_id = target.person_id then 'self-interaction'
            when services.account_id is not null then 'service account'
            when events.verb = 'rating' and events.value <= 0 then 'negative rating'
            when weights.weight > 0 then null
            else 'verb ' || events.verb || ' carries no weight'
        end as set_aside_because
    from {{ ref("events") }} as events
    inner join {{ ref("consent") }} as target
        on events.network = target.network and events.target_id = target.account_id
    left join {{ ref("consent") }} as engager
        on events.network = engager.network and events.actor_id = engager.account_id
    left join {{ ref("service_accounts") }} as services
        on events.network = services.network and events.actor_id = services.account_id
    left join {{ ref("verb_weights_v1") }} as weights
        on events.verb = weights.verb

),

set_asides as (

    select * from {{ source("raw", "set_asides") }}

),

-- Posts are asked for as reviewers saw them, and whom a name in an id belongs to may have left since: as they may be shown now.
accounts as (

    select network, account_id from {{ ref("consent_shown") }}

),

engaged_with as (

    select distinct
        person_id,
        persona,
        network,
        object_key,
        {{ bare_name("object_key") }} as object_id
    from aimed
    semi join set_asides using (person_id, persona)

),

asked_for as (

    select
        person_id,
        persona,
        split_part(post, ':', 1) as network,
        substr(post, length(network) + 2) as object_id
    from set_asides
    where post is not null

),

posts as (

    select distinct asked_for.person_id, asked_for.persona, asked_for.network, engaged_with.object_key
    from asked_for
    inner join shown_ids('asked_for', 'accounts') as asked on asked_for.network = asked.network and asked_for.object_id = asked.object_id
    inner join engaged_with
        on
            asked_for.person_id = engaged_with.person_id
            and asked_for.persona = engaged_with.persona
            and asked_for.network = engaged_with.network
    inner join shown_ids('engaged_with', 'accounts') as found
        on engaged_with.network = found.network and engaged_with.object_id = found.object_id
    where found.shown_id like {{ pattern_of("asked.shown_id") }} escape '\'

),

first_days as (

    select
        person_id,
        persona,
        network,
        engager_name,
        min(cast(occurred_at as date)) as first_date,
        min(min(cast(occurred_at as date))) over (partition by engager_name) as first_seen_date
    from aimed
    where set_aside_because is null and exists (select 1 from set_asides)
    group by person_id, persona, network, engager_name

),

newcomers as (

    select distinct first_days.person_id, first_days.persona, first_days.network, first_days.engager_name
    from first_days
    inner join set_asides
        on
            first_days.person_id = set_asides.person_id
            and first_days.persona = set_asides.persona
            and first_days.first_date > set_asides.since_date
            and first_days.first_date <= set_asides.until_date
    where set_asides.post is null and not {{ was_seen_before("first_days.first_seen_date", "first_days.first_date") }}

)

select
    aimed.* replace (
        case
            when aimed.set_aside_because is null and (posts.object_key is not null or newcomers.engager_name is not null)
                then 'set aside by a reviewer'
            else aimed.set_aside_because
        end as set_aside_because
    )
from aimed
left join posts using (person_id, persona, network, object_key)
left join newcomers using (person_id, persona, network, engager_name)
