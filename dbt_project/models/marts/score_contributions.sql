-- Where the points of tonight's published score come from; they sum to it. A held score keeps the parts that it had
-- on the night it was last accepted.
with accepted as (

    select person_id, persona, as_of_date, parts_date
    from {{ ref("score_person__accepted") }}
    inner join {{ source("raw", "run") }} using (as_of_date)
    where is_accepted_sufficient

),

known as (

    select person_id, persona, as_of_date, network, feature, points, raw_value
    from {{ ref("score_person__contributions", v=var("scoring_version")) }}
    inner join {{ source("raw", "run") }} using (as_of_date)
    union all
    select person_id, persona, as_of_date, network, feature, points, raw_value
    from {{ ref("score_person__contributions", v=var("previous_version")) }}
    anti join {{ source("raw", "run") }} using (as_of_date)
    union all
    select person_id, persona, as_of_date, network, feature, points, raw_value
    from {{ source("raw", "published_contributions") }}
    anti join {{ ref("revoked_nights") }} using (person_id, persona, as_of_date)

)

select
    accepted.person_id,
    accepted.persona,
    accepted.as_of_date,
    known.network,
    known.feature,
    known.points,
    known.raw_value
from accepted
inner join known
    on
        accepted.person_id = known.person_id
        and accepted.persona = known.persona
        and accepted.parts_date = known.as_of_date
union all
-- What the gate takes away from the parts on the night of a decision, or of a ring; later nights stand on this one's rows.
select person_id, persona, as_of_date, 'all', 'review', adjusting_points, null
from {{ ref("gate_person__verdict") }}
inner join accepted using (person_id, persona, as_of_date)
where adjusting_points <> 0
