-- How much each engager has acted on somebody's objects on a topic by tonight, decayed at two half-lives, and how far
-- trust reaches that engager.
with actions as (

    select
        objects.person_id,
        objects.persona,
        objects.topic_id,
        activity.engager_id,
        activity.weight,
        night.as_of_date,
        night.as_of_date - activity.occurred_date as age_days,
        coalesce(trust.trust_weight, 0) as trust_weight
    from {{ ref("feat_object__topics") }} as objects
    cross join {{ source("raw", "run") }} as night
    inner join {{ ref("activity") }} as activity
        on
            objects.person_id = activity.person_id
            and objects.persona = activity.persona
            and objects.network = activity.network
            and {{ object_name('objects.object_id') }} = activity.object_key
            and activity.occurred_date >= objects.written_date
    inner join {{ ref("pairs") }} as pairs
        on
            activity.person_id = pairs.person_id
            and activity.persona = pairs.persona
            and activity.network = pairs.network
            and activity.engager_id = pairs.engager_id
    left join {{ ref("trust_weights") }} as trust
        on pairs.pair_id = trust.pair_id and night.as_of_date = trust.as_of_date and trust.scoring_version = {{ var("scoring_version") }}

)

select
    person_id,
    persona,
    topic_id,
    engager_id,
    as_of_date,
    min(age_days) < {{ topic_floor("evidence_days") }} as is_recent,
    max(trust_weight) as trust_weight,
    {% for span in spans() -%}
    coalesce(
        sum(weight * {{ decayed_millionths("age_days", scale_constant(span ~ "_half_life_days", var("scoring_version"))) }}), 0
    ) / 1000000 as actions_{{ span }}{{ "," if not loop.last }}
    {% endfor %}
from actions
group by all
