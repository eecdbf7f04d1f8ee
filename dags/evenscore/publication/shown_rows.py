"""Which rows of each published table may be shown, as SQL: who withdraws one persona, or network, keeps the other.

A rule asks a database or schema for who stands: `conformed` is dbt's first gate, `present` is this very moment.
"""

import duckdb

from evenscore.base.databases import columns_of
from evenscore.consent.shown import Shown

MARTS = (
    *("person_scores", "score_contributions", "score_changes", "score_jumps"),
    *("network_coverage", "influences", "trust_seeds", "topic_scores", "topic_evidence"),
    *("incident_nights", "cohort_moves"),
)

_BY_PERSONA = """
    (person_id, persona) in (select (person_id, persona) from {of}.consent_shown)
    and (person_id, persona, as_of_date) not in (select (person_id, persona, as_of_date) from {of}.revoked_nights)
"""
_BY_NETWORK = """
    (person_id, persona) in (select (person_id, persona) from {of}.consent_shown)
    and (not is_counted
        or (person_id, persona, network) in (select (person_id, persona, network) from {of}.consent_shown))
"""
_BY_PERSON = "person_id in (select person_id from {of}.consent_shown)"
_BY_BOTH = f"{_BY_PERSONA} and other_person_id in (select person_id from {{of}}.consent_shown)"
TOPIC_KEY = "lower(strip_accents(regexp_replace(topic, '[[:space:]]', '', 'g')))"
"""As the dbt macro topic_key has it: a veto is heard whatever case, accents and space it was written with."""
_VETOED = "select (person_id, persona, topic_key) from {of}.topic_vetoes where is_shown"
_BY_TOPIC = f"{_BY_PERSONA} and (person_id, persona, {TOPIC_KEY}) not in ({_VETOED})"
_RULES = dict.fromkeys(MARTS, _BY_PERSONA) | {
    "network_coverage": _BY_NETWORK,
    "influences": _BY_BOTH,
    "trust_seeds": _BY_PERSON,
    "topic_scores": _BY_TOPIC,
    "topic_evidence": _BY_TOPIC,
    "incident_nights": "true",
    "cohort_moves": "true",
}

LAPSED = """
    select distinct rested.person_id, rested.persona, rested.as_of_date
    from (select distinct person_id, persona, as_of_date, network from {seen}.score_contributions) as rested
    left join (
        select distinct person_id, persona, network, true as is_standing from present.consent_shown
    ) using (person_id, persona, network)
    left join present.left_accounts using (person_id, persona, network)
    where network <> 'all' and (is_standing is null or left_at >= as_of_date + interval 1 day)
"""
"""Published nights that rest on an account that has left since."""


def rule(mart: str, of: str) -> str:
    """Which rows of a published table `conformed` or `present` lets show."""
    return f"({_RULES[mart].format(of=of)})"


def lay_out_present(con: duckdb.DuckDBPyConnection, shown: Shown, seen: str = "previous") -> None:
    """Lay out the database `present` for the rules, beside the database of a published run, or of its roster, if any.

    Of a roster, which has the earliest night of everything, one night is revoked where any is.
    """
    shown.lay_out(con)
    con.execute(
        f"create or replace table present.topic_vetoes as "
        f"select person_id, persona, {TOPIC_KEY} as topic_key, true as is_shown from present.said_vetoes"
    )
    lapsed = LAPSED.format(seen=seen) if columns_of(con, f"{seen}.score_contributions") else NO_NIGHT
    con.execute(f"create or replace table present.revoked_nights as {lapsed}")


NO_NIGHT = "select '' as person_id, '' as persona, date '1970-01-01' as as_of_date where false"


def lapse_tonight(con: duckdb.DuckDBPyConnection, then: Shown, now: Shown) -> None:
    """Let tonight's rows lapse of whoever has lost an account since the warehouse was laid out.

    What readers see of the night already is judged as the build judges it, not by what an older row rested on.
    """
    gone = sorted({(person, persona) for person, persona, *_ in then.stands - now.stands})
    con.execute("delete from present.revoked_nights where as_of_date = (select as_of_date from raw.run)")
    for person, persona in gone:
        con.execute("insert into present.revoked_nights select $1, $2, as_of_date from raw.run", [person, persona])
