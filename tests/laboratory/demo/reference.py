"""A second, plain implementation of the scoring versions: it calibrates the demo community and checks the pipeline."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import spsolve

HALF_LIVES = (28, 120)
TRUST_LAG, SEED_LAG, SEED_DAYS, SEED_BEGIN = 14, 90, 10, 10
DAMPING, PAIR_CAP = 0.5, 3
OUTWARD_SHARE, BANDS, BAND_MEMBERS = 0.33, 8, 50
LEAST, PROVISIONAL_NIGHTS = 1.5, 21
PERSON = ["receiver", "persona"]
COLUMNS = (
    "{event_id: 'VARCHAR', network: 'VARCHAR', verb: 'VARCHAR', actor_id: 'VARCHAR', object_id: 'VARCHAR',"
    " target_id: 'VARCHAR', occurred_at: 'VARCHAR', value: 'VARCHAR', text: 'VARCHAR'}"
)


@dataclass(frozen=True)
class Version:
    """What tells version 3 from version 2."""

    weights: dict[int, float]
    """By half-life in days."""
    no_trust: float
    full_trust: float
    crowd_curve: float
    crowd_weight: float
    base: float
    slope: float
    start: float
    least_trusted: float
    seed_step: float
    seed_nights: int
    """A seed weighs the share of so many nights on which it was chosen."""
    one_object: float
    """No object carries more than this share."""
    asks_two_vouchers: bool
    ladder: float = 0
    """The height at which objects, and engagers, begin to climb; 0 where a version has no ladder."""
    one_engager: float = 1
    """No engager carries more than this share."""


V2 = Version({28: 0.5, 120: 0.5}, 0.0003, 0.03, 0.03, 0.02, 1, 7.2, 1, 0, 2, 1, 0.25, asks_two_vouchers=False)
V3 = Version(
    {7: 0.2, 28: 0.4, 120: 0.4}, 0.01, 0.03, 0.01, 0.005, 9.32, 11.87, 0.15, 0.04, 1.1, 14, 0.25, True, 0.15, 0.25
)


def load(folder: Path) -> duckdb.DuckDBPyConnection:
    """The community's sound, deduplicated events, its ledger and its snapshots, as tables."""
    con = duckdb.connect()
    con.execute(f"""
        create table delivered as
        select * from read_json('{folder}/pixels/activity/*.gz', format = 'newline_delimited',
            columns = {COLUMNS}, ignore_errors = true, filename = true)
        union all by name
        select * from read_csv('{folder}/forum/activity/*.csv', header = true, all_varchar = true,
            ignore_errors = true, filename = true)
        union all by name
        select * replace (strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') as occurred_at, value::varchar as value)
        from read_parquet('{folder}/forge/activity/*.parquet', filename = true)""")
    con.execute("""
        create table events as
        select distinct on (network, event_id) * exclude (filename, occurred_at),
            day: try_cast(left(occurred_at, 10) as date),
            instant: try_cast(occurred_at as timestamp)
        from delivered
        where event_id is not null and verb <> 'poke' and try_cast(occurred_at as timestamp) < '2026-03-16'
        order by network, event_id""")
    # An event's id is its sender's word: a state begins once, anything else happens once in an instant.
    con.execute("""
        create table acts as
        from events
        qualify actor_id is null or row_number() over (
            partition by network, verb, actor_id, target_id, object_id,
                if(verb in ('follow', 'endorse') or (
                    verb in ('like', 'dislike', 'star', 'fork', 'accept', 'merge') and object_id is not null
                ), null, instant)
            order by instant, value, event_id
        ) = 1
        order by network, event_id""")
    con.execute(
        f"create table ledger as select * from read_csv('{folder}/consent.csv', header = true, all_varchar = true)"
    )
    con.execute(f"create table snapshots as select * from read_parquet('{folder}/*/accounts/*.parquet')")
    return con


@dataclass(frozen=True)
class Scores:
    """Version 1 candidates of everybody who ever granted a public score, by person and persona, night by night."""

    who: list[str]
    days: list[date]
    points: NDArray[np.float64]

    def of(self, person: str, persona: str = "personal") -> NDArray[np.float64]:
        """One person's scores, night by night."""
        scores: NDArray[np.float64] = self.points[self.who.index(f"{person}/{persona}")]
        return scores


def candidate_scores(con: duckdb.DuckDBPyConnection, days: list[date]) -> Scores:
    """Version 1, every night's candidate: per engager, decay, log; then the mean of two logs."""
    rows = con.execute("""
        with owned as (
            select distinct network, account_id, who: person_id || '/' || persona from ledger
            where action = 'grant' and purpose = 'public_score'
        )
        select o.who, engager: e.network || coalesce(e.actor_id, '?' || e.object_id), e.day, n: count(*),
            bot_from: any_value(b.bot_from)
        from acts e
        join owned o on o.network = e.network and o.account_id = e.target_id
        left join owned self on self.network = e.network and self.account_id = e.actor_id
        left join (
            select network, account_id, bot_from: min(captured_at)::date from snapshots where is_bot group by all
        ) b on b.network = e.network and b.account_id = e.actor_id
        where e.verb not in ('post', 'dislike', 'follow') and self.who is distinct from o.who
            and e.actor_id is distinct from e.target_id
        group by all order by all""").fetchnumpy()
    return _scores(rows, days)


def _scores(rows: dict[str, Any], days: list[date]) -> Scores:
    who, person = np.unique(rows["who"].astype(str), return_inverse=True)
    names = np.char.add(np.char.add(rows["who"].astype(str), "|"), rows["engager"].astype(str))
    _, first, pair = np.unique(names, return_index=True, return_inverse=True)
    night = (rows["day"].astype("datetime64[D]") - np.datetime64(days[0])).astype(int)
    owner = person[first]
    bot_from = np.ma.filled(rows["bot_from"].astype("datetime64[D]"), np.datetime64("9999-01-01"))[first]
    decayed = {half_life: np.zeros(len(first)) for half_life in HALF_LIVES}
    points = np.zeros((len(who), len(days)))
    for number, day in enumerate(days):
        new = np.bincount(pair[night == number], rows["n"][night == number], len(first))
        logs = np.zeros(len(who))
        for half_life, kept in decayed.items():
            kept *= 2 ** (-1 / half_life)
            kept += new
            evidence = np.where(bot_from <= np.datetime64(day), 0, np.log1p(kept))
            logs += np.log1p(np.bincount(owner, evidence, len(who))) / len(HALF_LIVES)
        points[:, number] = np.minimum(100, 1 + 7.2 * logs)
    return Scores(who.tolist(), days, points)


def trusted_scores(con: duckdb.DuckDBPyConnection, night: date, by: Version = V3) -> dict[tuple[str, str], float]:
    """One night's candidate of everybody with evidence that is enough and old enough: docs/scoring.md.

    By person and persona.
    """
    acts = _acts(con, night)
    scored = acts[acts.persona.notna()]
    scored = scored.assign(weight=_weights(acts, scored, _seeds(acts, by), by))
    logs = sum(weight * np.log(_evidence(scored, half_life, by)) for half_life, weight in by.weights.items())
    points = (by.base + by.slope * np.log1p(np.expm1(logs) / by.start)).clip(1, 100)
    enough = (_distinct(scored, "engager") >= LEAST) & (_distinct(scored, "object") >= LEAST)
    enough &= _bounded(scored.assign(actions=0.5 ** (scored.age / 120)), by) >= by.least_trusted
    is_settled = scored.groupby(PERSON).age.max() >= PROVISIONAL_NIGHTS
    found: dict[tuple[str, str], float] = points[enough & is_settled].to_dict()
    return found


def _acts(con: duckdb.DuckDBPyConnection, night: date) -> pd.DataFrame:
    """Everything that people, not programs, did in favour of others: who acted for whom, on what, how long ago."""
    return con.execute(
        """
        with profiles as (
            from snapshots where captured_at < $night::date + 1
            qualify row_number() over (partition by network, account_id order by captured_at desc) = 1
        ), granted as (
            from ledger where purpose = 'public_score' and recorded_at::timestamp < $night::date + 1
            qualify row_number() over (partition by network, account_id order by recorded_at desc) = 1
                and action = 'grant'
        ), members as (
            from granted anti join (from profiles where is_private or is_bot) using (network, account_id)
            where person_id not in (select person_id from granted where is_adult is distinct from 'true')
        )
        select e.network, e.day, r.persona,
            giver: coalesce(g.person_id, e.network || ':' || e.actor_id),
            receiver: coalesce(r.person_id, e.network || ':' || e.target_id),
            by_member: g.person_id is not null,
            engager: coalesce(giver, 'unnamed around ' || e.network || ' ' || e.object_id),
            object: coalesce(e.object_id, e.day::varchar),
            age: $night::date - e.day
        from acts e
        left join members g on g.network = e.network and g.account_id = e.actor_id
        left join members r on r.network = e.network and r.account_id = e.target_id
        anti join (from profiles where is_bot) p on p.network = e.network and p.account_id = e.actor_id
        where e.verb not in ('post', 'dislike', 'follow') and e.day <= $night::date
            and giver is distinct from receiver""",
        {"night": night},
    ).df()


def _seeds(acts: pd.DataFrame, by: Version) -> pd.Series:
    """What each seed weighs: on how many of the last nights it was chosen, of those on which any was."""
    nights = [_chosen(acts[acts.age >= ago].assign(age=acts.age - ago), by.seed_step) for ago in range(by.seed_nights)]
    chosen = pd.Series([person for night in nights for person in night], dtype=object)
    return chosen.value_counts() / max(1, sum(bool(night) for night in nights))


def _chosen(acts: pd.DataFrame, step: float) -> list[str]:
    """The people whom most other members had endorsed long before the night, if on enough days.

    Five of them, and `step` times as many again and again, up to a tenth.
    """
    endorsed = acts[acts.persona.notna() & (acts.age >= min(SEED_LAG, acts.age.max() / 2))]
    members = endorsed[endorsed.by_member].groupby("receiver").giver.nunique()
    people = pd.DataFrame({"members": members, "days": endorsed.groupby("receiver").day.nunique()}).dropna()
    count = 5.0
    while step * count <= len(people) / 10:
        count *= step
    first = people.nlargest(int(count), ["members", "days"])
    has_begun = (people.days >= SEED_DAYS).sum() >= min(SEED_BEGIN, len(people) / 2)
    return first.index[first.days >= SEED_DAYS].tolist() if has_begun else []


def _weights(acts: pd.DataFrame, scored: pd.DataFrame, seeds: pd.Series, by: Version) -> NDArray[np.float64]:
    """The trust weight of each scored act's giver, less what the scored person's own acts passed on to the giver.

    A member's own trust counts; anybody else weighs what members weigh whom members' acts reach about as far.
    """
    shares = _shares(acts)
    members = set(acts.receiver[acts.persona.notna()]) | set(acts.giver[acts.by_member])
    inward = shares[shares.index.get_level_values("receiver").isin(members)]
    trust = _trust(inward, seeds)
    passed_on = (1 - DAMPING) * shares * trust.reindex(shares.index.get_level_values("giver")).to_numpy()
    received = passed_on.groupby("receiver").sum()
    pair = pd.MultiIndex.from_frame(scored[["receiver", "giver"]])
    own = passed_on.reindex(pair).fillna(0).to_numpy()
    if by.asks_two_vouchers:
        own = own + _over_a_friend(inward, shares, trust).reindex(pair).fillna(0).to_numpy()
    reached = (
        np.nan_to_num(np.where(scored.by_member, trust.reindex(scored.giver), received.reindex(scored.giver))) - own
    )
    all_received = received.reindex(sorted(members)).fillna(0)
    if by.asks_two_vouchers:
        first = passed_on.groupby("receiver").max()
        all_received = np.minimum(all_received, 2 * (all_received - first.reindex(all_received.index).fillna(0)))
        reached = np.minimum(reached, 2 * (reached - _first_other(passed_on, scored)))
    exact = _on_scale(reached, by)
    bands = _bands(_on_scale(all_received.to_numpy(), by))
    weights: NDArray[np.float64] = np.where(scored.by_member, exact, bands[np.ceil(exact * BANDS).astype(int)])
    return weights


def _over_a_friend(inward: pd.Series, shares: pd.Series, trust: pd.Series) -> pd.Series:
    """What each person passed on to each other by way of one member between them."""
    steps = (
        inward.rename("first")
        .reset_index()
        .merge(shares.rename("second").reset_index(), left_on="receiver", right_on="giver", suffixes=("", "_of_friend"))
    )
    passed = (1 - DAMPING) ** 2 * steps["first"] * steps["second"] * trust.reindex(steps.giver).to_numpy()
    return passed.groupby([steps.giver, steps.receiver_of_friend]).sum()


def _first_other(passed_on: pd.Series, scored: pd.DataFrame) -> NDArray[np.float64]:
    """What the first voucher of each scored act's giver passed on to them, the scored person aside."""
    ordered = passed_on.rename("part").reset_index().sort_values("part", ascending=False)
    first, second = (ordered.groupby("receiver").nth(place).set_index("receiver") for place in (0, 1))
    is_own = first.giver.reindex(scored.giver).to_numpy() == scored.receiver.to_numpy()
    parts = np.where(is_own, second.part.reindex(scored.giver), first.part.reindex(scored.giver))
    return np.nan_to_num(parts)


def _on_scale(trust: NDArray[np.float64], by: Version) -> NDArray[np.float64]:
    scale: NDArray[np.float64] = np.log(np.maximum(trust, by.no_trust) / by.no_trust) / np.log(
        by.full_trust / by.no_trust
    )
    return np.minimum(1, scale)


def _bands(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean weight of the members in each band, or of those in the bands around it until fifty are in."""
    band = np.ceil(weights * BANDS)
    means = [0.0]
    for number in range(1, BANDS + 1):
        wide = [weights[np.abs(band - number) <= more] for more in range(BANDS + 1)]
        enough = [inside.mean() for inside in wide if len(inside) >= BAND_MEMBERS]
        means.append(min(enough[0], (number - 0.5) / BANDS) if enough else 0.0)
    return np.array(means) * np.clip(2 * (len(weights) / BAND_MEMBERS - 1), 0, 1)


def _shares(acts: pd.DataFrame) -> pd.Series:
    """The matrix C: how each member shares trust out, by giver and receiver."""
    edges = acts[acts.by_member & (acts.age >= TRUST_LAG)].assign(is_inward=lambda edges: edges.persona.notna())
    actions = (0.5 ** ((edges.age - TRUST_LAG) / 120)).groupby([edges.giver, edges.receiver, edges.is_inward]).sum()
    links = np.log1p(actions.clip(upper=PAIR_CAP)).reset_index("is_inward", name="link")
    inward = (links.link * links.is_inward).groupby("giver").transform("sum")
    outward = (links.link * ~links.is_inward).groupby("giver").transform("sum")
    divided = inward + OUTWARD_SHARE * outward
    shares: pd.Series = links.link / divided.where(links.is_inward, np.maximum(divided, outward))
    return shares


def _trust(shares: pd.Series, seeds: pd.Series) -> pd.Series:
    """The solution of `t = (1 - a) C^T t + a p`."""
    giver, receiver = (shares.index.get_level_values(side) for side in ("giver", "receiver"))
    nodes = giver.union(receiver).unique()
    transposed = csc_array((shares, (nodes.get_indexer(receiver), nodes.get_indexer(giver))), shape=(len(nodes),) * 2)
    left_side = eye_array(len(nodes), format="csc") - (1 - DAMPING) * transposed
    source = DAMPING * seeds.reindex(nodes).fillna(0).to_numpy()
    return pd.Series(spsolve(left_side, source, permc_spec="MMD_AT_PLUS_A"), nodes)


def _evidence(scored: pd.DataFrame, half_life: int, by: Version) -> pd.Series:
    """X: what trusted engagers brought on all networks, lifted a little by the crowd."""
    acts = scored.assign(actions=0.5 ** (scored.age / half_life))
    trusted, crowd = (_bounded(acts, by, is_crowd=is_crowd) for is_crowd in (False, True))
    lift = by.crowd_curve * np.log1p(by.crowd_weight / by.crowd_curve * crowd / (1 + trusted))
    return 1 + trusted + ((by.ladder or 1) + trusted) * lift


def _bounded(acts: pd.DataFrame, by: Version, *, is_crowd: bool = False) -> pd.Series:
    """Evidence: a sum of logs over engagers, in which no object and no engager carries more than its share."""
    place = [*PERSON, "network"]
    if is_crowd:
        acts = acts.assign(weight=1)
    touches = acts.groupby([*place, "engager", "object"]).agg({"actions": "sum", "weight": "first"})
    touches["of_all"] = touches.groupby([*place, "engager"]).actions.transform("sum")
    touches["of_engager"] = touches.weight * np.log1p(touches.of_all)
    touches["less_of_engager"] = touches.of_engager - touches.weight * np.log1p(touches.of_all - touches.actions)
    touches["of_object"] = touches.weight * np.log1p(touches.actions)
    if by.ladder:
        reached = touches[touches.weight > 0].groupby(place).apply(_laddered, by, is_crowd).groupby(PERSON).sum()
        return reached.reindex(acts.groupby(PERSON).size().index, fill_value=0)
    total = touches.groupby([*place, "engager"]).of_engager.first().groupby(place).sum()
    loss = touches.groupby([*place, "object"]).less_of_engager.sum().groupby(place).max()
    bounded = np.minimum(total, (1 + (total - loss).clip(lower=0)) / (1 - by.one_object) - 1)
    return bounded.groupby(PERSON).sum()


def _laddered(touches: pd.DataFrame, by: Version, is_crowd: bool) -> float:
    """The lower of both ladders; what is trusted a step above each without any one of the other, too."""
    engagers = touches.of_engager.groupby("engager").first().to_numpy()
    objects = touches.of_object.groupby("object").sum().to_numpy()
    heights = [_climbed(engagers, by.one_engager, by.ladder), _climbed(objects, by.one_object, by.ladder)]
    if not is_crowd:
        less_of_engagers, less_of_objects = (
            touches[column].unstack("object", fill_value=0).sort_index(axis=1).to_numpy()
            for column in ("less_of_engager", "of_object")
        )
        without_objects = _climbed(engagers[:, None] - less_of_engagers, by.one_engager, by.ladder)
        without_engagers = _climbed(objects[:, None] - less_of_objects.T, by.one_object, by.ladder)
        heights += [min(without_objects) / (1 - by.one_object), min(without_engagers) / (1 - by.one_engager)]
    return min(heights) - by.ladder


def _climbed(brought: NDArray[np.float64], share: float, start: float) -> NDArray[np.float64]:
    """Each column's height: the least first, each by what it brings, but by no more than its share of the height."""
    height = np.full(brought.shape[1:], start)
    for step in np.sort(brought, axis=0):
        height = np.minimum(height + step, height / (1 - share))
    return height


def _distinct(scored: pd.DataFrame, kind: str) -> pd.Series:
    """How many engagers or objects, each at most one and fading by 120 days."""
    actions = (0.5 ** (scored.age / 120)).groupby([scored[column] for column in (*PERSON, "network", kind)]).sum()
    return actions.clip(upper=1).groupby(PERSON).sum()
