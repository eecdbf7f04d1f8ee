-- The candidate score of each person and night: a log scale over trusted evidence, lifted a little by the crowd.
-- At each half-life X = (1 + T) * g(U / (1 + T)), g(r) = 1 + curve * ln(1 + weight * r / curve), where T is the evidence
-- of trusted engagers and U that of all; score = floor + points_per_log * (recent * ln X_28 + lasting * ln X_120).
-- g grows so slowly that a thousand bought accounts add about a point (law L5), and still ranks whom no trust reaches.
{% set lengths = ("short", "long") %}
with constants as (

    {% set names = [
        "floor_points", "ceiling_points", "points_per_log", "recent_weight", "lasting_weight", "crowd_weight",
        "crowd_curve", "band_z", "least_reach", "least_objects",
    ] -%}
    select
        {% for name in names -%}
        {{ scale_constant(name, 2) }} as {{ name }}{{ "," if not loop.last }}
        {% endfor %}

),

summed as (

    select
        person_id,
        persona,
        as_of_date,
        evidence_through_date,
        {% for length in lengths -%}
        {% for column in ("trusted", "crowd", "trusted_variance", "crowd_variance", "covariance") -%}
        {{ exact_sum(column ~ "_" ~ length) }} as {{ column }}_{{ length }},
        {% endfor -%}
        {% endfor -%}
        {{ exact_sum("reach") }} as reach,
        {{ exact_sum("object_reach") }} as object_reach
    from {{ ref("feat_person__bounded") }}
    where scoring_version = 2
    group by all

),

-- Everybody who consented has a row, also those whom nobody engaged with.
everybody as (

    select
        nights.*,
        summed.* exclude (person_id, persona, as_of_date, evidence_through_date),
        coalesce(counted.evidence_count, 0) as evidence_count,
        coalesce(counted.engager_count, 0) as engager_count,
        constants.*
    from {{ ref("scored_nights") }} as nights
    left join summed using (person_id, persona, as_of_date, evidence_through_date)
    left join {{ ref("feat_person__evidence") }} as counted using (person_id, persona, as_of_date, evidence_through_date)
    cross join constants

),

lifted as (

    select
        *,
        {% for length in lengths -%}
        coalesce(trusted_{{ length }}, 0) as t_{{ length }},
        crowd_weight * coalesce(crowd_{{ length }}, 0) / (1 + t_{{ length }}) / crowd_curve as r_{{ length }},
        1 + crowd_curve * ln(1 + r_{{ length }}) as lift_{{ length }},
        -- The derivatives of X, for the delta method: by U, and by T.
        crowd_weight / (1 + r_{{ length }}) as by_crowd_{{ length }},
        lift_{{ length }} - by_crowd_{{ length }} * coalesce(crowd_{{ length }}, 0) / (1 + t_{{ length }}) as by_trusted_{{ length }},
        sqrt(
            pow(by_trusted_{{ length }}, 2) * coalesce(trusted_variance_{{ length }}, 0)
            + 2 * by_trusted_{{ length }} * by_crowd_{{ length }} * coalesce(covariance_{{ length }}, 0)
            + pow(by_crowd_{{ length }}, 2) * coalesce(crowd_variance_{{ length }}, 0)
        ) / ((1 + t_{{ length }}) * lift_{{ length }}) as error_{{ length }}{{ "," if not loop.last }}
        {% endfor %}
    from everybody

),

scored as (

    select
        *,
        floor_points + points_per_log * (
            recent_weight * (ln(1 + t_short) + ln(lift_short)) + lasting_weight * (ln(1 + t_long) + ln(lift_long))
        ) as raw_score,
        -- Both half-lives see the same engagers, so they err together.
        band_z * points_per_log * (recent_weight * error_short + lasting_weight * error_long) as half_band
    from lifted

)

select
    person_id,
    persona,
    as_of_date,
    evidence_through_date,
    t_short as trusted_short,
    t_long as trusted_long,
    lift_short,
    lift_long,
    raw_score,
    least(raw_score, ceiling_points) as score,
    greatest(least(raw_score, ceiling_points) - half_band, floor_points) as score_low,
    least(raw_score + half_band, ceiling_points) as score_high,
    evidence_count,
    engager_count,
    coalesce(reach >= least_reach and object_reach >= least_objects, false) as is_sufficient
from scored
