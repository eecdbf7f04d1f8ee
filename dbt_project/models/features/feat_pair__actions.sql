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

    {{ trust_by_night() }}

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
