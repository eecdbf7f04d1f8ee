"""What people might do to be scored higher, made into raw events: bought crowds, rings, one viral post, and real fame.

Everything random hangs on a hash of the event or the account and the seed, so two runs make the same events.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from evenscore.laboratory.evaluation.perturbations import uniform
from evenscore.laboratory.evaluation.trials import Perturbation


@dataclass(frozen=True)
class Attack:
    """What is done to each of its targets: `kind` is fakes, ring, helped_ring, answered, answered_member, confederate,
    friend, paid, votes, followers or viral."""

    kind: str
    size: int
    days: int = 28
    acts: int = 4
    """How often each of the accounts acts, on random ones of so many days."""
    label: str = ""
    """What a measure calls it, where its size and kind do not say all."""
    helpers: int = 0
    """How many confederates answer every one of the accounts, once each; of friends, how many there are."""
    answer_days: int = 1
    """On how many days they do."""
    standing: float = 0.0
    """Above which share of the members who are trusted at all the confederates or friends stand."""


MADE = """
    insert into raw.activity by name
    {crowd}
    select
        concat_ws('-', 'made', plan.label, plan.number, {key}) as event_id,
        plan.network,
        {verb} as verb,
        {actor} as actor_id,
        {object} as object_id,
        {target} as target_id,
        {day} + interval 12 hour as occurred_at,
        if(habits.verb = 'rating', 10, null) as value,
        habits.source,
        habits.source_kind
    from (from plan where {of}) as plan
    inner join base.habits as habits using (network)
    {each}
    where {when}
"""
"""Events of a kind, each like those that the network mostly has, and delivered by the same source.

Of which attacks is asked first: ten thousand accounts times every member are more rows than a disk holds.
"""

FAKE = "concat_ws('-', 'made', plan.label, plan.number, {})"
RINGS = "kind in ('ring', 'helped_ring')"
STRANGERS = "kind in ('fakes', 'answered', 'answered_member', 'confederate')"
MEMBERS = "kind in ('ring', 'helped_ring', 'answered_member')"
TRUST_LAG = 14
"""What an account is given later than so many days before the night, trust knows nothing of yet."""
CROWD = """
    with crowd as (
        select
            network,
            actor_id,
            row_number() over (partition by network order by hash(actor_id || $seed), actor_id) as place,
            count(*) over (partition by network) as actor_count
        from (
            select distinct network, actor_id
            from base.activity
            where actor_id is not null and occurred_at::date between $day::date - 364 and $day
        )
    )
"""
"""The network's own accounts that acted within a year, shuffled."""


def attacks(plan: pd.DataFrame, night: date, seed: int) -> Perturbation:
    """Attack every target of the plan: one row a target, with its account and the attack's own fields."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        _register(con, plan)
        for part in _parts(seed):
            query = MADE.format(**part)
            con.execute(query, {"night": night} | ({"seed": str(seed)} if "$seed" in query else {}))
        _grant_rings(con)
        con.execute(MADE.format(**VIRAL), {"seed": str(seed), "day": night})

    return bend


def _register(con: duckdb.DuckDBPyConnection, plan: pd.DataFrame) -> None:
    con.register("planned", plan)
    con.execute("create or replace temp table plan as from planned")


def _parts(seed: int) -> list[dict[str, str]]:
    one, draw = FAKE.format("fake"), [f"'{seed}'", "plan.label", "plan.number", "fake", "act"]
    usual = {"crowd": "", "verb": "habits.verb", "each": EACH_ACT, "when": "true"}
    ago = "$night::date - cast(floor({} * plan.days) as integer)"
    known = (
        f"objects.object_ids[1 + cast(floor({uniform(*draw, repr('object'))} * len(objects.object_ids)) as integer)]"
    )
    outward = usual | {"actor": one, "target": "plan.account_id", "object": known, "day": ago.format(uniform(*draw))}
    earlier = f"$night::date - {TRUST_LAG} - cast(floor({uniform(*draw[:-1], repr('answer'))} * 45) as integer)"
    inward = usual | {"object": FAKE.format("fake, act"), "day": ago.format(uniform(*draw, repr("inward")))}
    friend = FAKE.format("(fake + 1 + act % 3) % plan.size")
    return [
        outward | {"key": "'fake', fake, act", "of": f"{STRANGERS} or {RINGS}"},
        # Nobody says who: each of them lands on one of the target's own objects.
        outward | {"key": "'vote', fake", "actor": "null", "of": "kind = 'votes'"},
        outward | {"key": "'follow', fake", "verb": "'follow'", "of": "kind = 'followers'", "when": "act = 0"},
        inward | {"key": "'friend', fake, act", "actor": one, "target": friend, "of": RINGS},
        # The target stands for ten of its ring, and lends it what trust it has.
        inward
        | {"key": "'return', fake, act", "actor": "plan.account_id", "target": one}
        | {"of": "kind = 'helped_ring'", "when": "fake < 10"},
        # A member answers each of the accounts once, on one day; members of the network, drawn at random.
        inward
        | {"key": "'answered', fake", "crowd": KNOWN.format(order="hash(account_id || $seed), account_id")}
        | {"actor": "known.account_id", "target": one, "object": one, "day": earlier, "each": EACH_HELPED}
        | {"of": "kind in ('answered', 'answered_member')", "when": NEXT_KNOWN},
        inward
        | {"key": "'confederate', fake, known.place, answer", "crowd": KNOWN.format(order="trust, account_id")}
        | {"actor": "known.account_id", "target": one, "object": one, "day": f"{earlier} - answer::integer"}
        | {"each": EACH_HELPED + EACH_ANSWER_DAY}
        | {"of": "kind = 'confederate'", "when": IS_HELPER},
        # Nothing is false but the zeal.
        outward
        | {"key": "'by friend', known.place, act", "crowd": KNOWN.format(order="trust, account_id")}
        | {"actor": "known.account_id", "each": EACH_HELPED + EACH_ACT_ONLY}
        | {"of": "kind = 'friend'", "when": IS_HELPER},
        # Genuine members, who do what the accounts of others do.
        outward
        | {"key": "'paid', fake, act", "crowd": KNOWN.format(order="hash(account_id || $seed), account_id")}
        | {"actor": "known.account_id", "each": EACH_HELPED + EACH_ACT_ONLY}
        | {"of": "kind = 'paid'", "when": NEXT_KNOWN},
    ]


KNOWN = """
    with known as (
        select
            network,
            account_id,
            row_number() over (partition by network order by {order}) as place,
            count(*) over (partition by network) as known_count
        from (
            select people.network, people.account_id, coalesce(max(trust.trust_weight), 0) as trust
            from base.people as people
            left join base.trust as trust
                on trust.engager_id = 'member:' || people.person_id and people.network = trust.network
            where (people.network, people.account_id) in (
                select (network, actor_id)
                from base.activity
                where occurred_at::date between $night::date - 364 and $night
            )
            group by all
        )
        where $seed is not null
    )
"""
"""Accounts of people with a score that acted within a year, in an order."""

NEXT_KNOWN = "known.place = 1 + (plan.number * plan.size + fake) % known_count"
IS_HELPER = "known.place between first_helper and first_helper + helpers - 1"
EACH_HELPED = """
    inner join known using (network)
    cross join unnest(range(plan.size)) as fakes (fake)
    cross join lateral (
        select 1 + cast(floor(plan.standing * (known_count - plan.helpers)) as integer) + plan.number as first_helper
    )
"""
EACH_ANSWER_DAY = "cross join unnest(range(plan.answer_days)) as answers (answer)"
EACH_ACT_ONLY = """
    cross join unnest(range(plan.acts)) as acts (act)
    left join base.objects as objects on plan.network = objects.network and plan.account_id = objects.account_id
"""

EACH_ACT = """
    cross join unnest(range(plan.size)) as fakes (fake)
    cross join unnest(range(plan.acts)) as acts (act)
    left join base.objects as objects using (network, account_id)
"""

VIRAL = {
    "crowd": CROWD,
    "key": "fake",
    "verb": "habits.verb",
    "actor": f"coalesce(crowd.actor_id, {FAKE.format('fake')})",
    "object": "'post of ' || plan.account_id",
    "target": "plan.account_id",
    "day": "$day::date",
    "each": """
        cross join unnest(range(1, plan.size + 1)) as fakes (fake)
        left join crowd on plan.network = crowd.network and fake = crowd.place
    """,
    "of": "kind = 'viral'",
    "when": "true",
}
"""One post of tonight, engaged with by as many of the network's own accounts as there are, then by strangers."""


def _grant_rings(con: duckdb.DuckDBPyConnection) -> None:
    """The members of a ring consent like anybody: so they can pass on trust, if any reaches them."""
    con.execute(
        f"""
        insert into raw.consent by name
        select {FAKE.format("fake")} as person_id, network, person_id as account_id, 'personal' as persona,
            'grant' as action, 'public_score' as purpose, true as is_adult, timestamptz '1970-01-01' as recorded_at
        from plan
        cross join unnest(range(size)) as fakes (fake)
        where {MEMBERS}
        """
    )


RISE = {
    "crowd": CROWD,
    "key": "fan, ago",
    "verb": "habits.verb",
    "actor": "crowd.actor_id",
    "object": FAKE.format("ago // 7"),
    "target": "plan.account_id",
    "day": "$day::date + ago::integer",
    "each": """
        cross join unnest(range(plan.size)) as fans (fan)
        cross join unnest(range($days)) as days (ago)
        inner join crowd
            on plan.network = crowd.network and crowd.place = 1 + (plan.number * plan.size + fan) % crowd.actor_count
    """,
    "of": "true",
    "when": "ago % 7 = fan % 7 and crowd.actor_id <> plan.account_id",
}
"""Each of the fans acts once a week, for good."""


def lasting_rise(plan: pd.DataFrame, first: date, last: date, seed: int) -> Perturbation:
    """From `first` on, `size` more of the network's own accounts engage with each target once a week, for good."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        _register(con, plan)
        con.execute(MADE.format(**RISE), {"seed": str(seed), "day": first, "days": (last - first).days + 1})

    return bend
