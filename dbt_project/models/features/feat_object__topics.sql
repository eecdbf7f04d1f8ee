-- The evidence behind a topic: objects on which somebody wrote a text of their own that is on it, and how many people
-- engaged with them there from that day on. An owner's veto ends it.
with written as (

    select
        texts.person_id,
        texts.persona,
        texts.network,
        texts.object_id,
        found.topic_id,
        min(texts.written_date) as written_date,
        min(found.matched_term) as matched_term,
        min(found.passage) as passage
    from {{ ref("own_texts") }} as texts
    inner join {{ ref("feat_text__topics") }} as found using (text)
    anti join {{ ref("topic_vetoes") }} as vetoes
        on
            texts.person_id = vetoes.person_id
            and texts.persona = vetoes.persona
            and {{ topic_key("found.topic_id") }} = vetoes.topic_key
    group by all

),

recent as (

    select activity.*
    from {{ ref("activity") }} as activity
    cross join {{ source("raw", "run") }} as night
    where night.as_of_date - activity.occurred_date < {{ topic_floor("evidence_days") }}

)

select
    written.*,
    count(distinct recent.engager_id) as engager_count
from written
left join recent
    on
        written.person_id = recent.person_id
        and written.persona = recent.persona
        and written.network = recent.network
        and {{ object_name('written.object_id') }} = recent.object_key
        and recent.occurred_date >= written.written_date
group by all
