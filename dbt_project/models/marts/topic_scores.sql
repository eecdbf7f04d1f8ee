-- What people are listened to on tonight: only with evidence enough, and only of people whose own score is published,
-- because what holds that one back (a jump, a mass move, too little evidence) would speak through this one. Nor is a part ever more
-- than the whole: engagers who count for little there cannot count for much here.
with names as (

    select distinct topic_id, name as topic_name from {{ source("raw", "topics") }}

),

published as (

    select person_id, persona, score
    from {{ ref("person_scores") }}
    where status <> 'held' and reason is distinct from 'incident' and score is not null

)

select
    topics.person_id,
    topics.persona,
    topics.topic_id as topic,
    names.topic_name,
    topics.as_of_date,
    least(topics.score, published.score) as score,
    topics.object_count as evidence_count,
    topics.engager_count as distinct_engagers
from {{ ref("score_person__topics") }} as topics
inner join names using (topic_id)
inner join published using (person_id, persona)
where topics.is_sufficient
