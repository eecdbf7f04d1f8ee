-- Why tonight's published score differs from the one that readers saw last; the points sum to the difference. What is
-- left of the old evidence tonight, without any new engagement, tells fading from what is new; where even that has grown,
-- the engagers have earned trust.
with night as (

    select * from {{ source("raw", "run") }}

),

tonight as (

    select person_id, persona, as_of_date, score, status from {{ ref("person_scores") }} where score is not null

),

versions as (

    select person_id, persona, as_of_date, evidence_through_date, score from {{ ref("score_person__influence", v=var("previous_version")) }}

),

-- Of what is new since then, the share that came for posts that are new as well is the person's own doing.
own_shares as (

    select
        activity.person_id,
        activity.persona,
        count(posts.object_id) / count(*) as own_share
    from {{ ref("activity") }} as activity
    inner join {{ ref("last_scores") }} as last_scores using (person_id, persona)
    left join (
        select distinct person_id, persona, network, object_id, occurred_date from {{ ref("given") }} where verb = 'post'
    ) as posts
        on
            activity.person_id = posts.person_id
            and activity.persona = posts.persona
            and activity.network = posts.network
            and activity.object_key = {{ object_name('posts.object_id') }}
            and posts.occurred_date > last_scores.as_of_date
    where activity.occurred_date > last_scores.as_of_date
    group by all

),

-- A network that was down when the last score was made and is back tonight catches up.
recovered as (

    select distinct networks.person_id, networks.persona, true as has_recovered
    from {{ ref("score_person__networks") }} as networks
    inner join {{ ref("last_scores") }} as last_scores using (person_id, persona)
    inner join {{ ref("network_nights") }} as last_night
        on networks.network = last_night.network and last_scores.as_of_date = last_night.as_of_date
    where networks.is_counted and not last_night.is_complete

),

measured as (

    select
        tonight.person_id,
        tonight.persona,
        tonight.as_of_date,
        tonight.score - last_scores.score as change,
        tonight.status = 'held'
        or last_scores.status = 'held'
        or last_scores.is_of_incident
        or verdicts.verdict = 'frozen' as is_reviewed,
        -- What a release of then did not publish yet.
        last_scores.worth_score - last_scores.score as waited,
        before.score - last_scores.worth_score as old_change,
        after.score - before.score as new_change,
        coalesce(own_shares.own_share, 0) as own_share,
        case
            when recovered.has_recovered or last_scores.status = 'frozen' then 'source_coverage'
            when old_change > 0 then 'engagers'
            else 'decay'
        end as old_cause
    from tonight
    inner join {{ ref("last_scores") }} as last_scores using (person_id, persona)
    inner join versions as before
        on
            tonight.person_id = before.person_id
            and tonight.persona = before.persona
            and tonight.as_of_date = before.as_of_date
            and last_scores.as_of_date = before.evidence_through_date
    inner join versions as after
        on
            tonight.person_id = after.person_id
            and tonight.persona = after.persona
            and tonight.as_of_date = after.as_of_date
            and tonight.as_of_date = after.evidence_through_date
    inner join {{ ref("gate_person__verdict") }} as verdicts
        on tonight.person_id = verdicts.person_id and tonight.persona = verdicts.persona
    left join own_shares on tonight.person_id = own_shares.person_id and tonight.persona = own_shares.persona
    left join recovered on tonight.person_id = recovered.person_id and tonight.persona = recovered.persona

),

causes as (

    select person_id, persona, as_of_date, 'review' as cause, if(is_reviewed, change, waited) as points from measured
    union all
    select person_id, persona, as_of_date, old_cause, old_change from measured where not is_reviewed
    union all
    select person_id, persona, as_of_date, 'own_activity', new_change * own_share from measured where not is_reviewed
    union all
    select person_id, persona, as_of_date, 'engagers', new_change * (1 - own_share) from measured where not is_reviewed
    union all
    select person_id, persona, as_of_date, 'scoring_version', change - waited - old_change - new_change
    from measured
    where not is_reviewed and {{ var("scoring_version") }} <> {{ var("previous_version") }}

)

select person_id, persona, as_of_date, cause, {{ ordered_sum("points") }} as points
from causes
where points <> 0
group by all
