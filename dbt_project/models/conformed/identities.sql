-- Which name stands for all names of one id, the newest, as of the night and as of now. A name that stands for itself has
-- no row.
{{ config(database="in_memory") }}
with nights as (

    select distinct unnest([as_of_date, latest_published_date]) as judged_date from {{ source("raw", "run") }}

),

-- A handle that two ids have had is left alone: no event says which of them it means.
unambiguous as (

    select nights.judged_date, names.*
    from {{ ref("names") }} as names
    inner join nights on names.first_seen_at < nights.judged_date + interval 1 day
    qualify count(*) over (partition by nights.judged_date, network, kind, alias_id) = 1

),

known as (

    select
        *,
        first_value(alias_id) over (
            partition by judged_date, network, kind, stable_id
            order by first_seen_at desc, alias_id
        ) as known_id
    from unambiguous

)

select judged_date, network, kind, alias_id, known_id
from known
where alias_id <> known_id
