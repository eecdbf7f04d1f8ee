-- The evidence behind a score: for each network, the sum over distinct engagers of ln(1 + decayed actions).
-- Per engager first and then the log, so that a hundred actions by one engager count little more than ten.
with engagers as (

    select
        person_id,
        persona,
        network,
        as_of_date,
        ln(1 + actions_short) as short_log,
        ln(1 + actions_long) as long_log
    from {{ ref("feat_pair__actions") }}
    inner join {{ ref("pairs") }} using (pair_id)

)

select
    person_id,
    persona,
    network,
    as_of_date,
    {{ exact_sum("short_log") }} as evidence_short,
    {{ exact_sum("long_log") }} as evidence_long,
    -- Variance of the sums when engagers are drawn anew (Poisson bootstrap: each engager counts 0, 1, 2, ... times).
    {{ exact_sum("short_log * short_log") }} as variance_short,
    {{ exact_sum("long_log * long_log") }} as variance_long
from engagers
group by all
