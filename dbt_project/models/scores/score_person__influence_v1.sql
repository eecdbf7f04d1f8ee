-- The candidate score of each person and night: a log scale over the evidence of all their networks together.
-- score = floor + points_per_log * (ln(1 + short evidence) + ln(1 + long evidence)) / 2, at most the ceiling.
with constants as (

    select
        {{ scale_constant("floor_points", 1) }} as floor_points,
        {{ scale_constant("ceiling_points", 1) }} as ceiling_points,
        {{ scale_constant("points_per_log", 1) }} as points_per_log,
        {{ scale_constant("least_engager_count", 1) }} as least_engager_count,
        {{ scale_constant("least_evidence_count", 1) }} as least_evidence_count,
        {{ scale_constant("band_z", 1) }} as band_z

),

evidence as (

    select
        person_id,
        persona,
        as_of_date,
        evidence_through_date,
        {% for length in ("short", "long") -%}
        {{ exact_sum("crowd_" ~ length) }} as evidence_{{ length }},
        {{ exact_sum("crowd_variance_" ~ length) }} as variance_{{ length }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_person__engagers") }}
    where scoring_version = 1
    group by all

),

-- Everybody who consented has a row, also those whom nobody engaged with.
everybody as (

    select
        nights.person_id,
        nights.persona,
        nights.as_of_date,
        nights.evidence_through_date,
        coalesce(evidence.evidence_short, 0) as evidence_short,
        coalesce(evidence.evidence_long, 0) as evidence_long,
        -- Delta method: the standard error of ln(1 + x) is that of x over 1 + x; both half-lives err together.
        coalesce(sqrt(variance_short) / (1 + evidence.evidence_short), 0) as error_short,
        coalesce(sqrt(variance_long) / (1 + evidence.evidence_long), 0) as error_long,
        coalesce(counted.evidence_count, 0) as evidence_count,
        coalesce(counted.engager_count, 0) as engager_count
    from {{ ref("scored_nights") }} as nights
    left join evidence using (person_id, persona, as_of_date, evidence_through_date)
    left join {{ ref("feat_person__evidence") }} as counted using (person_id, persona, as_of_date, evidence_through_date)

),

scored as (

    select
        everybody.*,
        floor_points + points_per_log * (ln(1 + evidence_short) + ln(1 + evidence_long)) / 2 as raw_score,
        band_z * points_per_log * (error_short + error_long) / 2 as half_band
    from everybody
    cross join constants

)

select
    person_id,
    persona,
    as_of_date,
    evidence_through_date,
    evidence_short,
    evidence_long,
    raw_score,
    least(raw_score, ceiling_points) as score,
    greatest(least(raw_score, ceiling_points) - half_band, floor_points) as score_low,
    least(raw_score + half_band, ceiling_points) as score_high,
    evidence_count,
    engager_count,
    engager_count >= least_engager_count and evidence_count >= least_evidence_count as is_sufficient
from scored
cross join constants
