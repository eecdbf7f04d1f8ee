-- What readers saw of tonight's people on the look-back nights, but for the nights that have lapsed: those are scored
-- again, from what still counts, as if nobody had ever seen them.
select published.*
from {{ source("raw", "published_scores") }} as published
semi join {{ ref("consent") }} using (person_id, persona)
anti join {{ ref("revoked_nights") }} using (person_id, persona, as_of_date)
