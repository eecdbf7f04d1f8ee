-- The nights before tonight that nobody was shown, walked in order by the promise rule alone: a move of
-- `hold_move_points` or more against any score accepted on the nights just before is held, until it is back for two
-- nights or a reviewer has released it; from the community's first published night on a move that such a night would ask about.
-- Where everything was missing, what stood the night before stays. Published nights
-- stand as they were published, and the walk goes on from them. Of whom readers were never shown a score, a move of long ago
-- is where they stand: nobody could have looked, and nobody is surprised. Whoever was shown one stands where readers saw them
-- while a candidate is as far off as a night would ask about: a night that was left out, or that a check stopped, accepts
-- nothing in a reviewer's place, and the next one that is shown asks. Nor does anybody appear with a first score on it.
with recursive

night as (

    select
        run.*,
        thresholds.clear_points,
        least(run.hold_move_points, thresholds.near_points) as large_points,
        {{ gate_constant("clear_nights") }} as clear_nights,
        {{ gate_constant("unseen_hold_nights") }} as unseen_hold_nights
    from {{ source("raw", "run") }} as run
    cross join {{ ref("gate_thresholds") }} as thresholds

),

-- A released jump is the new baseline: nothing before it is measured against any more.
releases as (

    select person_id, persona, max(as_of_date) as release_date
    from {{ source("raw", "published_jumps") }}
    where decision = 'released'
    group by all

),

-- Whom a reviewer rejected was shown, though what readers saw may have lapsed: who withdraws and grants again is held on, and so is
-- who moves an account to another persona.
refused as (

    select distinct person_id
    from (
        select person_id, persona
        from {{ ref("gate_decisions") }}
        group by all
        having max_by(action, as_of_date) = 'reject'
    )

),

-- On some of them readers were told that there is no score: what was kept from them then has not been accepted since.
unseen as (

    select
        candidates.* exclude (is_sufficient),
        decisions.seen_score,
        uncovered.as_of_date is not null as is_uncovered,
        coalesce(candidates.as_of_date > shown_nights.last_date, false) as is_left_out,
        last_shown.person_id is null as was_never_shown,
        last_shown.person_id is null and candidates.as_of_date < coalesce(shown_nights.first_date, night.as_of_date) as had_no_readers,
        refused.person_id is not null as was_refused,
        candidates.is_sufficient
        and coalesce(ages.first_date <= candidates.as_of_date - night.provisional_nights, false)
        and shown.as_of_date is null as is_sufficient
    from {{ ref("score_person__candidates") }} as candidates
    cross join night
    cross join {{ ref("gate_shown_nights") }} as shown_nights
    left join {{ ref("gate_person__ages") }} as ages using (person_id, persona)
    left join {{ ref("gate_person__uncovered") }} as uncovered
        on
            candidates.person_id = uncovered.person_id
            and candidates.persona = uncovered.persona
            and candidates.as_of_date = uncovered.as_of_date
    left join {{ ref("gate_decisions") }} as decisions
        on
            candidates.person_id = decisions.person_id
            and candidates.persona = decisions.persona
            and candidates.as_of_date = decisions.as_of_date + 1
            and decisions.action = 'release'
    left join {{ ref("published_history") }} as shown
        on
            candidates.person_id = shown.person_id
            and candidates.persona = shown.persona
            and candidates.as_of_date = shown.as_of_date
    left join {{ ref("last_scores") }} as last_shown
        on candidates.person_id = last_shown.person_id and candidates.persona = last_shown.persona
    left join refused on candidates.person_id = refused.person_id
    where candidates.as_of_date < night.as_of_date

),

published as (

    select
        standing.*,
        max(standing.as_of_date) over (partition by standing.person_id, standing.persona) as last_date
    from {{ ref("published_history") }} as standing
    where standing.score is not null

),

-- A published night that unseen ones follow, tonight or earlier ones that were left out.
anchors as (

    select
        published.person_id,
        published.persona,
        published.as_of_date,
        any_value(published.score) as accepted_score,
        any_value(published.score_low) as accepted_low,
        any_value(published.score_high) as accepted_high,
        any_value(published.status) = 'held' as is_held,
        -- What was held from its first published night on was accepted on an unseen one, the last before the hold.
        coalesce(
            max(earlier.as_of_date) filter (earlier.status <> 'held'), any_value(jumps.episode_date) - 1, min(earlier.as_of_date)
        ) as basis_date,
        list(earlier.score order by earlier.as_of_date) filter (
            earlier.as_of_date > published.as_of_date - night.hold_window_nights
            and earlier.as_of_date >= coalesce(releases.release_date, earlier.as_of_date)
        ) as recent_scores,
        coalesce(any_value(jumps.episode_date), basis_date + 1) as episode_date,
        if(abs(any_value(jumps.candidate_score - jumps.last_good_score)) < any_value(night.clear_points), 1, 0) as near_nights
    from published
    cross join night
    left join unseen as following
        on
            published.person_id = following.person_id
            and published.persona = following.persona
            and published.as_of_date + 1 = following.as_of_date
    inner join published as earlier
        on
            published.person_id = earlier.person_id
            and published.persona = earlier.persona
            and earlier.as_of_date <= published.as_of_date
            and (earlier.as_of_date > published.as_of_date - night.hold_window_nights or published.status = 'held')
    left join releases on published.person_id = releases.person_id and published.persona = releases.persona
    left join {{ source("raw", "published_jumps") }} as jumps
        on
            published.person_id = jumps.person_id
            and published.persona = jumps.persona
            and published.as_of_date = jumps.as_of_date
    where following.person_id is not null or published.as_of_date = published.last_date
    group by published.person_id, published.persona, published.as_of_date

),

-- Where no night before was seen or scored, the first stands as it is: who has long had too little evidence is looked
-- back on for a few nights only.
first_nights as (

    select person_id, persona, as_of_date
    from (
        select person_id, persona, as_of_date from unseen
        except
        select person_id, persona, cast(as_of_date + 1 as date) from unseen
        except
        select person_id, persona, cast(as_of_date + 1 as date) from published
    )

),

walk as (

    select
        person_id,
        persona,
        as_of_date,
        true as was_published,
        accepted_score as candidate_score,
        cast(null as double) as move,
        accepted_score,
        accepted_low,
        accepted_high,
        true as is_accepted_sufficient,
        is_held,
        basis_date,
        as_of_date as parts_date,
        if(is_held, episode_date, null) as episode_date,
        near_nights,
        recent_scores
    from anchors

    union all

    select
        person_id,
        persona,
        as_of_date,
        false,
        score,
        cast(null as double),
        score,
        score_low,
        score_high,
        is_sufficient and not is_left_out,
        false,
        as_of_date,
        as_of_date,
        cast(null as date),
        0,
        [score]
    from unseen
    semi join first_nights using (person_id, persona, as_of_date)

    union all

    select
        person_id,
        persona,
        as_of_date,
        false,
        score,
        score - accepted_score,
        if(stays, accepted_score, score),
        if(stays, accepted_low, score_low),
        if(stays, accepted_high, score_high),
        if(stays, is_accepted_sufficient, is_sufficient and (is_accepted_sufficient or not is_left_out)),
        if(begins_nothing, is_held, stays),
        if(stays, basis_date, as_of_date),
        if(stays, parts_date, as_of_date),
        case when begins_nothing then episode_date when stays then coalesce(episode_date, as_of_date) end,
        if(stays, nights_near, 0),
        if(is_released or not is_accepted_sufficient, [score], list_append(recent_scores, if(stays, accepted_score, score))[-hold_window_nights:])
    from (

        select
            unseen.*,
            walk.* exclude (person_id, persona, as_of_date, near_nights),
            night.hold_window_nights,
            case
                when unseen.is_uncovered then walk.near_nights
                when abs(unseen.score - walk.accepted_score) < night.clear_points then walk.near_nights + 1
                else 0
            end as nights_near,
            -- Where readers could have seen no score, there is none to have jumped from.
            walk.is_accepted_sufficient
            and list_max(list_transform(walk.recent_scores, lambda accepted: abs(unseen.score - accepted)))
            >= if(unseen.had_no_readers and not unseen.was_refused, night.hold_move_points, night.large_points) as is_jump,
            walk.is_held
            and not unseen.is_uncovered
            and (
                coalesce(abs(unseen.score - unseen.seen_score) < night.hold_move_points, false)
                or (
                    unseen.was_never_shown
                    and not unseen.was_refused
                    and unseen.as_of_date - walk.episode_date >= night.unseen_hold_nights
                )
            ) as is_released,
            unseen.is_uncovered or not (unseen.was_never_shown or walk.is_held) as begins_nothing,
            unseen.is_uncovered
            or (not is_released and (is_jump or (walk.is_held and nights_near < night.clear_nights))) as stays
        from walk
        inner join unseen
            on
                walk.person_id = unseen.person_id
                and walk.persona = unseen.persona
                and walk.as_of_date + 1 = unseen.as_of_date
        cross join night

    )

)

select * from walk
