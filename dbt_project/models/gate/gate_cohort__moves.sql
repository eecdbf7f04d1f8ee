-- How the people of each cohort moved tonight, beside its own usual night: the median and the share who moved at all.
-- Nights of an incident are in no baseline. A ring and people who wait for a reviewer are not the cohort's move, nor are those whom
-- an incident froze last night: only tonight's step counts, and where those were most of the cohort the rest is no picture of it: on
-- the night of a fault only those stand whom something else lifted as far. Who was frozen because nothing was delivered has moved for several
-- nights at once, and is compared with as many usual ones.
with constants as (

    select
        night.as_of_date,
        {% set names = [
            "least_cohort", "least_history", "cohort_spreads",
            "moved_share_factor", "moved_share_floor", "least_moved",
        ] -%}
        {% for name in names -%}
        {{ gate_constant(name) }} as {{ name }},
        {% endfor -%}
        thresholds.moved_points,
        thresholds.cohort_median_points,
        cast({{ gate_constant("pool_nights") }} as integer) as pool_nights
    from {{ source("raw", "run") }} as night
    cross join {{ ref("gate_thresholds") }} as thresholds

),

free_nights as (

    select person_id, persona, max(as_of_date) as last_date
    from {{ ref("published_history") }}
    where status = 'published'
    group by all

),

last_frozen as (

    select published.person_id, published.persona
    from {{ ref("published_history") }} as published
    cross join constants
    where published.as_of_date = constants.as_of_date - 1 and published.status = 'frozen' and published.reason = 'incident'

),

moves as (

    select eve.person_id, eve.persona, eve.as_of_date, eve.move, coalesce(eve.as_of_date - free_nights.last_date, 1) as nights
    from {{ ref("gate_person__baseline") }} as eve
    anti join {{ ref("gate_rule__ring") }} using (person_id, persona)
    anti join last_frozen using (person_id, persona)
    left join free_nights using (person_id, persona)
    where eve.is_accepted_sufficient and not eve.was_held
    union all
    select walked.person_id, walked.persona, walked.as_of_date, walked.move, 1
    from {{ ref("gate_person__moves") }} as walked
    anti join {{ source("raw", "published_nights") }} using (as_of_date)

),

last_frozen_counts as (

    select members.scope, count(*) as frozen_count
    from {{ ref("gate_cohort__members") }} as members
    semi join last_frozen using (person_id, persona)
    where members.is_main
    group by members.scope

),

measured as (

    select
        members.scope,
        members.parent_scope,
        moves.as_of_date,
        count(moves.move) as person_count,
        median(moves.move) as median_move,
        greatest(median(moves.nights), 1) as nights,
        count_if(abs(moves.move) >= moved_points) as moved_count,
        moved_count / person_count as moved_share,
        median(moves.move) filter (abs(moves.move) >= moved_points) as mover_median,
        1.4826 * mad(moves.move) filter (abs(moves.move) >= moved_points) as mover_spread
    from {{ ref("gate_cohort__members") }} as members
    inner join moves using (person_id, persona)
    cross join constants
    where members.is_main and moves.move is not null
    group by all
    having person_count >= any_value(least_cohort)

),

history as (

    select scope, as_of_date, median_move, moved_share
    from {{ source("raw", "published_cohorts") }}
    where not is_anomalous
    union all
    select scope, measured.as_of_date, median_move, moved_share
    from measured
    cross join constants
    where measured.as_of_date < constants.as_of_date

),

usual as (

    select
        scope,
        count(*) as night_count,
        median(median_move) as median_move,
        1.4826 * mad(median_move) as spread,
        {{ ordered_sum("moved_share") }} / count(moved_share) as moved_share
    from history
    cross join constants
    where history.as_of_date >= constants.as_of_date - pool_nights
    group by scope

)

select
    measured.scope,
    measured.parent_scope,
    measured.as_of_date,
    measured.person_count,
    measured.median_move,
    measured.moved_count,
    measured.moved_share,
    coalesce(measured.mover_median, measured.median_move) as mover_median,
    coalesce(measured.mover_spread, 0) as mover_spread,
    measured.nights * usual.median_move as usual_median,
    sqrt(measured.nights) * usual.spread as usual_spread,
    least(measured.nights * usual.moved_share, 1) as usual_moved_share,
    coalesce(
        usual.night_count >= least_history
        and measured.person_count >= coalesce(last_frozen_counts.frozen_count, 0)
        and (
            abs(measured.median_move - usual_median) > greatest(cohort_spreads * usual_spread, cohort_median_points)
            or (
                measured.moved_count >= least_moved
                and measured.moved_share > greatest(moved_share_factor * usual_moved_share, moved_share_floor)
                -- Six standard deviations of a share, so that a small cohort's luck is no incident.
                and measured.moved_share
                > usual_moved_share + 6 * sqrt(usual_moved_share * (1 - usual_moved_share) / measured.person_count)
            )
        ),
        false
    ) as is_anomalous
from measured
inner join constants using (as_of_date)
left join usual using (scope)
left join last_frozen_counts using (scope)
