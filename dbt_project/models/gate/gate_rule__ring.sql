-- Rings: people who rise together by what they do for each other, one way round or both. An edge is a riser who acted for another
-- again and again, and hardly ever before the window; a ring is a connected component of those who both give and get, whose members
-- get most of what consenting people give them from within. A day of meetings is none: nobody acts twice. A ring of a large part of
-- its network is a mass move, which the cohorts judge.
with recursive

constants as (

    select
        night.as_of_date - cast({{ gate_constant("ring_nights") }} as integer) as first_date,
        {% for name in ("ring_size", "ring_most_share", "ring_repeats", "ring_days", "ring_fresh_share", "ring_inside_share") -%}
        {{ gate_constant(name) }} as {{ name }},
        {% endfor -%}
        thresholds.ring_rise_points
    from {{ source("raw", "run") }} as night
    cross join {{ ref("gate_thresholds") }} as thresholds

),

standing as (

    select moves.person_id, moves.persona, moves.as_of_date, moves.accepted_score
    from {{ ref("gate_person__moves") }} as moves
    cross join constants
    where moves.as_of_date >= constants.first_date

),

earlier as (

    select person_id, persona, min_by(accepted_score, as_of_date) as accepted_score from standing group by all

),

-- Who had no score at the window's beginning rose from the floor.
risers as (

    select
        eve.person_id,
        eve.persona,
        eve.candidate_score - coalesce(earlier.accepted_score, {{ scale_constant("floor_points", var("scoring_version")) }}) as rise
    from {{ ref("gate_person__baseline") }} as eve
    left join earlier using (person_id, persona)
    cross join constants
    where (eve.is_sufficient or eve.is_accepted_sufficient) and rise >= ring_rise_points

),

given as (

    select
        activity.person_id,
        members.person_id as engager_id,
        count(*) as action_count,
        count_if(activity.occurred_date >= constants.first_date) as window_count,
        count(distinct activity.occurred_date) filter (activity.occurred_date >= constants.first_date) as window_days,
        min(activity.occurred_date) filter (activity.occurred_date >= constants.first_date) as first_date,
        mode(activity.network order by activity.network) as network
    from {{ ref("activity") }} as activity
    semi join risers using (person_id, persona)
    inner join (select distinct person_id from {{ ref("gate_person__baseline") }}) as members
        on activity.engager_id = {{ member_name("members.person_id") }}
    cross join constants
    group by activity.person_id, members.person_id

),

acts as (

    select given.person_id, given.engager_id, given.first_date, given.network
    from given
    cross join constants
    semi join risers as givers on given.engager_id = givers.person_id
    where
        (given.window_count >= ring_repeats or given.window_days >= ring_days)
        and given.window_count >= ring_fresh_share * given.action_count

),

-- Who gets most from people who act for them again and again: friends of a ring's member are no part of it, nor a bridge.
lifted as (

    select given.person_id
    from given
    cross join constants
    left join acts using (person_id, engager_id)
    where given.window_count > 0
    group by given.person_id
    having count(acts.person_id) >= any_value(ring_inside_share) * count(*)

),

-- Within a ring everybody gives and gets.
ringed as (

    select acts.*
    from acts
    semi join lifted using (person_id)
    semi join lifted as givers on acts.engager_id = givers.person_id

),

inside as (

    select ringed.*
    from ringed
    semi join ringed as others on ringed.person_id = others.engager_id
    semi join ringed as others on ringed.engager_id = others.person_id

),

edges as (

    select person_id, engager_id as other_id from inside
    union
    select engager_id, person_id from inside

),

-- Each node takes the least name that reaches it, until none changes.
labels(person_id, label) using key (person_id) as (

    select distinct person_id, person_id from edges
    union
    select edges.other_id, min(labels.label)
    from labels
    inner join edges using (person_id)
    inner join recurring.labels as known on edges.other_id = known.person_id
    where labels.label < known.label
    group by edges.other_id

),

received as (

    select
        labels.label,
        count(distinct labels.person_id) as member_count,
        count(givers.person_id) / count(*) as inside_share,
        min(given.first_date) filter (givers.person_id is not null) as begin_date,
        mode(given.network order by given.network) as network
    from given
    inner join labels using (person_id)
    left join labels as givers on given.engager_id = givers.person_id and labels.label = givers.label
    where given.window_count > 0
    group by labels.label

),

networks as (

    select members.scope, count(distinct members.person_id) as person_count
    from {{ ref("gate_cohort__members") }} as members
    semi join (
        from {{ ref("gate_person__baseline") }} where is_sufficient or is_accepted_sufficient
    ) using (person_id, persona)
    group by members.scope

),

rings as (

    select received.*
    from received
    cross join constants
    left join networks on networks.scope = 'network:' || received.network
    where
        member_count >= ring_size
        and inside_share >= ring_inside_share
        and member_count <= ring_most_share * coalesce(networks.person_count, member_count / ring_most_share)

),

-- What readers saw of each before the ring began.
bases as (

    select standing.person_id, standing.persona, max_by(standing.accepted_score, standing.as_of_date) as base_score
    from standing
    inner join labels using (person_id)
    inner join rings using (label)
    where standing.as_of_date < rings.begin_date
    group by all

)

select
    risers.person_id,
    risers.persona,
    risers.rise as strength,
    coalesce(bases.base_score, earlier.accepted_score) as base_score,
    rings.label as ring_id,
    rings.member_count,
    rings.inside_share
from risers
inner join labels using (person_id)
inner join rings using (label)
left join bases using (person_id, persona)
left join earlier using (person_id, persona)
