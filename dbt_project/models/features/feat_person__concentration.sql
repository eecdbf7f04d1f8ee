-- On how many engagers, objects and days somebody's evidence rests tonight. Effective numbers are inverse Herfindahl
-- indices: n equal shares count n, one that outweighs all others counts one (Laakso and Taagepera 1979).
with tonight as (

    select pairs.person_id, pairs.persona, pairs.network, objects.pair_id, objects.object_number, objects.millionths_long as millionths
    from {{ ref("feat_pair__objects") }} as objects
    inner join {{ ref("pairs") }} as pairs using (pair_id)
    inner join {{ source("raw", "run") }} using (as_of_date)
    where evidence_through_date = as_of_date and objects.scoring_version = {{ var("scoring_version") }}

),

by_engager as (

    select person_id, persona, network, sum(millionths) as millionths from tonight group by person_id, persona, network, pair_id

),

by_object as (

    select person_id, persona, network, sum(millionths) as millionths from tonight group by person_id, persona, network, object_number

),

days as (

    select person_id, persona, network, count(distinct occurred_date) as active_days
    from {{ ref("activity") }}
    cross join {{ source("raw", "run") }} as night
    where occurred_date > night.as_of_date - 28
    group by all

),

{% for entity in ("engager", "object") %}
{{ entity }}s as (

    select
        person_id,
        persona,
        network,
        max(millionths) / nullif(sum(millionths), 0) as top_{{ entity }}_share,
        pow(sum(millionths), 2) / nullif(sum(cast(millionths as hugeint) * millionths), 0) as effective_{{ entity }}s
    from by_{{ entity }}
    group by all

){{ "," if not loop.last }}
{% endfor %}

select
    person_id,
    persona,
    network,
    night.as_of_date,
    top_engager_share,
    effective_engagers,
    top_object_share,
    effective_objects,
    coalesce(active_days, 0) as active_days
from engagers
inner join objects using (person_id, persona, network)
left join days using (person_id, persona, network)
cross join {{ source("raw", "run") }} as night
