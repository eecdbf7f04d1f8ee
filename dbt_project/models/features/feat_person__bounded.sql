-- The evidence behind a score with laws L3 and L4 applied (docs/scoring.md): the least of what objects and of what engagers bring together where
-- none carries more than the version's share, and of a step above either without any one of the other. Version 2 knows one object alone: without it
-- all of the evidence would still be there but its share.
-- A minimum of monotone terms, so more engagement never lowers it (law L2).
{% set parts = [] %}
{% for span in spans() %}{% do parts.extend(["trusted_" ~ span, "crowd_" ~ span]) %}{% endfor %}
with scales as (

    {{ scales(["top_object_share", "ladder_start"]) }}

),

joined as (

    select
        engagers.*,
        objects.object_reach,
        {% for part in parts -%}
        -- Sums are rounded: a rest of nothing may be some millionths less. A version without the share has no bound.
        greatest({{ part }} - objects.{{ part }}_loss, 0) as {{ part }}_left,
        if(
            ladder_start is null,
            least({{ part }}, (1 + {{ part }}_left) / (1 - scales.top_object_share) - 1),
            least(engagers.{{ part }}_climb, objects.{{ part }}_climb{{ ", " ~ part ~ "_most" if part.startswith("trusted") }})
        ) as {{ part }}_bounded,
        -- The share of the variance that is left. On a ladder, each engager is taken to bring as much of ln(height) as of the sum; where version 2's
        -- bound holds, the rest varies: its share, over the square of its share.
        case
            when ladder_start is not null
                then pow((ladder_start + {{ part }}_bounded) * ln(1 + {{ part }}_bounded / ladder_start) / nullif({{ part }}, 0), 2)
            when {{ part }}_bounded = {{ part }} then 1
            else {{ part }}_left / {{ part }} / pow(1 - scales.top_object_share, 2)
        end as {{ part }}_rest{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_person__engagers") }} as engagers
    inner join {{ ref("feat_person__objects") }} as objects
        using (person_id, persona, network, as_of_date, evidence_through_date, scoring_version)
    -- Nobody is there whom no one object or engager lowers further.
    left join {{ ref("feat_person__without_one") }} as without_one
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
    coalesce(trusted_{{ length }}_rest, 0) * trusted_variance_{{ length }} as trusted_variance_{{ length }},
    coalesce(crowd_{{ length }}_rest, 0) * crowd_variance_{{ length }} as crowd_variance_{{ length }},
    coalesce(sqrt(trusted_{{ length }}_rest * crowd_{{ length }}_rest), 0) * covariance_{{ length }} as covariance_{{ length }},
    {% endfor -%}
    reach,
    object_reach
from joined
