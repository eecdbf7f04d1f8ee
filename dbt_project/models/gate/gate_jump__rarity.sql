-- How rare tonight's move of each held candidate is among people of a like score and a like amount of evidence, for whoever looks
-- at it; nobody is held for it. A pooled conformal p-value,
-- (1 + how many of the pool's moves were at least as far) / (1 + the pool) (Vovk, Gammerman and Shafer 2005). A pool that
-- is too small to tell is widened to everybody's.
with constants as (

    select
        night.as_of_date,
        cast({{ gate_constant("pool_nights") }} as integer) as pool_nights,
        thresholds.moved_points,
        {{ gate_constant("least_pool") }} as least_pool
    from {{ source("raw", "run") }} as night
    cross join {{ ref("gate_thresholds") }} as thresholds

),

far as (

    select
        person_id,
        persona,
        abs(move) as distance,
        {{ gate_cell("accepted_score", "evidence_count") }} as cell
    from {{ ref("gate_person__verdict") }}
    cross join constants
    where episode_date is not null and is_accepted_sufficient and abs(move) >= moved_points

),

pool as (

    select
        cell,
        count(move) as move_count,
        list(abs(move)) filter (abs(move) >= moved_points) as far_moves
    from {{ ref("gate_person__moves") }} as moves
    cross join constants
    where moves.as_of_date >= constants.as_of_date - pool_nights
    group by cell

),

everybody as (

    select sum(move_count) as move_count, flatten(list(far_moves)) as far_moves from pool

),

ranked as (

    select
        far.*,
        coalesce(pool.move_count, 0) >= constants.least_pool as is_own,
        if(is_own, pool.move_count, everybody.move_count) as pool_count,
        list_filter(
            coalesce(if(is_own, pool.far_moves, everybody.far_moves), []), lambda other: other >= far.distance
        ) as farther
    from far
    cross join constants
    cross join everybody
    left join pool using (cell)

)

select
    person_id,
    persona,
    (1 + len(farther)) / (1 + pool_count) as p_value
from ranked
cross join constants
where pool_count >= least_pool
