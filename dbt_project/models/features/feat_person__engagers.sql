-- The evidence behind a score: for each network, the sum over distinct engagers of ln(1 + decayed actions), of all of
-- them (the crowd) and weighed by the trust that reaches each (the trusted).
-- Per engager first and then the log, so that a hundred actions by one engager count little more than ten; and what they
-- bring together where none carries more than their share (law L4).
{{ config(meta={"by_night_of": "feat_pair__actions"}) }}
with scales as (

    {{ scales(["top_engager_share", "ladder_start"]) }}

),

engagers as (

    select
        pair_id,
        as_of_date,
        evidence_through_date,
        scoring_version,
        trust_weight,
        least(actions_long, 1) as reach,
        {% for span in spans() -%}
        ln(1 + actions_{{ span }}) as {{ span }}_log{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_pair__actions") }}
    where {{ nights_at_hand("as_of_date") }}

)

select
    pairs.person_id,
    pairs.persona,
    pairs.network,
    engagers.as_of_date,
    engagers.evidence_through_date,
    engagers.scoring_version,
    {% for length in spans() -%}
    {% for part, carried in (("crowd_" ~ length, length ~ "_log"), ("trusted_" ~ length, "trust_weight * " ~ length ~ "_log")) -%}
    {{ exact_sum(carried) }} as {{ part }},
    {{ climb("list(" ~ carried ~ ")", "top_engager_share") }} as {{ part }}_climb,
    {% endfor -%}
    -- (Co)variances of the sums when engagers are drawn anew (Poisson bootstrap: each counts 0, 1, 2, ... times).
    {{ exact_sum(length ~ "_log * " ~ length ~ "_log") }} as crowd_variance_{{ length }},
    {{ exact_sum("trust_weight * " ~ length ~ "_log * " ~ length ~ "_log") }} as covariance_{{ length }},
    {{ exact_sum("trust_weight * trust_weight * " ~ length ~ "_log * " ~ length ~ "_log") }} as trusted_variance_{{ length }},
    {% endfor -%}
    {{ exact_sum("reach") }} as reach,
    {{ exact_sum("trust_weight * reach") }} as trusted_reach
from engagers
inner join {{ ref("pairs") }} as pairs using (pair_id)
inner join scales using (scoring_version)
group by
    pairs.person_id, pairs.persona, pairs.network, engagers.as_of_date, engagers.evidence_through_date,
    engagers.scoring_version, scales.top_engager_share, scales.ladder_start
