-- The evidence behind a score with law L3 applied (docs/scoring.md): without its top object most would still be there, all but
-- the share that the version grants one object, the scale's own 1 included; of a quarter, one viral post adds at most ln(4/3).
-- A minimum of monotone terms, so more engagement never lowers it (law L2).
{% set parts = [] %}
{% for span in spans() %}{% do parts.extend(["trusted_" ~ span, "crowd_" ~ span]) %}{% endfor %}
with scales as (

    {{ scales(["top_object_share"]) }}

),

joined as (

    select
        engagers.*,
        objects.object_reach,
        1 - scales.top_object_share as least_rest_share,
        {% for part in parts -%}
        {{ part }}_loss,
        (1 + {{ part }} - {{ part }}_loss) / least_rest_share - 1 as {{ part }}_bound,
        -- Where the bound holds, only the rest varies: its share of the variance, over the square of its share.
        if({{ part }}_bound < {{ part }}, ({{ part }} - {{ part }}_loss) / {{ part }} / pow(least_rest_share, 2), 1) as {{ part }}_rest{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_person__engagers") }} as engagers
    inner join {{ ref("feat_person__top_object") }} as objects
        using (person_id, persona, network, as_of_date, evidence_through_date, scoring_version)
    inner join scales using (scoring_version)

)

select
    person_id,
    persona,
    network,
    as_of_date,
    evidence_through_date,
    scoring_version,
    -- Whole millionths again, so that networks sum to the whole.
    {% for part in parts -%}
    round(least({{ part }}, {{ part }}_bound), 6) as {{ part }},
    {% endfor -%}
    {% for length in spans() -%}
    trusted_{{ length }}_rest * trusted_variance_{{ length }} as trusted_variance_{{ length }},
    crowd_{{ length }}_rest * crowd_variance_{{ length }} as crowd_variance_{{ length }},
    sqrt(trusted_{{ length }}_rest * crowd_{{ length }}_rest) * covariance_{{ length }} as covariance_{{ length }},
    {% endfor -%}
    reach,
    object_reach,
    crowd_long_loss / nullif(crowd_long, 0) as top_object_share
from joined
