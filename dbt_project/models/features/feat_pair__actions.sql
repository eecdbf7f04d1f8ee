-- How much each engager has acted on each person by each night, and how far trust reaches that engager; where the
-- network is frozen, how far it reached when it froze. The unnamed weigh something where their source polices votes.
with scales as (

    {{ scales(["unnamed_weight"]) }}

),

actions as (

    select
        pair_id,
        as_of_date,
        evidence_through_date,
        scoring_version,
        {% for span in spans() -%}
        sum(millionths_{{ span }}) / 1000000 as actions_{{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_pair__objects") }}
    group by all

),

reached as (

    select
        trust.pair_id,
        networks.as_of_date,
        trust.scoring_version,
        trust.trust_weight
    from {{ ref("trust_weights") }} as trust
    inner join {{ ref("pairs") }} as pairs using (pair_id)
    inner join {{ ref("network_nights") }} as networks
        on pairs.network = networks.network and trust.as_of_date = networks.complete_through_date

),

unnamed as (

    select
        pairs.pair_id,
        scales.scoring_version,
        scales.unnamed_weight
    from {{ ref("pairs") }} as pairs
    inner join {{ ref("policed_networks") }} as policed using (network)
    cross join scales
    where pairs.engager_id like 'unnamed:%'

)

select
    actions.*,
    coalesce(reached.trust_weight, unnamed.unnamed_weight, 0) as trust_weight
from actions
left join reached using (pair_id, as_of_date, scoring_version)
left join unnamed using (pair_id, scoring_version)
