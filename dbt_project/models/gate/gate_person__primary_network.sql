-- The network that each person stands for in a mass move: where nearly all of what was last published of them came from,
-- because tonight's own evidence may be what is at fault. Whom nobody was shown yet stands where they are engaged with most.
with last_nights as (

    select person_id, persona, max(as_of_date) as as_of_date
    from {{ source("raw", "published_contributions") }}
    group by all

),

published as (

    select parts.person_id, parts.persona, parts.network, {{ ordered_sum("parts.points") }} as amount
    from {{ source("raw", "published_contributions") }} as parts
    semi join last_nights using (person_id, persona, as_of_date)
    semi join {{ ref("consent") }} using (person_id, persona)
    where parts.network <> 'all'
    group by all

),

engaged as (

    select person_id, persona, network, count(*) as amount
    from {{ ref("activity") }}
    anti join published using (person_id, persona)
    group by all

),

by_network as (

    select * from published where amount > 0
    union all
    select * from engaged

)

select
    person_id,
    persona,
    min_by(network, (-amount, network)) as primary_network,
    max(amount) / {{ ordered_sum("amount") }} as primary_network_share
from by_network
group by all
