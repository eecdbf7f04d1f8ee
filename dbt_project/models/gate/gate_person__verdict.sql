-- Tonight's verdict on each candidate: frozen because it moved with an incident or all that counts is missing, held by a rule (or
-- because it is held already), or accepted. `adjusting_points` are what the standing score differs from the parts it stands on:
-- a ring's members go back to before the ring, and a release publishes what was seen and no more.
{% set decided = ["decided_by", "decided_at", "why"] %}
{% set rules = ["ring", "slow_climb", "inconsistent_evidence", "large_move", "first_score", "trusted_dislike"] %}
with constants as (

    select
        thresholds.*,
        {{ gate_constant("clear_nights") }} as clear_nights,
        {{ gate_constant("rider_spreads") }} as rider_spreads,
        cast({{ gate_constant("ring_nights") }} as integer) as ring_nights
    from {{ ref("gate_thresholds") }} as thresholds

),

-- Who moved with a mass move is its own; who rose further off it is asked about alone, whatever becomes of the others, and who did
-- not move is left where they are. Where nothing but the step of an earlier night lasts, who moves tonight moves alone.
with_cohort as (

    select
        eve.person_id,
        eve.persona,
        min(incidents.incident_id) filter (not incidents.is_over) as incident_id,
        bool_or(incidents.is_over) as is_real,
        bool_and(
            eve.is_accepted_sufficient
            and eve.move > 0
            and eve.move - incidents.mover_median > greatest(constants.rider_points, constants.rider_spreads * incidents.mover_spread)
        ) as is_rider
    from {{ ref("gate_cohort__members") }} as members
    inner join {{ ref("gate_incident__tonight") }} as incidents using (scope)
    inner join {{ ref("gate_person__baseline") }} as eve using (person_id, persona)
    cross join constants
    left join {{ ref("gate_cohort__incidents") }} as steps using (scope)
    left join {{ ref("published_history") }} as last_nights
        on
            eve.person_id = last_nights.person_id
            and eve.persona = last_nights.persona
            and eve.as_of_date = last_nights.as_of_date + 1
            and last_nights.status = 'frozen'
            and last_nights.reason = 'incident'
    where
        incidents.kind = 'mass_shift'
        and (steps.scope is not null or last_nights.person_id is not null)
        and abs(eve.move) >= constants.frozen_points
        and sign(eve.move) = sign(incidents.mover_median)
    group by all

),

-- Whom a mass move may have moved either way: who waits higher than readers see moves up from there also while it takes from them.
struck as (

    select distinct members.person_id, members.persona
    from {{ ref("gate_cohort__members") }} as members
    inner join {{ ref("gate_incident__tonight") }} as incidents using (scope)
    where incidents.kind = 'mass_shift' and not incidents.is_over

),

-- What a reviewer released lately, and no more, is not asked about again because its ring is still in the window, nor because an
-- incident has kept the release from its readers.
settled as (

    select eve.person_id, eve.persona, last_nights.status = 'frozen' as was_frozen
    from {{ ref("gate_person__baseline") }} as eve
    inner join {{ ref("gate_decisions") }} as decisions using (person_id, persona)
    cross join constants
    left join {{ ref("published_history") }} as last_nights
        on
            eve.person_id = last_nights.person_id
            and eve.persona = last_nights.persona
            and eve.as_of_date = last_nights.as_of_date + 1
    where
        decisions.action = 'release'
        and decisions.as_of_date >= eve.as_of_date - constants.ring_nights
        and eve.candidate_score - decisions.seen_score < constants.clear_points

),

-- What a reviewer set aside after the last accepted score may fall from it, however far: they said so.
lightened as (

    select distinct eve.person_id, eve.persona
    from {{ ref("gate_person__baseline") }} as eve
    inner join {{ source("raw", "set_asides") }} as asides
        on eve.person_id = asides.person_id and eve.persona = asides.persona and asides.as_of_date > eve.basis_date

),

found as (

    select person_id, persona, 'ring' as rule, base_score from {{ ref("gate_rule__ring") }} anti join settled using (person_id, persona)
    union all
    select moves.person_id, moves.persona, moves.rule, moves.base_score
    from {{ ref("gate_rule__far_move") }} as moves
    anti join (from settled where was_frozen) using (person_id, persona)
    anti join (from with_cohort where is_real and not is_rider) using (person_id, persona)
    anti join lightened
        on moves.person_id = lightened.person_id and moves.persona = lightened.persona and moves.strength < 0
    union all
    select person_id, persona, 'inconsistent_evidence', null from {{ ref("gate_rule__inconsistent_evidence") }}
    union all
    select person_id, persona, 'first_score', null from {{ ref("gate_rule__first_score") }}
    union all
    select person_id, persona, 'trusted_dislike', null from {{ ref("gate_rule__trusted_dislike") }}
    union all
    select person_id, persona, 'large_move', null from with_cohort where is_rider

),

fired as (

    select
        person_id,
        persona,
        min_by(rule, list_position({{ rules }}, rule)) as rule,
        min_by(base_score, list_position({{ rules }}, rule)) filter (base_score is not null) as base_score
    from found
    group by all

),

-- An episode goes on from the night before under the rule that began it, unless its release has re-based the score; a new one is
-- named after tonight. Nobody is asked about who may not be published: where neither score rests on enough evidence, readers see none.
episodes as (

    select
        eve.* exclude (episode_date, near_nights, base_score, first_rule, last_good_score),
        if(with_cohort.is_rider, null, with_cohort.incident_id) as incident_id,
        struck.person_id is not null and not coalesce(with_cohort.is_rider, false) as is_struck,
        uncovered.as_of_date is not null and eve.accepted_score is not null as is_uncovered,
        if(eve.is_accepted_sufficient or eve.is_sufficient, fired.rule, null) as tonights_rule,
        eve.was_held and eve.released_score is null as is_open,
        -- An episode ends, too, under the rule that began it.
        coalesce(eve.first_rule, tonights_rule) as episode_rule,
        if(eve.was_held or tonights_rule is null, eve.base_score, fired.base_score) as episode_base,
        case
            when is_uncovered then eve.near_nights
            when
                case
                    -- It was held for what others say, however far the candidate has come meanwhile.
                    when episode_rule = 'trusted_dislike' then dislikes.person_id is null
                    when eve.is_accepted_sufficient or episode_base is not null
                        then abs(eve.candidate_score - coalesce(episode_base, eve.accepted_score)) < constants.clear_points
                    else eve.candidate_score < coalesce(constants.top_points, eve.accepted_score + constants.clear_points)
                end
                then eve.near_nights + 1
            else 0
        end as nights_near,
        is_open and not is_uncovered and (
            (tonights_rule is null and nights_near >= constants.clear_nights)
            or not (eve.is_sufficient or eve.is_accepted_sufficient)
        ) as is_back,
        -- A rejection holds on. A candidate that has been as far from what was rejected as a climb is asked about, for two nights because a
        -- fault lasts one, is another question and an episode of its own; but not while an incident moves it, or nothing new is known.
        coalesce(
            is_open and not (is_back or is_struck or is_uncovered)
            and decisions.action = 'reject'
            and abs(eve.candidate_score - decisions.seen_score) >= constants.climb_points
            and abs(eve.waiting_score - decisions.seen_score) >= constants.climb_points,
            false
        ) as is_another,
        case
            when is_open and not is_another then eve.episode_date
            when is_open or tonights_rule is not null then eve.as_of_date
        end as tonights_episode_date,
        eve.episode_date as earlier_episode_date,
        decisions.action,
        {% for column in decided -%}
        decisions.{{ column }},
        {% endfor -%}
        -- Scorn raises nobody (law L11): up to what stood when the hold began the score goes as anybody's, unless that itself is asked about.
        coalesce(
            episode_rule = 'trusted_dislike'
            and coalesce(tonights_rule, episode_rule) = episode_rule
            and eve.accepted_score + eve.move <= coalesce(eve.last_good_score, eve.accepted_score)
            and eve.is_sufficient and eve.is_accepted_sufficient
            and not (is_struck or is_uncovered),
            false
        ) as fades,
        -- A ring's members go back to what they had before it, the night it is found.
        if(
            tonights_rule = 'ring' and episode_rule = 'ring' and not is_open and eve.is_accepted_sufficient,
            least(fired.base_score, eve.accepted_score),
            eve.accepted_score
        ) as standing_score
    from {{ ref("gate_person__baseline") }} as eve
    cross join constants
    left join with_cohort using (person_id, persona)
    left join struck using (person_id, persona)
    left join {{ ref("gate_person__uncovered") }} as uncovered using (person_id, persona, as_of_date)
    left join fired using (person_id, persona)
    left join {{ ref("gate_rule__trusted_dislike") }} as dislikes using (person_id, persona)
    left join {{ ref("gate_decisions") }} as decisions
        on
            eve.person_id = decisions.person_id
            and eve.persona = decisions.persona
            and eve.episode_date = decisions.episode_date

)

select
    episodes.* exclude (
        tonights_episode_date, is_struck, earlier_episode_date, tonights_rule, nights_near, is_back, is_another, fades, episode_rule, episode_base,
        standing_score, action, {{ decided | join(", ") }}
    ),
    episodes.tonights_rule as rule,
    episodes.episode_rule as first_rule,
    episodes.episode_base as base_score,
    episodes.nights_near as near_nights,
    case
        when episodes.is_open and episodes.is_back then 'cleared'
        when episodes.is_open and episodes.action = 'reject' and not episodes.is_another then 'rejected'
        when episodes.is_open then 'pending'
        when episodes.incident_id is not null or episodes.is_uncovered then 'frozen'
        -- What was seen is published, and no more: where the candidate has gone on from there, it is asked about the next night.
        when episodes.released_score is not null then 'released'
        when episodes.tonights_rule is not null then 'pending'
        else 'accepted'
    end as verdict,
    case
        when verdict = 'released' then earlier_episode_date
        when verdict <> 'frozen' then episodes.tonights_episode_date
    end as episode_date,
    verdict = 'frozen' or (verdict in ('rejected', 'pending') and not episodes.fades) as stays,
    case
        when verdict = 'pending' then episodes.standing_score - episodes.accepted_score
        when verdict = 'released' and episodes.released_score >= coalesce(episodes.accepted_score, 0)
            then least(episodes.released_score - episodes.candidate_score, 0)
        when verdict = 'released' then greatest(episodes.released_score - episodes.candidate_score, 0)
        else 0
    end as adjusting_points,
    {% for column in decided -%}
    if(verdict in ('rejected', 'released'), episodes.{{ column }}, null) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
from episodes
