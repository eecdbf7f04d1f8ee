-- The evidence behind a score with laws L3 and L4 applied (docs/scoring.md): without its top object most would still be there, all
-- but the share that the version grants one object, and a little that any object may bring; and so without the two that carry most,
-- so that a viral post does not set free the one whose place it takes; and so without its top engager.
-- A minimum of monotone terms, so more engagement never lowers it (law L2).
{% set parts = [] %}
{% for span in spans() %}{% do parts.extend(["trusted_" ~ span, "crowd_" ~ span]) %}{% endfor %}
{% set bounds = {"pair_loss": "top_pair_share", "loss": "top_object_share", "engager_loss": "top_engager_share"} %}
with scales as (

    {{ scales(bounds.values() | list + ["top_object_start"]) }}

),

joined as (

    select
        engagers.*,
        objects.object_reach,
        objects.crowd_long_loss,
        coalesce(scales.top_object_start, 1) as start,
        -- Sums are rounded: a rest of nothing may be some millionths less. A version without one of the shares has no such bound.
        -- Where one holds, the rest varies: its share of the variance, over the square of its share. Of hardly any rest the bounded whole
        -- varies at least as the evidence does: who comes anew may not come to the second post.
        {% for part in parts -%}
        {% for loss, share in bounds.items() -%}
        greatest({{ part }} - {{ part }}_{{ loss }}, 0) as {{ part }}_{{ loss }}_left,
        {{ within_share(part ~ "_" ~ loss ~ "_left", "(1 - " ~ share ~ ")") }} as {{ part }}_{{ loss }}_bound,
        {% endfor -%}
        least({{ part }}{% for loss in bounds %}, {{ part }}_{{ loss }}_bound{% endfor %}) as {{ part }}_bounded,
        case
            when {{ part }}_bounded = {{ part }} then 1
            else greatest(
                case
                    {% for loss, share in bounds.items() -%}
                    when {{ part }}_bounded = {{ part }}_{{ loss }}_bound then {{ part }}_{{ loss }}_left / {{ part }} / pow(1 - {{ share }}, 2)
                    {% endfor %}
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
