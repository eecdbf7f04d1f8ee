-- Names that do not stand for one id alone, or not alone for it, and since when: what a rename or a recycled handle
-- leaves behind. Never on disk.
{{ config(database="in_memory") }}
with sightings as (

    select * from {{ ref("stg_aliases") }}

),

pairs as (

    select network, kind, alias_id, stable_id, min(seen_at) as first_seen_at
    from sightings
    group by all

),

-- An id is nobody else's name: who takes somebody's number for a login is not taken for them, nor they for nobody.
own as (

    select *
    from pairs
    qualify alias_id = stable_id or not bool_or(alias_id = stable_id) over (partition by network, kind, alias_id)

),

counted as (

    select
        *,
        count(*) over (partition by network, kind, stable_id) as name_count,
        count(*) over (partition by network, kind, alias_id) as id_count
    from own

)

select network, kind, alias_id, stable_id, first_seen_at
from counted
qualify bool_or(name_count > 1 or id_count > 1) over (partition by network, kind, alias_id)
