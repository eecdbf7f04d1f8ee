-- Since when each person has been engaged with: a score stays provisional until it has seen some weeks.
select person_id, persona, min(occurred_date) as first_date, max(occurred_date) as last_date
from {{ ref("activity") }}
group by all
