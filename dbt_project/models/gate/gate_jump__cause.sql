-- The likeliest cause of each of tonight's jumps, the first that fits: ring, trusted dislike, slow climb, late delivery, a network that was
-- linked, other seeds of trust, fault of a feed, one engager, one post, a beginning or a return, a crowd of strangers. Bought and honest
-- crowds cannot be told apart here: a person decides.
with constants as (

    select
        {% set names = [
            "viral_post_share", "viral_rest_share", "single_engager_share", "burst_new_share", "burst_engagers", "young_nights",
            "silent_nights", "late_share", "step_share",
            "kept_seed_share",
        ] -%}
        {% for name in names -%}
        {{ gate_constant(name) }} as {{ name }}{{ "," if not loop.last }}
        {% endfor %}

),

-- The last good score was made by another version: evidence that shows a fault is named first, and then the method.
other_version as (

    select jumps.person_id, jumps.persona, true as is_other
    from {{ ref("gate_person__verdict") }} as jumps
    cross join {{ source("raw", "run") }} as night
    left join {{ ref("published_history") }} as published
        on
            jumps.person_id = published.person_id
            and jumps.persona = published.persona
            and jumps.basis_date = published.as_of_date
    -- A night that nobody was shown is scored by the version that readers saw last.
    where coalesce(published.scoring_version, night.previous_version) <> night.scoring_version

),

-- Whoever links a network brings what happened there before.
linked as (

    select person_id, persona, network, cast(max(granted_at) as date) as linked_date
    from {{ ref("consent") }}
    group by all

),

-- Events of nights that had been scored, and that were not there then: more of them than were counted, and worth more.
late as (

    select
        jumps.person_id,
        jumps.persona,
        any_value(before.score - shown.worth_score) as old_rise,
        count(activity.occurred_date) > any_value(shown.evidence_count) as is_more,
        count(activity.occurred_date) filter (linked.network is null) > any_value(shown.evidence_count) as is_late
    from {{ ref("gate_person__verdict") }} as jumps
    inner join {{ ref("last_scores") }} as shown using (person_id, persona)
    inner join {{ ref("score_person__influence", v=var("previous_version")) }} as before
        on
            jumps.person_id = before.person_id
            and jumps.persona = before.persona
            and jumps.as_of_date = before.as_of_date
            and shown.as_of_date = before.evidence_through_date
    inner join {{ ref("activity") }} as activity
        on
            jumps.person_id = activity.person_id
            and jumps.persona = activity.persona
            and activity.occurred_date between shown.as_of_date - 364 and shown.as_of_date
    left join linked
        on
            activity.person_id = linked.person_id
            and activity.persona = linked.persona
            and activity.network = linked.network
            and linked.linked_date > shown.as_of_date
    where
        jumps.episode_date is not null
        and jumps.candidate_score > jumps.accepted_score
        and shown.status = 'published'
        and shown.scoring_version = {{ var("previous_version") }}
    group by all

),

-- Where trust starts with others than on the night that a score is measured from, old evidence is worth another amount.
other_seeds as (

    select earlier_date as basis_date, 'trust_change' as cause
    from {{ ref("trust_kept_seeds") }} as seeds
    cross join constants
    where seeds.scoring_version = {{ var("scoring_version") }} and seeds.kept_seed_share < constants.kept_seed_share

),

-- What there was when each move began: since when nobody had engaged, and how much of what is known of it now was not known then. A
-- night of it came late, and the next one on its day: that night alone does not tell.
beginnings as (

    select
        jumps.person_id,
        jumps.persona,
        min(jumps.base_date - activity.occurred_date) filter (activity.occurred_date <= jumps.base_date) as silent_for,
        count_if(activity.occurred_date > jumps.base_date) as new_count,
        count_if(activity.occurred_date between jumps.base_date - 364 and jumps.base_date and linked.network is null)
        - any_value(shown.evidence_count) as late_count
    from {{ ref("gate_jump__began") }} as jumps
    inner join {{ ref("activity") }} as activity
        on jumps.person_id = activity.person_id and jumps.persona = activity.persona
    left join {{ ref("published_history") }} as shown
        on
            jumps.person_id = shown.person_id
            and jumps.persona = shown.persona
            and jumps.base_date = shown.as_of_date
    left join linked
        on
            activity.person_id = linked.person_id
            and activity.persona = linked.persona
            and activity.network = linked.network
            and linked.linked_date > jumps.base_date
    group by all

),

-- The farthest that readers saw each rise from one score to the next since its move began.
steps as (

    select person_id, persona, max(step) as shown_step
    from (
        select
            jumps.person_id,
            jumps.persona,
            moves.accepted_score
            - lag(moves.accepted_score) over (partition by jumps.person_id, jumps.persona order by moves.as_of_date) as step
        from {{ ref("gate_jump__began") }} as jumps
        inner join {{ ref("gate_person__moves") }} as moves using (person_id, persona)
        where moves.as_of_date >= jumps.base_date
    )
    group by all

),

-- Readers saw nothing before a first score: what it was worth then is none to have fallen or jumped from.
measured as (

    select
        *,
        if(is_accepted_sufficient, accepted_score, null) as stood_score,
        coalesce(base_score, stood_score) as began_score
    from {{ ref("gate_person__verdict") }}
    where episode_date is not null

)

select
    jumps.person_id,
    jumps.persona,
    evidence.* exclude (person_id, persona),
    posts.candidate_without_top_post,
    case
        when jumps.first_rule in ('ring', 'trusted_dislike') then jumps.first_rule
        -- A climb of which one night made half is what came that night.
        when
            jumps.first_rule = 'slow_climb'
            and greatest(steps.shown_step, jumps.candidate_score - coalesce(jumps.waiting_score, jumps.accepted_score))
            < step_share * (jumps.candidate_score - jumps.began_score)
            then 'slow_ramp'
        -- Worth far more than it was, and no more of it is there: counted twice, or it means something else.
        when late.old_rise >= late_share * (jumps.candidate_score - jumps.began_score)
            then case
                when late.is_late then 'late_events'
                when late.is_more then 'linked_network'
                else coalesce(other_seeds.cause, 'source_fault')
            end
        when
            beginnings.late_count > 0
            and beginnings.late_count >= beginnings.new_count
            and jumps.candidate_score > jumps.began_score
            then 'late_events'
        when jumps.first_rule = 'inconsistent_evidence' then coalesce(other_seeds.cause, 'source_fault')
        when jumps.candidate_score < jumps.began_score and other_version.is_other then 'version_change'
        when jumps.candidate_score < jumps.began_score then coalesce(other_seeds.cause, 'source_fault')
        when evidence.top_engager_share >= single_engager_share then 'single_engager'
        when
            evidence.is_top_a_post
            and (
                evidence.top_post_share >= viral_post_share
                or posts.candidate_without_top_post - jumps.began_score
                < viral_rest_share * (jumps.candidate_score - jumps.began_score)
            )
            then 'viral_post'
        when
            not jumps.is_accepted_sufficient
            or jumps.age_nights < young_nights
            or beginnings.silent_for >= silent_nights
            then 'cold_start'
        when evidence.new_engager_share >= burst_new_share and evidence.engager_count >= burst_engagers then 'bought_burst'
        when other_version.is_other then 'version_change'
        else 'organic'
    end as cause
from measured as jumps
cross join constants
left join {{ ref("gate_jump__evidence") }} as evidence using (person_id, persona)
left join {{ ref("gate_jump__without_top_post") }} as posts using (person_id, persona)
left join other_version using (person_id, persona)
left join beginnings using (person_id, persona)
left join late using (person_id, persona)
left join steps using (person_id, persona)
left join other_seeds on jumps.basis_date = other_seeds.basis_date
