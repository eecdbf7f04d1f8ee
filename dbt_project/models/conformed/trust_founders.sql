-- Who founded each community, by a version that asks: the best-established of the first half of what there is to look back on.
-- A ring that is younger is endorsed by nobody whom their trust reaches, however large it is and however often it acts.
with {{ best_established("founder_lag_days", least_days=1) }}

select scoring_version, as_of_date, person_id
from best
