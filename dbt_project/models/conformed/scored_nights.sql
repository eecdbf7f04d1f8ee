-- The nights to score for each person: tonight, and those of the look-back without a published score that stands.
-- The latter are reconstructed as baselines for the jump check and the plots; they are not published.
with night as (

    select as_of_date, history_nights from {{ source("raw", "night") }}

),

people as (

    select distinct person_id, persona from {{ ref("consent") }}

),

nights as (

    select cast(unnest(range(as_of_date - history_nights, as_of_date + 1, interval 1 day)) as date) as as_of_date
    from night

)

select person_id, persona, as_of_date
from people
cross join nights
anti join (from {{ ref("standing_scores") }} where score is not null) as published
    using (person_id, persona, as_of_date)
