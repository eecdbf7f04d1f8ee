{#
  How far trust reaches each engager of each person on each night, as every version weighs it: of a network that is frozen, how far
  it reached when it froze. One row a (version, pair, night) that it reaches at all.
#}
{% macro trust_by_night() -%}
    select
        pairs.pair_id,
        pairs.engager_id,
        networks.as_of_date,
        trust.scoring_version,
        trust.trust_weight
    from {{ ref("trust_weights") }} as trust
    inner join {{ ref("pairs") }} as pairs using (pair_id)
    inner join {{ ref("network_nights") }} as networks
        on pairs.network = networks.network and trust.as_of_date = networks.complete_through_date
{%- endmacro %}

{# The same tonight, as the published version weighs it. #}
{% macro trust_tonight() -%}
    select
        reached.pair_id,
        reached.engager_id,
        reached.trust_weight
    from ({{ trust_by_night() }}) as reached
    inner join {{ source("raw", "run") }} as night on reached.as_of_date = night.as_of_date
    where reached.scoring_version = {{ var("scoring_version") }}
{%- endmacro %}
