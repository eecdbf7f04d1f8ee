-- The coarsest cohorts that explain tonight's mass moves. A network's fault moves everybody's median too, and each of its
-- parts: a cohort stands for its parts where most of them are strange as well, and is explained by them where few are.
with firing as (

    select scope, parent_scope, person_count, median_move, usual_median, moved_share, usual_moved_share, mover_median, mover_spread
    from {{ ref("gate_cohort__moves") }}
    where is_anomalous

),

parts as (

    select
        moves.parent_scope as scope,
        count_if(moves.is_anomalous) / count(*) as firing_share,
        count_if(moves.is_anomalous) as firing_count
    from {{ ref("gate_cohort__moves") }} as moves
    group by all

),

-- A cohort that fires explains itself, unless only some of its parts do.
whole as (

    select firing.*
    from firing
    left join parts using (scope)
    where coalesce(firing_count, 0) = 0 or firing_share >= if(firing.scope = 'all', 0.75, 0.5)

)

select whole.*
from whole
anti join whole as networks on whole.parent_scope = networks.scope
anti join whole as everybody on everybody.scope = 'all' and whole.scope <> 'all'
