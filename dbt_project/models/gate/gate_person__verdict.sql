-- Tonight's verdict on each candidate: frozen by an incident or because all that counts is missing, held by a rule (or
-- because it is held already), or accepted.
{% set rules = ["ring", "slow_climb", "inconsistent_evidence", "large_move", "unusual"] %}
with constants as (

    select
        {{ gate_constant("clear_points") }} as clear_points,
        {{ gate_constant("clear_nights") }} as clear_nights,
        {{ gate_constant("decision_points") }} as decision_points,
        cast({{ gate_constant("ring_nights") }} as integer) as ring_nights

),

frozen as (

    select members.person_id, members.persona, min(incidents.incident_id) as incident_id
    from {{ ref("gate_cohort__members") }} as members
    inner join {{ ref("gate_incident__tonight") }} as incidents using (scope)
    where incidents.kind = 'mass_shift' and not incidents.is_over
    group by all

),

-- What a reviewer released lately is not asked about again because its ring or its climb is still in the window, nor
-- because an incident has kept the release from its readers.
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
        and abs(eve.candidate_score - decisions.seen_score) < constants.decision_points

),

fired as (

    select person_id, persona, min_by(rule, place) as rule
    from (
        {% for rule in rules -%}
        select person_id, persona, '{{ rule }}' as rule, {{ loop.index }} as place from {{ ref("gate_rule__" ~ rule) }}
        {% if rule != "inconsistent_evidence" -%}
        anti join (from settled{{ " where was_frozen" if rule == "large_move" }}) using (person_id, persona)
        {%- endif %}
        {{ "union all" if not loop.last }}
        {% endfor -%}
    )
    group by all

),

-- An episode goes on from the night before, unless its release has re-based the score; a new one is named after tonight.
-- Where neither score rests on enough evidence, readers see none, and there is nothing to hold.
episodes as (

    select
        eve.* exclude (episode_date, near_nights),
        frozen.incident_id,
        uncovered.as_of_date is not null and eve.accepted_score is not null as is_uncovered,
        if(eve.is_sufficient or eve.is_accepted_sufficient, fired.rule, null) as tonights_rule,
        eve.was_held and eve.released_score is null as is_open,
        if(is_open, eve.episode_date, if(tonights_rule is not null, eve.as_of_date, null)) as tonights_episode_date,
        case
            when is_uncovered then eve.near_nights
            when abs(eve.candidate_score - eve.accepted_score) < constants.clear_points then eve.near_nights + 1
            else 0
        end as nights_near,
        is_open and not is_uncovered and tonights_rule is null and nights_near >= constants.clear_nights as is_back,
        eve.episode_date as earlier_episode_date
    from {{ ref("gate_person__baseline") }} as eve
    cross join constants
    left join frozen using (person_id, persona)
    left join {{ ref("gate_person__uncovered") }} as uncovered using (person_id, persona, as_of_date)
    left join fired using (person_id, persona)

)

select
    episodes.* exclude (tonights_episode_date, earlier_episode_date, tonights_rule, nights_near, is_back),
    episodes.tonights_rule as rule,
    episodes.nights_near as near_nights,
    case
        when episodes.is_open and episodes.is_back then 'cleared'
        -- A rejection holds for what was seen; a candidate that has gone on from there is asked about anew, but not while
        -- an incident moves it, or nothing new is known of it.
        when
            episodes.is_open and decisions.action = 'reject'
            and (
                abs(episodes.candidate_score - decisions.seen_score) < constants.decision_points
                or episodes.incident_id is not null
                or episodes.is_uncovered
            )
            then 'rejected'
        when episodes.is_open then 'pending'
        when episodes.incident_id is not null or episodes.is_uncovered then 'frozen'
        when episodes.tonights_rule is not null then 'pending'
        when episodes.released_score is not null then 'released'
        else 'accepted'
    end as verdict,
    case
        when verdict = 'released' then earlier_episode_date
        when verdict <> 'frozen' then episodes.tonights_episode_date
    end as episode_date,
    verdict in ('frozen', 'rejected', 'pending') as stays,
    {% for column in ("decided_by", "decided_at", "why") -%}
    if(verdict in ('rejected', 'released'), decisions.{{ column }}, null) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
from episodes
cross join constants
left join {{ ref("gate_decisions") }} as decisions
    on
        episodes.person_id = decisions.person_id
        and episodes.persona = decisions.persona
        and episodes.earlier_episode_date = decisions.episode_date
