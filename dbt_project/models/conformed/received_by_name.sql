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
        engager.person_id is not null as is_member,
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

-- The second post that looks alike in one episode is another one.
asked_for as (

    select
        *,
        split_part(post, ':', 1) as network,
        substr(post, length(network) + 2) as object_id,
        row_number() over (partition by person_id, persona, episode_date, post order by until_date) as place
    from set_asides
    where part = 'top_post'

),

-- Of several posts that look alike, because parts of their ids are hidden, the one that most engaged with while it was seen.
posts as (

    select
        asked_for.person_id,
        asked_for.persona,
        asked_for.network,
        engaged_with.object_key,
        asked_for.post,
        asked_for.since_date,
        asked_for.episode_date,
        asked_for.until_date,
        asked_for.place,
        count(distinct aimed.engager_name) as engager_count
    from asked_for
    inner join {{ shown_ids('asked_for', 'accounts') }} as asked on asked_for.network = asked.network and asked_for.object_id = asked.object_id
    inner join engaged_with
        on
            asked_for.person_id = engaged_with.person_id
            and asked_for.persona = engaged_with.persona
            and asked_for.network = engaged_with.network
    inner join {{ shown_ids('engaged_with', 'accounts') }} as found
        on engaged_with.network = found.network and engaged_with.object_id = found.object_id
    inner join aimed
        on
            engaged_with.person_id = aimed.person_id
            and engaged_with.persona = aimed.persona
            and engaged_with.network = aimed.network
            and engaged_with.object_key = aimed.object_key
            and cast(aimed.occurred_at as date) > asked_for.since_date
            and cast(aimed.occurred_at as date) <= asked_for.until_date
    where aimed.set_aside_because is null and found.shown_id like {{ pattern_of("asked.shown_id") }} escape '|'
    group by all

),

top_posts as (

    select person_id, persona, network, object_key, min(since_date) as since_date
    from (
        select *
        from posts
        qualify
            row_number() over (
                partition by person_id, persona, post, since_date, episode_date, until_date
                order by engager_count desc, object_key desc
            ) <= place
    )
    group by all

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
    where set_asides.part = 'newcomers' and not {{ was_seen_before("first_days.first_seen_date", "first_days.first_date") }}

),

without_those as (

    select
        aimed.*,
        aimed.set_aside_because is null
        and (coalesce(aimed.occurred_at >= top_posts.since_date + 1, false) or newcomers.engager_name is not null) as is_aside
    from aimed
    left join top_posts using (person_id, persona, network, object_key)
    left join newcomers using (person_id, persona, network, engager_name)

),

acts as (

    select
        received.person_id,
        received.persona,
        received.engager_name,
        set_asides.since_date,
        set_asides.episode_date,
        set_asides.until_date,
        count(*) as action_count,
        count(*) filter (where not received.is_aside) as counted
    from without_those as received
    inner join set_asides
        on
            received.person_id = set_asides.person_id
            and received.persona = set_asides.persona
            and cast(received.occurred_at as date) > set_asides.since_date
            and cast(received.occurred_at as date) <= set_asides.until_date
    where set_asides.part = 'top_engager' and received.set_aside_because is null
    group by all

),

-- Whoever acted more than all others together who still counted: nobody has to be named to find them again.
most_active as (

    select person_id, persona, engager_name, since_date
    from acts
    window seen as (partition by person_id, persona, since_date, episode_date, until_date)
    qualify action_count = max(action_count) over seen and action_count > (sum(counted) over seen) - counted

),

busiest as (

    select person_id, persona, engager_name, min(since_date) as since_date from most_active group by all

)

select
    without_those.person_id,
    without_those.persona,
    without_those.network,
    without_those.verb,
    without_those.occurred_at,
    without_those.weight,
    without_those.object_key,
    without_those.engager_name,
    without_those.is_member,
    without_those.is_non_member,
    case
        when without_those.set_aside_because is null and (without_those.is_aside or without_those.occurred_at >= busiest.since_date + 1)
            then 'set aside by a reviewer'
        else without_those.set_aside_because
    end as set_aside_because
from without_those
left join busiest using (person_id, persona, engager_name)
