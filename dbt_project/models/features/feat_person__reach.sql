-- How many distinct engagers somebody has tonight, each counting at most one and fading with the long half-life.
with night as (

    select as_of_date from {{ source("raw", "night") }}

)

select
    person_id,
    persona,
    network,
    as_of_date,
    {{ exact_sum("least(actions_long, 1)") }} as reach
from {{ ref("feat_pair__actions") }}
inner join {{ ref("pairs") }} using (pair_id)
semi join night using (as_of_date)
group by all
