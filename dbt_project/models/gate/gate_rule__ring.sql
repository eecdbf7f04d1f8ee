-- Rings: people who rise together by what they give each other. An edge is two risers who began to engage with one
-- another, both ways, within the window; a ring is a connected component of such edges whose members get most of what
-- consenting people give them from within. A community's good news comes from outside, or over old acquaintances.
with recursive

constants as (

    select
        night.as_of_date - cast({{ gate_constant("ring_nights") }} as integer) as first_date,
        {{ gate_constant("ring_rise_points") }} as ring_rise_points,
        {{ gate_constant("ring_size") }} as ring_size,
        {{ gate_constant("ring_partners") }} as ring_partners,
        {{ gate_constant("ring_inside_share") }} as ring_inside_share
    from {{ source("raw", "run") }} as night

),

earlier as (

    select person_id, persona, min_by(accepted_score, moves.as_of_date) as accepted_score
    from {{ ref("gate_person__moves") }} as moves
    cross join constants
    where moves.as_of_date >= constants.first_date
    group by person_id, persona

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
    where rise >= ring_rise_points

),

given as (

    select activity.person_id, activity.persona, members.person_id as engager_id, min(activity.occurred_date) as first_date
    from {{ ref("activity") }} as activity
    semi join risers using (person_id, persona)
    inner join (select distinct person_id from {{ ref("gate_person__baseline") }}) as members
        on activity.engager_id = {{ member_name("members.person_id") }}
    group by all

),

fresh as (

    select given.person_id, given.persona, given.engager_id
    from given
    cross join constants
    where given.first_date >= constants.first_date

),

mutual as (

    select ours.person_id, ours.persona, ours.engager_id as other_id, count(*) over (partition by ours.person_id, ours.persona) as partner_count
    from fresh as ours
    semi join fresh as theirs on ours.person_id = theirs.engager_id and ours.engager_id = theirs.person_id

),

edges as (

    select distinct mutual.person_id, mutual.other_id
    from mutual
    cross join constants
    where mutual.partner_count >= constants.ring_partners

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
        count(givers.person_id) / count(*) as inside_share
    from given
    inner join labels using (person_id)
    cross join constants
    left join labels as givers on given.engager_id = givers.person_id and labels.label = givers.label
    group by labels.label

)

select
    risers.person_id,
    risers.persona,
    risers.rise as strength,
    received.label as ring_id,
    received.member_count,
    received.inside_share
from risers
inner join labels using (person_id)
inner join received using (label)
cross join constants
where member_count >= ring_size and inside_share >= ring_inside_share
