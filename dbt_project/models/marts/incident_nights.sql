-- What happened to many at once, one row an incident and night: open while it lasts, and closed on the night it is over.
with closed as (

    select
        incident_id,
        any_value(kind) as kind,
        any_value(scope) as scope,
        max_by(affected_count, as_of_date) as affected_count,
        max_by(expected, as_of_date) as expected
    from {{ source("raw", "published_incidents") }} as earlier
    anti join {{ ref("gate_incident__tonight") }} using (incident_id)
    group by incident_id
    having max_by(state, as_of_date) = 'open'

)

select
    incident_id,
    night.as_of_date,
    kind,
    scope,
    affected_count,
    expected,
    observed,
    action,
    if(is_over, 'closed', 'open') as state
from {{ ref("gate_incident__tonight") }}
cross join {{ source("raw", "run") }} as night
union all
select incident_id, night.as_of_date, kind, scope, affected_count, expected, 'usual again', 'none', 'closed'
from closed
cross join {{ source("raw", "run") }} as night
