-- How much each engager has acted on each object of each person by each night, decayed at each half-life of each scoring
-- version. Whole millionths of an action, because their sums are the same bits in any order. A frozen network is as old as on
-- its last whole day.
with scales as (

    {{ scales(["brief_half_life_days", "short_half_life_days", "long_half_life_days"]) }}

),

-- Grouped before objects are numbered: else the two joins of names may be taken in the order that makes each pair meet each object.
acted as (

    select
        pairs.pair_id,
        person_id,
        persona,
        network,
        activity.object_key,
        activity.occurred_date,
        sum(activity.weight) as weight
    from {{ ref("activity") }} as activity
    inner join {{ ref("pairs") }} as pairs using (person_id, persona, network, engager_id)
    group by all

),

daily as (

    select acted.*, objects.object_number
    from acted
    inner join {{ ref("objects") }} as objects using (person_id, persona, network, object_key)

),

nightly as (

    select
        daily.pair_id,
        daily.object_number,
        nights.as_of_date,
        nights.evidence_through_date,
        daily.weight,
        {{ days_between("networks.complete_through_date", "daily.occurred_date") }} as age_days
    from daily
    inner join {{ ref("scored_nights") }} as nights using (person_id, persona)
    inner join {{ ref("network_nights") }} as networks
        on
            daily.network = networks.network
            and nights.as_of_date = networks.as_of_date
            and daily.occurred_date <= least(nights.evidence_through_date, networks.complete_through_date)

)

select
    pair_id,
    object_number,
    as_of_date,
    evidence_through_date,
    scoring_version,
    -- A version without a half-life of that length has no such evidence.
    {% for span in spans() -%}
    cast(coalesce(sum(weight * {{ decayed_millionths("age_days", span ~ "_half_life_days") }}), 0) as bigint) as millionths_{{ span }}{{ "," if not loop.last }}
    {% endfor %}
from nightly
cross join scales
group by all
