-- The nights before tonight that nobody was shown, walked in order by the promise rule alone: a move of
-- `hold_move_points` or more against any score accepted on the nights just before is held, until it is back for two
-- nights or a reviewer has released it. The walk starts at the latest published night, which stands as it was published.
with recursive

night as (

    select
        *,
        {{ gate_constant("clear_points") }} as clear_points,
        {{ gate_constant("clear_nights") }} as clear_nights
    from {{ source("raw", "night") }}

),

-- A released jump is the new baseline: nothing before it is measured against any more.
releases as (

    select person_id, persona, max(as_of_date) as release_date
    from {{ source("raw", "published_jumps") }}
    where decision = 'released'
    group by all

),

published as (

    select
        standing.person_id,
        standing.persona,
        max(standing.as_of_date) as as_of_date,
        max_by(standing.score, standing.as_of_date) as accepted_score,
        max_by(standing.score_low, standing.as_of_date) as accepted_low,
        max_by(standing.score_high, standing.as_of_date) as accepted_high,
        max_by(standing.status = 'held', standing.as_of_date) as is_held,
        coalesce(max(standing.as_of_date) filter (standing.status <> 'held'), min(standing.as_of_date)) as basis_date,
        list(standing.score order by standing.as_of_date)
            filter (standing.as_of_date >= coalesce(release_date, standing.as_of_date)) as recent_scores
    from {{ ref("standing_scores") }} as standing
    left join releases using (person_id, persona)
    where standing.score is not null
    group by all

),

anchors as (

    select
        published.* replace (published.recent_scores[-night.hold_window_nights:] as recent_scores),
        if(published.is_held, coalesce(jumps.episode_date, published.basis_date + 1), null) as episode_date,
        if(abs(jumps.candidate_score - jumps.last_good_score) < night.clear_points, 1, 0) as near_nights
    from published
    cross join night
    left join {{ source("raw", "published_jumps") }} as jumps
        on
            published.person_id = jumps.person_id
            and published.persona = jumps.persona
            and published.as_of_date = jumps.as_of_date

),

unseen as (

    select candidates.*, decisions.seen_score, ages.first_date <= candidates.as_of_date - night.provisional_nights as is_of_age
    from {{ ref("score_person__influence", v=var("scoring_version")) }} as candidates
    cross join night
    left join anchors using (person_id, persona)
    left join {{ ref("gate_person__ages") }} as ages using (person_id, persona)
    left join {{ ref("gate_decisions") }} as decisions
        on
            candidates.person_id = decisions.person_id
            and candidates.persona = decisions.persona
            and candidates.as_of_date = decisions.as_of_date + 1
            and decisions.action = 'release'
    where
        candidates.known_date = candidates.as_of_date
        and candidates.as_of_date < night.as_of_date
        and candidates.as_of_date > coalesce(anchors.as_of_date, date '0001-01-01')

),

-- The walk begins behind the last gap: who has long had too little evidence is looked back on for a few nights only.
first_nights as (

    select person_id, persona, max(as_of_date) as as_of_date
    from (
        select
            person_id,
            persona,
            as_of_date,
            lag(as_of_date) over (partition by person_id, persona order by as_of_date) as night_before
        from (
            select person_id, persona, as_of_date from unseen
            union all
            select person_id, persona, as_of_date from anchors
        )
    )
    where night_before is null or night_before < as_of_date - 1
    group by all

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
        episode_date,
        near_nights,
        recent_scores
    from anchors
    semi join first_nights using (person_id, persona, as_of_date)

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
        is_sufficient and coalesce(is_of_age, false),
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
        if(stays, is_accepted_sufficient, is_sufficient and coalesce(is_of_age, false)),
        stays,
        if(stays, basis_date, as_of_date),
        if(stays, parts_date, as_of_date),
        if(stays, coalesce(episode_date, as_of_date), null),
        if(stays, nights_near, 0),
        if(is_released, [score], list_append(recent_scores, if(stays, accepted_score, score))[-hold_window_nights:])
    from (

        select
            unseen.*,
            walk.* exclude (person_id, persona, as_of_date, near_nights),
            night.hold_window_nights,
            if(abs(unseen.score - walk.accepted_score) < night.clear_points, walk.near_nights + 1, 0) as nights_near,
            list_max(list_transform(walk.recent_scores, lambda accepted: abs(unseen.score - accepted)))
            >= night.hold_move_points as is_jump,
            coalesce(walk.is_held and abs(unseen.score - unseen.seen_score) < night.hold_move_points, false) as is_released,
            not is_released and (is_jump or (walk.is_held and nights_near < night.clear_nights)) as stays
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
