-- The nights to score for each person: tonight, and those of the look-back without a published score that stands.
-- The latter are reconstructed as baselines for the jump check and the plots; they are not published. `evidence_through_date` is
-- the last day whose engagement is known: the night itself, and for score_changes also the night last published.
with night as (

    select * from {{ source("raw", "run") }}

),

people as (

    select distinct person_id, persona from {{ ref("consent") }}

),

-- Last night had too little evidence for a score, and nothing of theirs was held: the hold window is all the gate
-- will ask of them, and without it most of the work would be theirs.
quiet as (

    select person_id, persona, true as is_quiet
    from {{ ref("published_history") }} as published
    cross join night
    where published.as_of_date = night.as_of_date - 1 and published.reason = 'too_little_evidence'

),

nights as (

    select
        look_back.as_of_date,
        night.as_of_date - night.hold_window_nights as window_start_date
    from {{ source("raw", "look_back") }} as look_back
    cross join night

),

unseen as (

    select people.person_id, people.persona, nights.as_of_date, nights.as_of_date as evidence_through_date
    from people
    left join quiet using (person_id, persona)
    inner join nights on quiet.is_quiet is null or nights.as_of_date >= nights.window_start_date
    anti join (from {{ ref("published_history") }} where score is not null) as published
        on
            people.person_id = published.person_id
            and people.persona = published.persona
            and nights.as_of_date = published.as_of_date

)

select person_id, persona, as_of_date, evidence_through_date from unseen
union all
select last_scores.person_id, last_scores.persona, night.as_of_date, last_scores.as_of_date
from {{ ref("last_scores") }} as last_scores
cross join night
