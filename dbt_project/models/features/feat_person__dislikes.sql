-- Which members dislike somebody or rate them badly, since when, and how far trust reaches each of them tonight. It lowers no score
-- (law L11): the gate asks about it. Whoever is no member counts nothing, nor does a member whom no trust reaches.
with dislikes as (

    select
        person_id,
        persona,
        engager_id,
        min(cast(occurred_at as date)) as first_date
    from {{ ref("received") }}
    where
        set_aside_because in ('negative rating', 'verb dislike carries no weight')
        and engager_id in (select {{ member_name("person_id") }} from {{ ref("consent") }})
    group by all

),

-- Trust is kept for pairs that engage: a member's is what it is with whom it is greatest.
trusted as (

    select engager_id, max(trust_weight) as trust_weight
    from ({{ trust_tonight() }}) as tonight
    group by all

)

select dislikes.person_id, dislikes.persona, dislikes.first_date, trusted.trust_weight
from dislikes
inner join trusted using (engager_id)
