-- What happened tonight to many at once, one row an incident; one that was open last night goes on under its own name.
with night as (

    select * from {{ source("raw", "run") }}

),

shifts as (

    select
        'mass_shift' as kind,
        scope,
        cast(null as bigint) as affected_count,
        printf('median move %+.2f, %.1f %% move 3 points or more', usual_median, 100 * usual_moved_share) as expected,
        printf('median move %+.2f, %.1f %% moved', median_move, 100 * moved_share) as observed,
        'kept at the last accepted scores' as action
    from {{ ref("gate_cohort__incidents") }}

),

missing as (

    select
        'missing_delivery' as kind,
        'network:' || networks.network as scope,
        cast(null as bigint) as affected_count,
        'a whole day' as expected,
        printf('%s; whole up to %s', networks.why_not_whole, strftime(networks.complete_through_date, '%Y-%m-%d')) as observed,
        'its evidence stays at its last whole day' as action
    from {{ ref("network_nights") }} as networks
    inner join night using (as_of_date)
    semi join {{ ref("covered_networks") }} using (network)
    where not networks.is_complete

),

-- A promotion is on purpose, and still everybody's to know.
promotion as (

    select
        'version_change' as kind,
        'scoring_version:' || scoring_version as scope,
        (
            select count(*)
            from {{ ref("gate_person__baseline") }} as eve
            where eve.is_accepted_sufficient and abs(eve.candidate_score - eve.accepted_score - eve.move) >= {{ gate_constant("moved_points") }}
        ) as affected_count,
        'version ' || previous_version as expected,
        'version ' || scoring_version as observed,
        'published and marked; jumps wait for a reviewer' as action
    from night
    where scoring_version <> previous_version

),

found as (

    select * from shifts
    union all
    select * from missing
    union all
    select * from promotion

),

still_open as (

    select kind, scope, max_by(incident_id, as_of_date) as incident_id
    from {{ source("raw", "published_incidents") }}
    group by kind, scope
    having max_by(state, as_of_date) = 'open'

),

-- Who has no score is not affected.
sizes as (

    select scope, count(*) as member_count
    from {{ ref("gate_cohort__members") }}
    semi join (from {{ ref("gate_person__baseline") }} where is_accepted_sufficient) using (person_id, persona)
    group by scope

),

named as (

    select
        found.*,
        coalesce(still_open.incident_id, concat_ws(':', found.kind, found.scope, night.as_of_date)) as incident_id
    from found
    cross join night
    left join still_open using (kind, scope)

),

-- A reviewer may say that a mass move is real: from the next night it is published, and the incident is over.
releases as (

    select distinct decisions.incident_id, true as is_released
    from {{ source("raw", "incident_releases") }} as decisions
    inner join night on decisions.as_of_date < night.as_of_date

)

select
    named.incident_id,
    named.kind,
    named.scope,
    coalesce(named.affected_count, sizes.member_count, 0) as affected_count,
    named.expected,
    named.observed,
    named.action,
    named.kind = 'version_change' or releases.is_released is not null as is_over
from named
left join sizes using (scope)
left join releases using (incident_id)
