"""How a trial bends the raw tables: fakes, rings, viral posts, lost rows, missing days, other engagers.

Everything random hangs on a hash of the event or the account and the seed, so two runs bend alike.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from evenscore.evaluation.trials import Bend

COPY = "~copy"
"""What the id of an engager that was drawn more than once ends in."""


@dataclass(frozen=True)
class Attack:
    """What is done to each of its targets: `kind` is fakes, ring, patient_ring, followers or viral."""

    kind: str
    size: int
    days: int = 28
    acts: int = 4
    """How often each of the accounts acts, on random ones of so many days."""

    @property
    def label(self) -> str:
        """What a measure calls it."""
        return f"{self.size}_{self.kind}"


def uniform(*parts: str) -> str:
    """SQL of a number from 0 to 1 that hangs on nothing but its parts."""
    return f"(hash(concat_ws('|', {', '.join(parts)})) / 18446744073709551616.0)"


EVENT = """
    insert into raw.activity by name
    select
        concat_ws('-', 'made', plan.label, plan.number, '{part}', fake, act) as event_id,
        plan.network,
        {verb} as verb,
        {actor} as actor_id,
        {object} as object_id,
        {target} as target_id,
        $night::date - cast(floor({day} * plan.days) as integer) + interval 12 hour as occurred_at,
        if(habits.verb = 'rating', 10, null) as value,
        habits.source,
        habits.source_kind
    from plan
    cross join unnest(range(plan.size)) as fakes (fake)
    cross join unnest(range(plan.acts)) as acts (act)
    inner join base.habits as habits using (network)
    left join base.objects as objects using (network, account_id)
    where {when}
"""
FAKE = "concat_ws('-', 'made', plan.label, plan.number, {})"
RINGS = "kind in ('ring', 'patient_ring')"


def attacks(plan: pd.DataFrame, night: date, seed: int) -> Bend:
    """Attack every target of the plan: one row a target, with its account and the attack's own fields."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        con.register("planned", plan)
        con.execute("create or replace temp table plan as from planned")
        for part in _parts(seed):
            con.execute(EVENT.format(**part), {"night": night})
        _grant_rings(con)
        _go_viral(con, night, seed)

    return bend


def _parts(seed: int) -> list[dict[str, str]]:
    one = FAKE.format("fake")
    draw = [f"'{seed}'", "plan.label", "plan.number", "fake", "act"]
    known = "objects.object_ids[1 + cast(floor({} * len(objects.object_ids)) as integer)]"
    usual = {"verb": "habits.verb", "day": uniform(*draw), "object": known.format(uniform(*draw, "'object'"))}
    outward = usual | {"actor": one, "target": "plan.account_id"}
    inward = usual | {"object": FAKE.format("fake, act"), "day": uniform(*draw, "'inward'")}
    friend = FAKE.format("(fake + 1 + act % 3) % plan.size")
    return [
        outward | {"part": "fake", "when": f"kind = 'fakes' or {RINGS}"},
        outward | {"part": "follower", "when": "kind = 'followers' and act = 0", "verb": "'follow'", "object": "null"},
        inward | {"part": "friend", "actor": one, "target": friend, "when": RINGS},
        # The target stands for ten of its ring: what a bought crowd would ask for.
        inward | {"part": "return", "actor": "plan.account_id", "target": one, "when": f"{RINGS} and fake < 10"},
    ]


def _grant_rings(con: duckdb.DuckDBPyConnection) -> None:
    """The members of a ring consent like anybody: so they can pass on trust, if any reaches them."""
    con.execute(
        f"""
        insert into raw.consent by name
        select member as person_id, plan.network, member as account_id, 'personal' as persona, 'grant' as action,
            'public_score' as purpose, true as is_adult, timestamptz '1970-01-01' as recorded_at
        from (select *, {FAKE.format("fake")} as member from plan cross join unnest(range(size)) as fakes (fake)) as plan
        where {RINGS}
        """
    )


def _go_viral(con: duckdb.DuckDBPyConnection, night: date, seed: int) -> None:
    """One post of tonight, engaged with by as many of the network's own accounts as there are, then by strangers."""
    con.execute(
        f"""
        insert into raw.activity by name
        with crowd as (
            select network, actor_id, row_number() over (partition by network order by hash(actor_id || '{seed}'), actor_id) as place
            from (
                select distinct network, actor_id from base.activity
                where actor_id is not null and occurred_at::date between $night::date - 364 and $night
            )
        )
        select concat_ws('-', 'made', plan.label, plan.number, fake) as event_id, plan.network, habits.verb,
            coalesce(crowd.actor_id, {FAKE.format("fake")}) as actor_id, 'post of ' || plan.account_id as object_id,
            plan.account_id as target_id, $night::date + interval 12 hour as occurred_at,
            if(habits.verb = 'rating', 10, null) as value, habits.source, habits.source_kind
        from plan
        cross join unnest(range(1, plan.size + 1)) as fakes (fake)
        inner join base.habits as habits using (network)
        left join crowd on plan.network = crowd.network and fake = crowd.place
        where kind = 'viral'
        """,
        {"night": night},
    )


def lose(share: float, seed: int) -> Bend:
    """Lose this share of all events at random."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"delete from raw.activity where {uniform('network', 'event_id', repr(str(seed)))} < {share}")

    return bend


def miss(network: str, day: date) -> Bend:
    """Deliver nothing of one network on one day."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        given = {"network": network, "day": day}
        con.execute("delete from raw.activity where network = $network and occurred_at::date = $day", given)
        con.execute(
            "delete from raw.landed_files where network = $network and dataset = 'activity' and landed_date = $day::varchar",
            given,
        )
        con.execute(
            """
            create or replace table raw.deliveries as
            with affected as (
                select distinct source from base.landed_files where network = $network and dataset = 'activity'
            ),
            split as (
                select deliveries.* replace (
                    if(part = 1 and source in (from affected), greatest(first_date, $day + 1), first_date) as first_date,
                    if(part = 0 and source in (from affected), least(last_date, $day - 1), last_date) as last_date
                ), part
                from base.deliveries as deliveries
                cross join (values (0), (1)) as parts (part)
            )
            select * exclude (part) from split
            where first_date <= last_date and (part = 0 or source in (from affected))
            """,
            given,
        )

    return bend


POISSON = "[0.367879, 0.735759, 0.919699, 0.981012, 0.996340, 0.999406]"
"""Up to which uniform number an engager counts 0, 1, 2, ... times."""


def draw_engagers(seed: int) -> Bend:
    """Draw the engagers anew (Poisson bootstrap): each counts 0, 1, 2, ... times, with all of their habits."""
    draw = uniform("'engager'", "activity.network", "coalesce(actor_id, 'around ' || object_id, event_id)", repr(str(seed)))

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            f"""
            create or replace table raw.activity as
            with drawn as (
                select activity.*, len(list_filter({POISSON}, lambda bound: bound <= {draw})) as times,
                    coalesce(
                        actor_id = target_id or actors.person_id = targets.person_id or services.account_id is not null,
                        false
                    ) as is_set_aside
                from base.activity as activity
                left join base.people as actors on activity.network = actors.network and actor_id = actors.account_id
                left join base.people as targets on activity.network = targets.network and target_id = targets.account_id
                left join base.services as services
                    on activity.network = services.network and actor_id = services.account_id
            )
            select drawn.* exclude (times, is_set_aside) replace (
                event_id || if(copy = 0, '', '{COPY}' || copy) as event_id,
                actor_id || if(copy = 0, '', '{COPY}' || copy) as actor_id
            )
            from drawn
            cross join unnest(range(times)) as copies (copy)
            where copy = 0 or not is_set_aside
            """
        )

    return bend


def hold_trust(night: date) -> Bend:
    """Give each engager that was drawn the trust that the original has: the same habits, and the same standing."""

    def rebend(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            f"""
            create or replace table features.feat_pair__trust as
            select pairs.pair_id, $night::date as as_of_date, trust.trust_weight
            from (select *, regexp_replace(engager_id, '{COPY}[0-9]+$', '') as drawn_id from conformed.pairs) as pairs
            left join base.people as people on pairs.drawn_id = people.network || ':' || people.account_id
            inner join base.trust as trust
                on
                    pairs.person_id = trust.person_id
                    and pairs.persona = trust.persona
                    and pairs.network = trust.network
                    and trust.engager_id = coalesce(people.person_id, pairs.drawn_id)
            """,
            {"night": night},
        )

    return rebend


def lasting_rise(plan: pd.DataFrame, first: date, last: date) -> Bend:
    """From `first` on, `size` more of the network's own accounts engage with each target once a week, for good."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        con.register("planned", plan)
        con.execute(
            """
            insert into raw.activity by name
            with crowd as (
                select network, actor_id, row_number() over (partition by network order by hash(actor_id), actor_id) as place,
                    count(*) over (partition by network) as actor_count
                from (
                    select distinct network, actor_id from base.activity
                    where actor_id is not null and occurred_at::date between $first::date - 89 and $first
                )
            )
            select concat_ws('-', 'made', plan.number, fan, days) as event_id, plan.network, habits.verb, crowd.actor_id,
                concat_ws('-', 'made', plan.number, days // 7) as object_id, plan.account_id as target_id,
                $first::date + days::integer + interval 12 hour as occurred_at,
                if(habits.verb = 'rating', 10, null) as value, habits.source, habits.source_kind
            from planned as plan
            cross join unnest(range(plan.size)) as fans (fan)
            cross join unnest(range($days)) as each_day (days)
            inner join base.habits as habits using (network)
            inner join crowd
                on plan.network = crowd.network and crowd.place = 1 + (plan.number * 7919 + fan) % crowd.actor_count
            where days % 7 = fan % 7 and crowd.actor_id <> plan.account_id
            """,
            {"first": first, "days": (last - first).days + 1},
        )

    return bend
