-- For each scored person and persona, each network: is it linked, is it counted, and if not, why not.
with points as (

    select person_id, persona, network, {{ ordered_sum("points") }} as points
    from {{ ref("score_contributions") }}
    where network <> 'all'
    group by all

),

totals as (

    select person_id, persona, {{ ordered_sum("points") }} as total_points from points group by all

),

shares as (

    select
        points.person_id,
        points.persona,
        points.network,
        points.points / nullif(totals.total_points, 0) as weight
    from points
    inner join totals using (person_id, persona)

)

select
    networks.person_id,
    networks.persona,
    networks.network,
    night.as_of_date,
    networks.is_linked,
    networks.is_counted,
    networks.why_not,
    coalesce(shares.weight, 0) as weight,
    networks.last_event_at,
    networks.is_complete
from {{ ref("score_person__networks") }} as networks
cross join {{ source("raw", "run") }} as night
left join shares using (person_id, persona, network)
