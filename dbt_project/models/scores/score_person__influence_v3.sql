-- The candidate score of each person and night: a log scale over trusted evidence at three half-lives, lifted a little by
-- the crowd. At each, X = 1 + T + (ladder_start + T) * g(U / (1 + T)), g(r) = curve * ln(1 + weight * r / curve), where T is the
-- evidence of trusted engagers and U that of all. The evidence in all is E = exp(weighted mean of the three ln X) - 1, and
-- score = base + points_per_log * ln(1 + E / start), at least the floor and at most the ceiling.
{% set version = 3 %}
{% set weights = {"brief": "brief_weight", "short": "recent_weight", "long": "lasting_weight"} %}
with constants as (

    {% set names = [
        "floor_points", "base_points", "ceiling_points", "points_per_log", "evidence_start", "brief_weight", "recent_weight",
        "lasting_weight", "ladder_start", "crowd_weight", "crowd_curve", "band_z", "least_reach", "least_objects", "least_trusted",
    ] -%}
    select
        {% for name in names -%}
        {{ scale_constant(name, version) }} as {{ name }}{{ "," if not loop.last }}
        {% endfor %}

),

summed as (

    select
        person_id,
        persona,
        as_of_date,
        evidence_through_date,
        {% for span in spans() -%}
        {% for column in ("trusted", "crowd", "trusted_variance") -%}
        {{ exact_sum(column ~ "_" ~ span) }} as {{ column }}_{{ span }},
        {% endfor -%}
        {% endfor -%}
        {{ exact_sum("reach") }} as reach,
        {{ exact_sum("object_reach") }} as object_reach
    from {{ ref("feat_person__bounded") }}
    where scoring_version = {{ version }}
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
        {% for span in spans() -%}
        coalesce(trusted_{{ span }}, 0) as t_{{ span }},
        coalesce(crowd_{{ span }}, 0) as u_{{ span }},
        -- Of what nobody trusts hardly anything is lifted.
        1 + crowd_curve * ln(1 + crowd_weight * u_{{ span }} / (1 + t_{{ span }}) / crowd_curve)
        * (ladder_start + t_{{ span }}) / (1 + t_{{ span }}) as lift_{{ span }},
        ln(1 + t_{{ span }}) + ln(lift_{{ span }}) as log_{{ span }},
        -- By the delta method; that of the lift is next to none.
        sqrt(coalesce(trusted_variance_{{ span }}, 0)) / (1 + t_{{ span }}) as error_{{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from everybody

),

scored as (

    select
        *,
        {% for span, weight in weights.items() -%}
        {{ "+ " if not loop.first }}{{ weight }} * log_{{ span }}
        {% endfor -%}
        as log_evidence,
        exp(log_evidence) - 1 as evidence,
        base_points + points_per_log * ln(1 + evidence / evidence_start) as raw_score,
        greatest(least(raw_score, ceiling_points), floor_points) as score,
        -- All half-lives see the same engagers, so they err together.
        band_z * points_per_log * (1 + evidence) / (evidence_start + evidence) * (
            {%- for span, weight in weights.items() %}
            {{ "+ " if not loop.first }}{{ weight }} * error_{{ span }}
            {%- endfor %}
        ) as half_band
    from lifted

)

select
    person_id,
    persona,
    as_of_date,
    evidence_through_date,
    {% for span in spans() -%}
    t_{{ span }} as trusted_{{ span }},
    lift_{{ span }},
    {% endfor -%}
    log_evidence,
    evidence,
    raw_score,
    score,
    greatest(score - half_band, floor_points) as score_low,
    least(score + half_band, ceiling_points) as score_high,
    evidence_count,
    engager_count,
    coalesce(reach >= least_reach and object_reach >= least_objects and t_long >= least_trusted, false) as is_sufficient
from scored
