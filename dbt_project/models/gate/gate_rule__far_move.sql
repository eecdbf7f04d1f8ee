-- Who moved as far as another place in the community is: half of its spread within the hold window (`large_move`), or more of it
-- in steps with rests between them (`slow_climb`). A climb is measured from where it began, the lowest score that readers saw in
-- the window; a release, or a mass move that was called real, is a new beginning. Before a community's first published night
-- there were no readers to have seen anybody climb. Whose score was gone for a while has not begun anew by that: they rise from what
-- readers saw last.
{% set windows = {"near": "hold_window_nights", "climb": "climb_nights"} %}
with night as (

    select
        run.*,
        thresholds.*,
        least(run.hold_move_points, thresholds.near_points) as large_points,
        cast({{ gate_constant("climb_nights") }} as integer) as climb_nights,
        coalesce(shown_nights.first_date, run.as_of_date) as first_shown_date
    from {{ source("raw", "run") }} as run
    cross join {{ ref("gate_thresholds") }} as thresholds
    cross join {{ ref("gate_shown_nights") }} as shown_nights

),

-- On the night of a promotion tonight's move is told by the method that readers saw last: it changes everybody's score on purpose.
eve as (

    select
        baseline.*,
        night.scoring_version <> night.previous_version as is_promotion,
        baseline.is_accepted_sufficient or baseline.released_score is not null as has_score,
        if(has_score, coalesce(baseline.released_score, baseline.accepted_score), null) as last_score,
        if(is_promotion, last_score + baseline.move, baseline.candidate_score) as measured_score
    from {{ ref("gate_person__baseline") }} as baseline
    cross join night
    where has_score or baseline.is_sufficient

),

shown as (

    select moves.person_id, moves.persona, moves.as_of_date, moves.accepted_score, moves.move
    from {{ ref("gate_person__moves") }} as moves
    cross join night
    where moves.as_of_date >= night.as_of_date - night.climb_nights
        and moves.scoring_version is not distinct from coalesce(night.previous_version, night.scoring_version)

),

-- So far nobody goes in one published night but by a decision.
beginnings as (

    select shown.person_id, shown.persona, max(shown.as_of_date) as as_of_date
    from shown
    cross join night
    where abs(shown.move) >= night.large_points
    group by all
    union all
    select jumps.person_id, jumps.persona, max(jumps.as_of_date)
    from {{ source("raw", "published_jumps") }} as jumps
    where jumps.decision = 'released'
    group by all
    union all
    -- What an incident kept from its readers on the night of its release began when they saw it.
    select decisions.person_id, decisions.persona, min(shown.as_of_date)
    from {{ ref("gate_decisions") }} as decisions
    inner join shown using (person_id, persona)
    where decisions.action = 'release' and shown.as_of_date > decisions.as_of_date
    group by decisions.person_id, decisions.persona, decisions.episode_date
    union all
    -- Whom a mass move had frozen begin anew where a reviewer called it real, however far it took each.
    select frozen.person_id, frozen.persona, min(shown.as_of_date)
    from {{ source("raw", "incident_releases") }} as releases
    inner join {{ source("raw", "published_incidents") }} as incidents using (incident_id, as_of_date)
    inner join {{ ref("gate_cohort__members") }} as members using (scope)
    inner join {{ ref("published_history") }} as frozen using (person_id, persona, as_of_date)
    inner join shown
        on frozen.person_id = shown.person_id and frozen.persona = shown.persona and releases.as_of_date < shown.as_of_date
    where frozen.status = 'frozen' and frozen.reason = 'incident'
    group by frozen.person_id, frozen.persona, releases.incident_id

),

latest as (

    select person_id, persona, max(as_of_date) as as_of_date from beginnings group by all

),

bases as (

    select
        shown.person_id,
        shown.persona,
        {% for window, nights in windows.items() -%}
        min(shown.accepted_score) filter (
            shown.as_of_date >= night.as_of_date - night.{{ nights }}
            {%- if window != "near" %} and shown.as_of_date >= night.first_shown_date{% endif %}
        ) as {{ window }}_low,
        {% endfor -%}
        max(shown.accepted_score) filter (shown.as_of_date >= night.as_of_date - night.hold_window_nights) as near_high,
        max_by(shown.accepted_score, shown.as_of_date) as last_shown_score
    from shown
    cross join night
    left join latest using (person_id, persona)
    where latest.as_of_date is null or shown.as_of_date >= latest.as_of_date
    group by all

),

moved as (

    select
        eve.person_id,
        eve.persona,
        eve.measured_score,
        eve.is_promotion and abs(eve.candidate_score - eve.last_score) >= night.hold_move_points as is_promoted_far,
        coalesce(eve.last_score, bases.last_shown_score) as from_score,
        {% for window in windows -%}
        if(eve.released_score is null, least(from_score, coalesce(bases.{{ window }}_low, from_score)), from_score) as {{ window }}_base,
        {% endfor -%}
        -- Nobody falls from a score that is gone.
        case
            when eve.released_score is not null then eve.last_score
            when eve.has_score then greatest(eve.last_score, coalesce(bases.near_high, eve.last_score))
        end as near_top,
        night.large_points,
        night.climb_points
    from eve
    cross join night
    left join bases using (person_id, persona)

)

select
    person_id,
    persona,
    case
        when measured_score - near_base >= large_points or is_promoted_far then 'large_move'
        when near_top - measured_score >= large_points then 'large_move'
        when measured_score - climb_base >= climb_points then 'slow_climb'
    end as rule,
    case
        when near_top - measured_score >= large_points then near_top
        when measured_score - near_base >= large_points then near_base
        when rule = 'slow_climb' then climb_base
        else near_base
    end as base_score,
    measured_score - base_score as strength
from moved
where rule is not null
