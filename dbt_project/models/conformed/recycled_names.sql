-- Names that more than one id has had by tonight, counted: they are left alone, and nothing is dropped in silence.
with recycled as (

    select network, kind, alias_id
    from {{ ref("names") }}
    cross join {{ source("raw", "run") }} as night
    where first_seen_at < night.as_of_date + interval 1 day
    group by all
    having count(*) > 1

)

select network, kind, count(*) as name_count
from recycled
group by all
order by all
