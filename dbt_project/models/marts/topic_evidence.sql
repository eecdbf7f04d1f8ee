-- Why somebody has a topic tonight: of their objects on it, those that drew most people.
with ranked as (

    select
        objects.*,
        row_number() over (
            partition by person_id, persona, topic_id
            order by engager_count desc, written_date desc, network, object_id
        ) as object_rank
    from {{ ref("feat_object__topics") }} as objects
    where engager_count > 0

)

select
    scores.person_id,
    scores.persona,
    scores.topic,
    scores.as_of_date,
    ranked.network,
    ranked.object_id,
    ranked.engager_count,
    ranked.matched_term
from {{ ref("topic_scores") }} as scores
inner join ranked
    on
        scores.person_id = ranked.person_id
        and scores.persona = ranked.persona
        and scores.topic = ranked.topic_id
where ranked.object_rank <= {{ topic_floor("shown_object_count") }}
