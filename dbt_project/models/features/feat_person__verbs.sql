-- By which verbs somebody's engagers act, at both half-lives: per engager, then log, then decay, like the evidence.
with night as (

    select as_of_date from {{ source("raw", "run") }}

),

per_engager as (

    select
        activity.person_id,
        activity.persona,
        activity.network,
        activity.verb,
        activity.engager_id,
        sum({{ decayed_millionths("night.as_of_date - activity.occurred_date", scale_constant("short_half_life_days", var("scoring_version"))) }}) / 1000000 as actions_short,
        sum({{ decayed_millionths("night.as_of_date - activity.occurred_date", scale_constant("long_half_life_days", var("scoring_version"))) }}) / 1000000 as actions_long
    from {{ ref("activity") }} as activity
    cross join night
    group by all

)

select
    person_id,
    persona,
    network,
    night.as_of_date,
    verb,
    count(*) as engager_count,
    {{ exact_sum("ln(1 + actions_short)") }} as evidence_short,
    {{ exact_sum("ln(1 + actions_long)") }} as evidence_long
from per_engager
cross join night
group by all
