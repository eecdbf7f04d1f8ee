-- What was told of consenting people and does not count, by reason: nothing is dropped in silence.
with set_aside as (

    select network, set_aside_because from {{ ref("received") }} where set_aside_because is not null
    union all
    select network, 'told again under another event id' from {{ ref("told_events") }} where is_repeat

)

select network, set_aside_because, count(*) as event_count
from set_aside
group by all
order by all
