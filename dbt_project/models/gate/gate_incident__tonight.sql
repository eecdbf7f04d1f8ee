-- What happened tonight to many at once, one row an incident; one that was open last night goes on under its own name.
with night as (

    select * from {{ source("raw", "run") }}

),

-- Where trust starts with other people than last night, that may be what moved everybody.
other_seeds as (

    select printf('; trust starts with others than last night, %.0f %% are the same', 100 * seeds.kept_seed_share) as told
    from {{ ref("trust_kept_seeds") }} as seeds
    inner join night on seeds.scoring_version = night.scoring_version and seeds.earlier_date = night.as_of_date - 1
    where seeds.kept_seed_share < {{ gate_constant("kept_seed_share") }}

),

shifts as (

    select
        'mass_shift' as kind,
        scope,
        cast(null as bigint) as affected_count,
        printf(
            'median move %+.2f, %.1f %% move %.1f points or more', usual_median, 100 * usual_moved_share, thresholds.moved_points
        ) as expected,
        printf('median move %+.2f, %.1f %% moved', median_move, 100 * moved_share) || coalesce(other_seeds.told, '') as observed,
        'those who moved with it are kept at their last accepted scores' as action,
        mover_median,
        mover_spread
    from {{ ref("gate_cohort__incidents") }}
    cross join {{ ref("gate_thresholds") }} as thresholds
    left join other_seeds on true

),

still_open as (

    select kind, scope, max_by(incident_id, as_of_date) as incident_id, max_by(expected, as_of_date) as expected
    from {{ source("raw", "published_incidents") }}
    group by kind, scope
    having max_by(state, as_of_date) = 'open'

),

openings as (

    select incident_id, min(as_of_date) as opened_date from {{ source("raw", "published_incidents") }} group by all

),

-- Whom an open mass shift froze last night, and how far off each still is. Where most are, it goes on: for a few nights, because
-- then each of them is a question of their own; and for as long as it takes where they are most of the cohort.
frozen_members as (

    select
        still_open.scope,
        still_open.expected,
        any_value(openings.opened_date) as opened_date,
        count(published.person_id) as frozen_count,
        count_if(published.person_id is not null and abs(eve.move) >= thresholds.frozen_points) as off_count,
        count(*) as member_count,
        median(eve.move) filter (published.person_id is not null) as mover_median,
        1.4826 * mad(eve.move) filter (published.person_id is not null) as mover_spread
    from still_open
    inner join openings using (incident_id)
    inner join {{ ref("gate_cohort__members") }} as members using (scope)
    inner join {{ ref("gate_person__baseline") }} as eve using (person_id, persona)
    cross join night
    cross join {{ ref("gate_thresholds") }} as thresholds
    left join {{ ref("published_history") }} as published
        on
            eve.person_id = published.person_id
            and eve.persona = published.persona
            and published.as_of_date = night.as_of_date - 1
            and published.status = 'frozen'
            and published.reason = 'incident'
    where still_open.kind = 'mass_shift' and eve.is_accepted_sufficient
    group by all

),

lasting as (

    select
        'mass_shift' as kind,
        frozen_members.scope,
        cast(null as bigint) as affected_count,
        frozen_members.expected,
        printf('%d of %d who were frozen are still off', off_count, frozen_count) as observed,
        'those who are still off are kept at their last accepted scores' as action,
        mover_median,
        mover_spread
    from frozen_members
    cross join night
    where
        frozen_count > 0
        and 2 * off_count >= frozen_count
        and (
            night.as_of_date - opened_date < cast({{ gate_constant("incident_nights") }} as integer)
            or 2 * off_count >= member_count
        )
        and scope not in (select scope from shifts)

),

missing as (

    select
        'missing_delivery' as kind,
        'network:' || networks.network as scope,
        cast(null as bigint) as affected_count,
        'a whole day' as expected,
        printf('%s; whole up to %s', networks.why_not_whole, strftime(networks.complete_through_date, '%Y-%m-%d')) as observed,
        'its evidence stays at its last whole day' as action,
        cast(null as double) as mover_median,
        cast(null as double) as mover_spread
    from {{ ref("network_nights") }} as networks
    inner join night using (as_of_date)
    semi join {{ ref("covered_networks") }} using (network)
    where not networks.is_complete

),

-- How many moved far: by another method, and by the one that readers saw last.
moved as (

    select
        count(*) filter (abs(eve.candidate_score - eve.accepted_score - eve.move) >= thresholds.moved_points) as by_method,
        count(*) filter (abs(eve.move) >= thresholds.moved_points) as by_themselves
    from {{ ref("gate_person__baseline") }} as eve
    cross join {{ ref("gate_thresholds") }} as thresholds
    where eve.is_accepted_sufficient

),

-- A promotion is on purpose, and still everybody's to know. So is a change of what scores rest on beside the evidence.
on_purpose as (

    select
        'version_change' as kind,
        'scoring_version:' || scoring_version as scope,
        moved.by_method as affected_count,
        'version ' || previous_version as expected,
        'version ' || scoring_version as observed
    from night
    cross join moved
    where scoring_version <> previous_version
    union all
    select 'settings_change', 'setting:' || changed.name, moved.by_themselves, changed.before, changed.now
    from {{ source("raw", "changed_settings") }} as changed
    cross join moved

),

found as (

    select * from shifts
    union all
    select * from lasting
    union all
    select * from missing
    union all
    select *, 'published and marked; jumps wait for a reviewer', null, null from on_purpose

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
    named.mover_median,
    named.mover_spread,
    named.kind in ('version_change', 'settings_change') or releases.is_released is not null as is_over
from named
left join sizes using (scope)
left join releases using (incident_id)
