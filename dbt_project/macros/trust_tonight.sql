{#
  How far trust reaches each engager of each person tonight, as the published version weighs it: of a network that is frozen, how far
  it reached when it froze. One row a pair that it reaches at all.
#}
{% macro trust_tonight() -%}
    select
        pairs.pair_id,
        pairs.engager_id,
        trust.trust_weight
    from {{ ref("trust_weights") }} as trust
    inner join {{ ref("pairs") }} as pairs using (pair_id)
    inner join {{ ref("network_nights") }} as networks
        on pairs.network = networks.network and trust.as_of_date = networks.complete_through_date
    inner join {{ source("raw", "run") }} as night on networks.as_of_date = night.as_of_date
    where trust.scoring_version = {{ var("scoring_version") }}
{%- endmacro %}
