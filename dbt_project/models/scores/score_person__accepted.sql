-- The hold rule, walked night by night: a candidate that moved `hold_move_points` or more against any score accepted
-- on the nights just before is held, and what was accepted last stands in its place. Published nights are taken as
-- they were published; nights nobody saw are reconstructed by the same rule, so one night alone knows what stepping
-- through all of them would have accepted.
with recursive

night as (

    select * from {{ source("raw", "night") }}

),

series as (

    select
        candidates.person_id,
        candidates.persona,
        candidates.as_of_date,
        false as is_published,
        false as was_held,
        candidates.score as candidate_score,
        candidates.score_low,
        candidates.score_high,
        candidates.is_sufficient
    from {{ ref("score_person__influence", v=var("scoring_version")) }} as candidates
    where known_date = as_of_date
    union all
    select person_id, persona, as_of_date, true, status is not distinct from 'held', score, score_low, score_high, true
    from {{ ref("standing_scores") }}
    where score is not null

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
        from series
    )
    where night_before is null or night_before < as_of_date - 1
    group by all

),

walk as (

    select
        series.person_id,
        series.persona,
        series.as_of_date,
        series.candidate_score,
        series.was_held as is_held,
        series.candidate_score as accepted_score,
        series.score_low as accepted_low,
        series.score_high as accepted_high,
        series.is_sufficient as is_accepted_sufficient,
        series.as_of_date as basis_date,
        series.as_of_date as parts_date,
        [series.candidate_score] as recent_scores
    from series
    semi join first_nights using (person_id, persona, as_of_date)

    union all

    select
        person_id,
        persona,
        as_of_date,
        candidate_score,
        is_jump or was_held,
        if(is_jump, accepted_score, candidate_score),
        if(is_jump, accepted_low, score_low),
        if(is_jump, accepted_high, score_high),
        if(is_jump, is_accepted_sufficient, is_sufficient),
        if(is_jump or was_held, basis_date, as_of_date),
        if(is_jump, parts_date, as_of_date),
        list_append(recent_scores, if(is_jump, accepted_score, candidate_score))[-hold_window_nights:]
    from (

        select
            series.*,
            walk.accepted_score,
            walk.accepted_low,
            walk.accepted_high,
            walk.is_accepted_sufficient,
            walk.basis_date,
            walk.parts_date,
            walk.recent_scores,
            night.hold_window_nights,
            not series.is_published and list_max(
                list_transform(walk.recent_scores, lambda accepted: abs(series.candidate_score - accepted))
            ) >= night.hold_move_points as is_jump
        from walk
        inner join series
            on walk.person_id = series.person_id
            and walk.persona = series.persona
            and walk.as_of_date + 1 = series.as_of_date
        cross join night

    )

)

select * from walk
