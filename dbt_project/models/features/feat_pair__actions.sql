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

)

select
    actions.*,
    case
        when trust.trust_weight is not null then trust.trust_weight
        when pairs.engager_id like 'unnamed:%' and policed.network is not null then coalesce(scales.unnamed_weight, 0)
        else 0
    end as trust_weight
from actions
inner join {{ ref("pairs") }} as pairs using (pair_id)
inner join scales using (scoring_version)
left join {{ ref("policed_networks") }} as policed using (network)
inner join {{ ref("network_nights") }} as networks using (network, as_of_date)
left join {{ ref("trust_weights") }} as trust
    on
        actions.pair_id = trust.pair_id
        and actions.scoring_version = trust.scoring_version
        and networks.complete_through_date = trust.as_of_date
