"""How a trial bends the raw tables by accident: lost rows, a missing day, other engagers of the same habits.

Everything random hangs on a hash of the event or the account and the seed, so two runs bend alike.
"""

from datetime import date

import duckdb

from evenscore.laboratory.evaluation.trials import Perturbation
from evenscore.names.name_kinds import ACCOUNT, MEMBER

COPY = "~copy"
"""What the id of an engager that was drawn more than once goes on with."""


def uniform(*parts: str) -> str:
    """SQL of a number from 0 to 1 that hangs on nothing but its parts."""
    return f"(hash(concat_ws('|', {', '.join(parts)})) / 18446744073709551616.0)"


def lose(share: float, seed: int) -> Perturbation:
    """Lose this share of all events at random."""

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"delete from raw.activity where {uniform('network', 'event_id', repr(str(seed)))} < {share}")

    return bend


def miss(network: str, day: date) -> Perturbation:
    """Deliver nothing of one network on one day."""
    of_network = "where network = $network and dataset = 'activity'"

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        given = {"network": network, "day": day}
        con.execute("delete from raw.activity where network = $network and occurred_at::date = $day", given)
        con.execute(f"delete from raw.landed_files {of_network} and landed_date = $day::varchar", given)
        con.execute(UNCOVERED.format(of_network=of_network), given)

    return bend


UNCOVERED = """
    create or replace table raw.deliveries as
    with affected as (

        select distinct source from base.landed_files {of_network}

    ),

    before_and_after as (

        select * replace (least(last_date, $day - 1) as last_date)
        from base.deliveries semi join affected using (source)
        union all
        select * replace (greatest(first_date, $day + 1) as first_date)
        from base.deliveries semi join affected using (source)

    )

    from before_and_after where first_date <= last_date
    union all
    from base.deliveries anti join affected using (source)
"""
"""Deliveries of the network's sources, each cut in two by the day that none of them covers."""

POISSON = "[0.367879, 0.735759, 0.919699, 0.981012, 0.996340, 0.999406]"
"""Up to which uniform number an engager counts 0, 1, 2, ... times."""

DRAWN = f"""
    create or replace table raw.activity as
    with drawn as (

        select
            activity.*,
            len(list_filter({POISSON}, lambda bound: bound <= {{draw}})) as times,
            actor_id is null
            or actor_id = target_id
            or actors.person_id = targets.person_id
            or services.account_id is not null as is_set_aside
        from base.activity as activity
        left join base.people as actors on activity.network = actors.network and actor_id = actors.account_id
        left join base.people as targets on activity.network = targets.network and target_id = targets.account_id
        left join base.services as services
            on activity.network = services.network and actor_id = services.account_id

    )

    select
        * exclude (times, is_set_aside) replace (
            event_id || if(copy = 0, '', '{COPY}' || copy) as event_id,
            actor_id || if(copy = 0, '', '{COPY}' || copy) as actor_id
        )
    from drawn
    cross join unnest(range(times)) as copies (copy)
    where copy = 0 or is_set_aside is not true
"""


def draw_engagers(seed: int) -> Perturbation:
    """Draw the engagers anew (Poisson bootstrap): each counts 0, 1, 2, ... times, with all of their habits.

    The unnamed around one object are one engager: they stay or they go.
    """
    engager = "coalesce(actor_id, 'around ' || object_id, event_id)"
    drawn = DRAWN.format(draw=uniform("'engager'", "activity.network", engager, repr(str(seed))))

    def bend(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(drawn)

    return bend


def hold_trust(night: date) -> Perturbation:
    """Give each engager that was drawn the trust that the original has: the same habits, and the same standing."""

    def rebend(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(HELD_TRUST, {"night": night})

    return rebend


HELD_TRUST = f"""
    create or replace table conformed.trust_weights as
    with drawn as (

        select *, regexp_replace(engager_id, '{COPY}[0-9]+$', '') as drawn_id from conformed.pairs

    )

    select trust.scoring_version, drawn.pair_id, nights.complete_through_date as as_of_date, trust.trust_weight
    from drawn
    inner join conformed.network_nights as nights on drawn.network = nights.network and nights.as_of_date = $night
    left join base.people as people on drawn.drawn_id = '{ACCOUNT}' || people.network || ':' || people.account_id
    inner join base.trust as trust
        on
            drawn.person_id = trust.person_id
            and drawn.persona = trust.persona
            and drawn.network = trust.network
            and trust.engager_id = coalesce('{MEMBER}' || people.person_id, drawn.drawn_id)
"""
