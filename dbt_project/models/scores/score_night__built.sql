-- Which run built tonight's scores: written when the last of them stands, and compared with the run that checks them.
-- depends_on: {{ ref("person_scores") }}
select run_id, as_of_date
from {{ source("raw", "run") }}
