-- What readers see of tonight: the accepted score, its band, and what kind of row it is.
with night as (

    select * from {{ source("raw", "run") }}

),

-- A network whose delivery is missing or partial keeps its part. Where that is all that counts, the verdict is frozen.
undelivered as (

    select
        person_id,
        persona,
        string_agg(network, ', ' order by network) filter (not is_complete) as networks
    from {{ ref("score_person__networks") }}
    where is_counted and last_event_at is not null
    group by all

),

tonight as (

    select
        accepted.*,
        candidates.evidence_count,
        case
            when not accepted.is_accepted_sufficient then 'insufficient_evidence'
            when accepted.is_held then 'held'
            when accepted.verdict = 'frozen' then 'frozen'
            else 'published'
        end as status,
        case
            when status = 'held' then jumps.cause
            when accepted.is_held then 'provisional'
            when status = 'insufficient_evidence' and candidates.is_sufficient and ages.first_date > night.as_of_date - night.provisional_nights
                then 'provisional'
            when status = 'insufficient_evidence' and (accepted.verdict <> 'frozen' or not candidates.is_sufficient)
                then 'too_little_evidence'
            when accepted.verdict = 'frozen' and incidents.incident_id is not null then 'incident'
            when undelivered.networks is not null then 'missing_delivery'
        end as reason,
        case reason
            when 'provisional'
                then if(
                    accepted.is_held,
                    case coalesce(verdicts.first_rule, 'first_score')
                        when 'first_score' then 'a first score near the top waits for a reviewer'
                        when 'trusted_dislike' then 'a first score waits for a reviewer'
                        else 'a score that has risen far waits for a reviewer'
                    end,
                    printf('%d of %d nights', night.as_of_date - ages.first_date, night.provisional_nights)
                )
            when 'incident' then incidents.kind || ' in ' || incidents.scope
            when 'missing_delivery' then undelivered.networks
        end as reason_detail,
        if(accepted.is_accepted_sufficient, accepted.accepted_score, null) as score
    from {{ ref("score_person__accepted") }} as accepted
    inner join night using (as_of_date)
    inner join {{ ref("score_person__influence", v=var("scoring_version")) }} as candidates using (person_id, persona, as_of_date)
    left join undelivered using (person_id, persona)
    left join {{ ref("gate_person__ages") }} as ages using (person_id, persona)
    left join {{ ref("gate_person__verdict") }} as verdicts using (person_id, persona)
    left join {{ ref("gate_incident__tonight") }} as incidents on verdicts.incident_id = incidents.incident_id
    left join {{ ref("score_jumps") }} as jumps on accepted.person_id = jumps.person_id and accepted.persona = jumps.persona
    where candidates.evidence_through_date = candidates.as_of_date

),

earlier as (

    select
        published.person_id,
        published.persona,
        max(score) filter (published.as_of_date = night.as_of_date - 1) as score_1d,
        max(score_low) filter (published.as_of_date = night.as_of_date - 1) as low_1d,
        max(score_high) filter (published.as_of_date = night.as_of_date - 1) as high_1d,
        max(score) filter (published.as_of_date = night.as_of_date - 7) as score_7d,
        max(score) filter (published.as_of_date = night.as_of_date - 28) as score_28d,
        -- All of one row, be there a null among them.
        max_by(
            {
                'reach': reach,
                'amplification': amplification,
                'network_quality': network_quality,
                'evidence_count': evidence_count
            },
            published.as_of_date
        ) as parts
    from {{ ref("published_history") }} as published
    cross join night
    group by all

),

-- A held or frozen row says nothing of the night: its parts are those that were last published. Who is frozen before
-- anything was published has the parts that the freeze left.
kept as (

    select
        tonight.person_id,
        tonight.persona,
        earlier.parts,
        tonight.verdict = 'frozen' and earlier.parts is not null as is_frozen,
        tonight.status = 'held' or is_frozen as keeps_parts
    from tonight
    left join earlier using (person_id, persona)

),

facets as (

    select
        person_id,
        persona,
        {{ ordered_sum("reach") }} as reach,
        {{ ordered_sum("amplification") }} / count(amplification) as amplification,
        {{ ordered_sum("network_quality * reach") }} / nullif({{ ordered_sum("reach") }}, 0) as network_quality
    from {{ ref("feat_person__reach") }}
    left join {{ ref("feat_person__amplification") }} using (person_id, persona, network, as_of_date)
    group by all

),

coverage as (

    select person_id, persona, count_if(is_counted and is_complete) / count(*) as coverage_share
    from {{ ref("score_person__networks") }}
    where is_linked
    group by all

),

ranked as (

    select person_id, persona, 100 * percent_rank() over (order by score) as percentile
    from tonight
    where score is not null

)

select
    tonight.person_id,
    tonight.persona,
    tonight.as_of_date,
    tonight.score,
    if(tonight.score is null, null, tonight.accepted_low) as score_low,
    if(tonight.score is null, null, tonight.accepted_high) as score_high,
    tonight.status,
    tonight.reason,
    tonight.reason_detail,
    if(kept.keeps_parts, kept.parts.reach, facets.reach) as reach,
    if(kept.keeps_parts, kept.parts.amplification, facets.amplification) as amplification,
    if(kept.keeps_parts, kept.parts.network_quality, facets.network_quality) as network_quality,
    ranked.percentile,
    tonight.score - earlier.score_1d as delta_1d,
    tonight.score - earlier.score_7d as delta_7d,
    tonight.score - earlier.score_28d as delta_28d,
    tonight.score not between earlier.low_1d and earlier.high_1d as has_moved,
    if(kept.is_frozen, kept.parts.evidence_count, tonight.evidence_count) as evidence_count,
    coverage.coverage_share,
    night.scoring_version
from tonight
cross join night
left join earlier using (person_id, persona)
left join kept using (person_id, persona)
left join facets using (person_id, persona)
left join coverage using (person_id, persona)
left join ranked using (person_id, persona)
