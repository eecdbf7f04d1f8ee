-- How each cohort moved tonight: later nights are strange or not beside this.
select
    scope,
    moves.as_of_date,
    person_count,
    median_move,
    moved_share,
    is_anomalous
from {{ ref("gate_cohort__moves") }} as moves
inner join {{ source("raw", "run") }} using (as_of_date)
