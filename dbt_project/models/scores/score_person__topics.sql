-- How much attention somebody's own words on a topic draw: the influence score's formula over that topic alone.
-- X = (1 + T) * g(U / (1 + T)) at each half-life, T from trusted engagers, U from all; score_person__influence says why.
-- Versions before the third have two half-lives, and a scale that starts at their floor with an evidence of 1.
with constants as (

    {% set version = var("scoring_version") -%}
    select
    {% for name in ("floor_points", "ceiling_points", "points_per_log", "recent_weight", "lasting_weight", "crowd_weight", "crowd_curve") -%}
    {{ scale_constant(name, version) }} as {{ name }},
    {% endfor -%}
    coalesce({{ scale_constant("brief_weight", version) }}, 0) as brief_weight,
    coalesce({{ scale_constant("evidence_start", version) }}, 1) as evidence_start,
    coalesce({{ scale_constant("base_points", version) }}, {{ scale_constant("floor_points", version) }}) as base_points,
    {% for name in ("least_object_count", "least_object_share", "least_engager_count") -%}
    {{ topic_floor(name) }} as {{ name }}{{ "," if not loop.last }}
    {% endfor %}

),

evidence as (

    select
        person_id,
        persona,
        topic_id,
        as_of_date,
        {% for length in spans() -%}
        {{ exact_sum("trust_weight * ln(1 + actions_" ~ length ~ ")") }} as trusted_{{ length }},
        {{ exact_sum("ln(1 + actions_" ~ length ~ ")") }} as crowd_{{ length }},
        {% endfor -%}
        count(*) filter (is_recent) as engager_count
    from {{ ref("feat_engager__topics") }}
    group by all

),

-- What nobody answered is no evidence of anything, and what is pasted again is none of anything more.
objects as (

    select
        person_id,
        persona,
        topic_id,
        count(*) as written_count,
        count(*) filter (engager_count > 0) as object_count,
        count(distinct passage) filter (engager_count > 0) as passage_count
    from {{ ref("feat_object__topics") }}
    group by all

),

everything as (

    select person_id, persona, count(distinct row(network, object_id)) as all_written_count
    from {{ ref("own_texts") }}
    group by all

),

lifted as (

    select
        *,
        written_count / all_written_count as object_share,
        {% for length in spans() -%}
        ln(1 + trusted_{{ length }}) + ln(
            1 + crowd_curve * ln(1 + crowd_weight * crowd_{{ length }} / (1 + trusted_{{ length }}) / crowd_curve)
        ) as log_{{ length }}{{ "," if not loop.last }}
        {% endfor %}
    from evidence
    inner join objects using (person_id, persona, topic_id)
    inner join everything using (person_id, persona)
    cross join constants

)

select
    person_id,
    persona,
    topic_id,
    as_of_date,
    trusted_short,
    trusted_long,
    crowd_short,
    crowd_long,
    brief_weight * log_brief + recent_weight * log_short + lasting_weight * log_long as log_evidence,
    base_points + points_per_log * if(
        evidence_start = 1, log_evidence, ln(1 + (exp(log_evidence) - 1) / evidence_start)
    ) as raw_score,
    greatest(least(raw_score, ceiling_points), floor_points) as score,
    object_count,
    engager_count,
    object_share,
    passage_count >= least_object_count
    and engager_count >= least_engager_count
    and object_share >= least_object_share as is_sufficient
from lifted
