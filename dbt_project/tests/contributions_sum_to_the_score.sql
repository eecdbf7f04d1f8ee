-- Law L7: the contributions of every scored row sum to its score within a millionth of a point.
select scores.person_id, scores.persona, scores.score, sum(contributions.points) as total_points
from {{ ref("person_scores") }} as scores
left join {{ ref("score_contributions") }} as contributions using (person_id, persona, as_of_date)
group by all
having scores.score is distinct from null and not coalesce(abs(total_points - scores.score) <= 1e-6, false)
