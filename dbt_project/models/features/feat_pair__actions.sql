-- How much each engager has acted on each person by each night, and how far trust reaches that engager; where the
-- network is frozen, how far it reached when it froze.
with actions as (

    select
        pair_id,
        as_of_date,
        known_date,
        sum(millionths_short) / 1000000 as actions_short,
        sum(millionths_long) / 1000000 as actions_long
    from {{ ref("feat_pair__objects") }}
    group by all

)

select actions.*, coalesce(trust.trust_weight, 0) as trust_weight
from actions
inner join {{ ref("pairs") }} as pairs using (pair_id)
inner join {{ ref("network_nights") }} as networks using (network, as_of_date)
left join {{ ref("trust_weights") }} as trust
    on actions.pair_id = trust.pair_id and networks.counted_through_date = trust.as_of_date
