-- Why somebody has a topic tonight: of their objects on it, those that drew most people. Of each only what names nobody
-- is shown; two that look alike then are two by their rank.
with ranked as (

    select
        objects.*,
        row_number() over (
            partition by person_id, persona, topic_id
            order by engager_count desc, written_date desc, network, object_id
        ) as object_rank
    from {{ ref("feat_object__topics") }} as objects
    where engager_count > 0
    qualify object_rank <= {{ topic_floor("shown_object_count") }}

),

accounts as (

    select network, account_id from {{ ref("consent_shown") }}

)

select
    scores.person_id,
    scores.persona,
    scores.topic,
    scores.as_of_date,
    ranked.network,
    shown.shown_id as object_id,
    ranked.object_rank,
    ranked.engager_count,
    ranked.matched_term
from {{ ref("topic_scores") }} as scores
inner join ranked
    on
        scores.person_id = ranked.person_id
        and scores.persona = ranked.persona
        and scores.topic = ranked.topic_id
inner join shown_ids('ranked', 'accounts') as shown using (network, object_id)
