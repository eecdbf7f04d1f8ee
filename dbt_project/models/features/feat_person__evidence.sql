-- What a score of a given night rests on within the year before it: how many engagements, by how many.
select
    nights.person_id,
    nights.persona,
    nights.as_of_date,
    nights.evidence_through_date,
    count(*) as evidence_count,
    count(distinct activity.engager_id) as engager_count
from {{ ref("scored_nights") }} as nights
inner join {{ ref("activity") }} as activity
    on
        nights.person_id = activity.person_id
        and nights.persona = activity.persona
        and activity.occurred_date between nights.as_of_date - 364 and nights.evidence_through_date
group by all
