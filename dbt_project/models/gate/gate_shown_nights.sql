-- The first and the last of the nights before tonight that readers saw; one row, empty where there were none. A night that is built again
-- may have published ones after it.
select min(published.as_of_date) as first_date, max(published.as_of_date) as last_date
from {{ source("raw", "published_nights") }} as published
inner join {{ source("raw", "run") }} as night on published.as_of_date < night.as_of_date
