-- Who influences whom, where both asked for a score: at least two actions within the long half-life on either side.
select
    person_id,
    persona,
    other_person_id,
    as_of_date,
    case
        when strength_given < ln(3) then 'influences'
        when strength_drawn < ln(3) then 'influenced_by'
        else 'mutual'
    end as direction,
    case direction
        when 'influences' then strength_drawn
        when 'influenced_by' then strength_given
        else strength_drawn + strength_given
    end as strength
from {{ ref("feat_pair__influence") }}
where greatest(strength_drawn, strength_given) >= ln(3)
