-- What was received and does not count, by reason: nothing is dropped in silence.
select
    network,
    set_aside_because,
    count(*) as event_count
from {{ ref("received") }}
where set_aside_because is not null
group by all
order by all
