-- The evidence behind a score with law L3 applied (docs/scoring.md): without its top object most would still be there, all but
-- the share that the version grants one object, and a little that any object may bring; and so without the two that carry most,
-- so that a viral post does not set free the one whose place it takes.
-- A minimum of monotone terms, so more engagement never lowers it (law L2).
{% set parts = [] %}
{% for span in spans() %}{% do parts.extend(["trusted_" ~ span, "crowd_" ~ span]) %}{% endfor %}
with scales as (

    {{ scales(["top_object_share", "top_pair_share", "top_object_start"]) }}

),

joined as (

    select
        engagers.*,
        objects.object_reach,
        coalesce(scales.top_object_start, 1) as start,
        1 - scales.top_object_share as least_rest_share,
        1 - scales.top_pair_share as least_pair_rest_share,
        {% for part in parts -%}
        {{ part }}_loss,
        -- Sums are rounded: a rest of nothing may be some millionths less.
        greatest({{ part }} - {{ part }}_loss, 0) as {{ part }}_left,
        greatest({{ part }} - {{ part }}_pair_loss, 0) as {{ part }}_pair_left,
        {{ within_share(part ~ "_left", "least_rest_share") }} as {{ part }}_bound,
        -- A version that says nothing of two bounds one alone.
        {{ within_share(part ~ "_pair_left", "least_pair_rest_share") }} as {{ part }}_pair_bound,
        least({{ part }}, {{ part }}_bound, {{ part }}_pair_bound) as {{ part }}_bounded,
        -- Where a bound holds, the rest varies: its share of the variance, over the square of its share. Of hardly any rest the bounded
        -- whole varies at least as the evidence does: who comes anew may not come to the second post.
        case
            when {{ part }}_bounded = {{ part }} then 1
            else greatest(
                case
                    when {{ part }}_bounded = {{ part }}_pair_bound then {{ part }}_pair_left / {{ part }} / pow(least_pair_rest_share, 2)
                    else {{ part }}_left / {{ part }} / pow(least_rest_share, 2)
                end,
                if(scales.top_pair_share is null, 0, pow({{ part }}_bounded / {{ part }}, 2))
            )
        end as {{ part }}_rest{{ "," if not loop.last }}
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
    round({{ part }}_bounded, 6) as {{ part }},
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
