-- The evidence behind a score: for each network, the sum over distinct engagers of ln(1 + decayed actions), of all of
-- them (the crowd) and weighed by the trust that reaches each (the trusted).
-- Per engager first and then the log, so that a hundred actions by one engager count little more than ten; and what is
-- lost without the one who carries most (law L4).
{{ config(meta={"by_night_of": "feat_pair__actions"}) }}
with engagers as (

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
    person_id,
    persona,
    network,
    as_of_date,
    evidence_through_date,
    scoring_version,
    {% for length in spans() -%}
    {% for part, carried in (("crowd_" ~ length, length ~ "_log"), ("trusted_" ~ length, "trust_weight * " ~ length ~ "_log")) -%}
    {{ exact_sum(carried) }} as {{ part }},
    round(max({{ carried }}), 6) as {{ part }}_engager_loss,
    {% endfor -%}
    -- (Co)variances of the sums when engagers are drawn anew (Poisson bootstrap: each counts 0, 1, 2, ... times).
    {{ exact_sum(length ~ "_log * " ~ length ~ "_log") }} as crowd_variance_{{ length }},
    {{ exact_sum("trust_weight * " ~ length ~ "_log * " ~ length ~ "_log") }} as covariance_{{ length }},
    {{ exact_sum("trust_weight * trust_weight * " ~ length ~ "_log * " ~ length ~ "_log") }} as trusted_variance_{{ length }},
    {% endfor -%}
    {{ exact_sum("reach") }} as reach,
    {{ exact_sum("trust_weight * reach") }} as trusted_reach
from engagers
inner join {{ ref("pairs") }} using (pair_id)
group by all
