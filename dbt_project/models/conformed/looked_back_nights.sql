-- The nights that each person's score is looked at on: tonight, and those of the look-back without a published score that
-- stands. The latter are reconstructed as baselines for the jump check and the plots; they are not published. Where readers were told
-- of too little evidence there is no baseline: such a night is looked at within the hold window alone. `grounds` is a keyed digest of
-- all that the score of that night rests on.
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

    select people.person_id, people.persona, nights.as_of_date
    from people
    left join quiet using (person_id, persona)
    inner join nights on quiet.is_quiet is null or nights.as_of_date >= nights.window_start_date
    anti join {{ ref("published_history") }} as published
        on
            people.person_id = published.person_id
            and people.persona = published.persona
            and nights.as_of_date = published.as_of_date
            and (
                published.score is not null
                or (published.reason = 'too_little_evidence' and nights.as_of_date < nights.window_start_date)
            )

),

-- Each person's digests up to each of their days.
summed as (

    select
        person_id,
        persona,
        occurred_date,
        sum(digest) over (
            partition by person_id, persona order by occurred_date rows between unbounded preceding and current row
        ) as digest
    from {{ ref("evidence_days") }}

)

select
    unseen.person_id,
    unseen.persona,
    unseen.as_of_date,
    -- Without a network nothing is known of a night, and nothing is taken for known.
    if(
        night_grounds.grounds is null,
        null,
        md5_number_lower(concat_ws(
            '|', keys.secret, night_grounds.grounds, unseen.person_id, unseen.persona, coalesce(summed.digest, 0)
        ))
    ) as grounds
from unseen
cross join {{ source("raw", "grounds_key") }} as keys
left join {{ ref("night_grounds") }} as night_grounds using (as_of_date)
asof left join summed
    on
        unseen.person_id = summed.person_id
        and unseen.persona = summed.persona
        and unseen.as_of_date >= summed.occurred_date
