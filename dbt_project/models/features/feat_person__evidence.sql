-- What a score of a given night rests on within the year before it: how many engagements, by how many.
with acts as (

    select
        person_id,
        persona,
        occurred_date,
        count(*) as act_count,
        lead(occurred_date) over (partition by person_id, persona, engager_id order by occurred_date) as next_date
    from {{ ref("activity") }}
    group by person_id, persona, engager_id, occurred_date

)

select
    nights.person_id,
    nights.persona,
    nights.as_of_date,
    nights.evidence_through_date,
    cast(sum(acts.act_count) as bigint) as evidence_count,
    -- Each engager once, on the last day that they acted on: to tell them apart on every night costs ten times as much.
    count(*) filter (acts.next_date is null or acts.next_date > nights.evidence_through_date) as engager_count
from {{ ref("scored_nights") }} as nights
inner join acts
    on
        nights.person_id = acts.person_id
        and nights.persona = acts.persona
        and acts.occurred_date between nights.as_of_date - 364 and nights.evidence_through_date
group by all
