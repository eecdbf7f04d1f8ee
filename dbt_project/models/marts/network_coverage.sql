-- For each scored person, each network: is it linked, is it counted, and if not, why not.
with points as (

    select person_id, network, sum(points) as points
    from {{ ref("score_contributions") }}
    where network <> 'all'
    group by all

),

shares as (

    select person_id, network, points / nullif(sum(points) over (partition by person_id), 0) as weight
    from points

)

select
    networks.person_id,
    networks.network,
    night.as_of_date,
    bool_or(networks.is_linked) as is_linked,
    bool_or(networks.is_counted) as is_counted,
    -- Counted by one persona is counted; else the reason of a persona that linked it says more than 'not linked'.
    if(
        bool_or(networks.is_counted and networks.is_complete),
        null,
        coalesce(min(networks.why_not) filter (networks.is_linked), 'not linked')
    ) as why_not,
    coalesce(any_value(shares.weight), 0) as weight,
    max(networks.last_event_at) as last_event_at,
    bool_and(networks.is_complete) as is_complete
from {{ ref("score_person__networks") }} as networks
cross join {{ source("raw", "night") }} as night
left join shares using (person_id, network)
group by networks.person_id, networks.network, night.as_of_date
