"""The relations that the gate's models read, as SQL over what the simulation registers: `tonight`, `parts`, `events`.

This follows the models of dbt_project/models that it stands in for; what a column means is said there.
"""

from evenscore.names.name_kinds import MEMBER
from evenscore.night.published_inputs import PUBLISHED
from evenscore.night.reviewed_inputs import DECISIONS, INCIDENT_RELEASES, SET_ASIDES

PEOPLE = """
    select account, printf('p%07d', account) as person_id, 'personal' as persona
    from range($accounts) as numbers(account)
"""

PUBLISHED_AS = {
    "published_scores": "person_scores",
    "published_jumps": "score_jumps",
    "published_incidents": "incident_nights",
    "published_cohorts": "cohort_moves",
}
"""What the gate reads of earlier nights, and the published table that each is laid out from."""


def _empty(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


ONCE = (
    *(f"create schema {schema}" for schema in ("base", "raw", "conformed", "features", "scores", "gate")),
    *(f"create table base.{name} ({_empty(PUBLISHED[mart])})" for name, mart in PUBLISHED_AS.items()),
    # Nobody but those who are scored lives here, and their posts have no names to show.
    "create table conformed.consent_shown (person_id varchar, persona varchar, network varchar, account_id varchar)",
    "create table conformed.non_member_names (name varchar)",
    "create table base.unseen (person_id varchar, persona varchar, as_of_date date, score double, score_low double, "
    "score_high double, evidence_count bigint, engager_count bigint, is_sufficient boolean)",
    *(f"create view raw.{name} as from base.{name}" for name in PUBLISHED_AS),
    f"create table raw.decisions ({_empty(DECISIONS)})",
    f"create table raw.incident_releases ({_empty(INCIDENT_RELEASES)})",
    f"create table raw.set_asides ({_empty(SET_ASIDES)})",
    "create table raw.published_nights (as_of_date date, scoring_version integer)",
    "create table conformed.trust_kept_seeds (scoring_version integer, earlier_date date, kept_seed_share double)",
    "create table raw.changed_settings (name varchar, before varchar, now varchar)",
    "create view conformed.published_history as from raw.published_scores",
    # Every night is scored by the simulation itself.
    "create table conformed.known_scores (person_id varchar, persona varchar, as_of_date date, score double, "
    "score_low double, score_high double, evidence_count bigint, engager_count bigint, is_sufficient boolean)",
)
"""Made once; what the gate publishes is appended to it night by night."""

LOOKED_BACK = ("published_scores", "published_jumps", "published_cohorts")
"""What is laid out of the look-back's nights only."""

NIGHTLY = {
    "raw.run": """
        select 'simulated' as run_id, $day::date as as_of_date, $day::date as latest_published_date,
            $hold_move_points::double as hold_move_points, $hold_window_nights::integer as hold_window_nights,
            $provisional_nights::integer as provisional_nights, $version::integer as scoring_version,
            cast(null as integer) as candidate_version, $previous_version::integer as previous_version
    """,
    "raw.look_back": """
        select unnest(range($day::date - $lookback_nights::integer, $day::date + 1, interval 1 day))::date as as_of_date
    """,
    "conformed.covered_networks": "select unnest($networks::varchar[]) as network, true as is_complete",
    "conformed.network_nights": """
        select network, as_of_date, as_of_date as complete_through_date, true as is_complete,
            null::varchar as why_not_whole
        from conformed.covered_networks cross join raw.look_back
    """,
    "scores.score_person__networks": """
        select person_id, persona, network, true as is_linked, true as is_counted,
            last_date::timestamp as last_event_at, true as is_complete
        from parts inner join base.people using (account)
    """,
    "gate.gate_person__ages": """
        select person_id, persona, $first_day::date + first_night as first_date, max(last_date) as last_date
        from parts inner join tonight using (account) inner join base.people using (account)
        group by person_id, persona, first_night
    """,
    "gate.gate_person__primary_network": """
        select person_id, persona, min_by(network, (-eve_action_count, network)) as primary_network,
            max(eve_action_count) / sum(eve_action_count) as primary_network_share
        from parts inner join base.people using (account)
        group by person_id, persona having sum(eve_action_count) > 0
    """,
    "features.feat_person__engagers": """
        select person_id, persona, network, $day::date as as_of_date, $day::date as evidence_through_date,
            $version::integer as scoring_version,
            brief as trusted_brief, short as trusted_short, long as trusted_long
        from parts inner join movers using (account) inner join base.people using (account)
    """,
    "features.feat_person__bounded": """
        select person_id, persona, network, $day::date as as_of_date, $day::date as evidence_through_date,
            $version::integer as scoring_version,
            brief_bounded as trusted_brief, short_bounded as trusted_short, long_bounded as trusted_long
        from parts inner join jumpers using (account) inner join base.people using (account)
    """,
    "conformed.activity": f"""
        select people.person_id, people.persona, network, if(engager < $accounts, printf('{MEMBER}p%07d', engager),
            network || ':x' || engager) as engager_id, 'o' || target || '_' || post as object_key, 1.0 as weight,
            $first_day::date + night as occurred_date
        from events inner join base.people as people on events.target = people.account
        cross join unnest(range(events.count)) as repeated(action)
        union all
        select 'anybody', 'personal', '', '{MEMBER}' || person_id, 'earlier', 1.0, $first_day::date + first_acted
        from tonight inner join base.people using (account) where first_acted > -1000
    """,
    "conformed.pairs": """
        select row_number() over () as pair_id, person_id, persona, network, engager_id,
            min(occurred_date) as first_date,
            min(min(occurred_date)) over (partition by engager_id) < min(occurred_date) - 14 as was_seen_before
        from conformed.activity group by person_id, persona, network, engager_id
    """,
    # Whose engagement counts is told here by whether they are members, alike for all of them.
    "conformed.trust_weights": f"""
        select $version::integer as scoring_version, pair_id, $day::date as as_of_date, 1.0 as trust_weight
        from conformed.pairs where starts_with(engager_id, '{MEMBER}')
    """,
    # Nobody links a network, nor leaves one.
    "conformed.consent": """
        select person_id, persona, null::varchar as network, null::timestamptz as granted_at from base.people
    """,
    "features.feat_person__dislikes": """
        select person_id, persona, null::date as first_date, null::double as trust_weight from base.people where false
    """,
    "features.feat_person__objects": """
        select person_id, persona, network, $day::date as as_of_date, $day::date as evidence_through_date,
            $version::integer as scoring_version, columns('^(brief|short|long)_loss$') as 'trusted_\\0'
        from parts inner join jumpers using (account) inner join base.people using (account)
    """,
}
"""Made anew each night, in this order."""

INFLUENCE = """
    select person_id, persona, $day::date as as_of_date, evidence_through_date, score,
        greatest(score - half_band, 1) as score_low, least(score + half_band, 100) as score_high,
        evidence_count, engager_count, is_sufficient
    from base.people positional join (
        select $day::date as evidence_through_date, {score} as score, half_band, evidence_count, engager_count,
            is_sufficient
        from tonight
    )
    union all
    select person_id, persona, $day::date, evidence_through_date, score, score, score,
        evidence_count, engager_count, is_sufficient
    from base.people positional join (
        select $day::date - 1 as evidence_through_date, {old_score} as score, evidence_count, engager_count,
            is_sufficient
        from tonight
    )
    union all
    select unseen.person_id, unseen.persona, as_of_date, as_of_date, score, score_low, score_high,
        evidence_count, engager_count, is_sufficient
    from base.unseen
    semi join (from base.people semi join jumpers using (account)) using (person_id)
"""
"""score_person__influence, of the version whose columns of `tonight` are named."""

PUBLISH = {
    "base.published_scores": """
        select accepted.person_id, accepted.persona, accepted.as_of_date,
            case when not is_accepted_sufficient then 'insufficient_evidence' when accepted.is_held then 'held'
                when verdict = 'frozen' then 'frozen' else 'published' end as status,
            case when accepted.is_held then jumps.cause when not is_accepted_sufficient then 'too_little_evidence'
                when verdict = 'frozen' then 'incident' end as reason,
            night.scoring_version, candidates.evidence_count,
            if(is_accepted_sufficient, accepted_score, null) as score,
            if(is_accepted_sufficient, accepted_low, null) as score_low,
            if(is_accepted_sufficient, accepted_high, null) as score_high,
            if(is_accepted_sufficient, accepted_score - before.score, null) as delta_1d
        from scores.score_person__accepted as accepted
        inner join raw.run as night using (as_of_date)
        inner join scores.score_person__influence_v{version} as candidates using (person_id, persona, as_of_date)
        left join raw.published_scores as before
            on accepted.person_id = before.person_id and before.as_of_date = $day - 1
        left join marts.score_jumps as jumps on accepted.person_id = jumps.person_id
        where candidates.evidence_through_date = candidates.as_of_date
    """,
    "base.unseen": """
        select candidates.* from scores.score_person__influence_v{version} as candidates
        anti join (from base.published_scores where score is not null) as published using (person_id, as_of_date)
        where as_of_date = $day and evidence_through_date = $day
    """,
    "base.published_jumps": "from marts.score_jumps",
    "base.published_incidents": "from marts.incident_nights",
    "base.published_cohorts": "from marts.cohort_moves",
}
"""What tonight leaves to the nights after it."""

FORGOTTEN = """
    delete from base.unseen where as_of_date <= $day::date - $hold_window_nights::integer and person_id not in (
        select person_id from base.published_scores
        where as_of_date = $day and score is null and reason <> 'too_little_evidence'
    )
"""
"""Candidates that nobody was shown are kept for the hold window, and for as long as they are held."""

HISTORY = """
    select people.person_id, people.persona, $day::date as as_of_date,
        if(is_eligible, 'published', 'insufficient_evidence') as status,
        if(is_eligible, null, 'too_little_evidence') as reason, $version::integer as scoring_version,
        tonight.evidence_count, if(is_eligible, new_score, null) as score,
        if(is_eligible, greatest(new_score - half_band, 1), null) as score_low,
        if(is_eligible, least(new_score + half_band, 100), null) as score_high,
        if(is_eligible, new_score - before.score, null) as delta_1d
    from tonight inner join base.people as people using (account)
    left join raw.published_scores as before
        on people.person_id = before.person_id and before.as_of_date = $day::date - 1
"""
"""The nights before the first that is judged: published as they were, with nobody looking."""
