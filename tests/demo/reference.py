"""A second, plain implementation of the first scoring formula, to calibrate the demo community with."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

HALF_LIVES = (28, 120)
COLUMNS = (
    "{event_id: 'VARCHAR', network: 'VARCHAR', verb: 'VARCHAR', actor_id: 'VARCHAR', object_id: 'VARCHAR',"
    " target_id: 'VARCHAR', occurred_at: 'VARCHAR', value: 'VARCHAR', text: 'VARCHAR'}"
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
    con.execute(
        f"create table ledger as select * from read_csv('{folder}/consent.csv', header = true, all_varchar = true)"
    )
    con.execute(f"create table snapshots as select * from read_parquet('{folder}/*/accounts/*.parquet')")
    return con


@dataclass(frozen=True)
class Scores:
    """Candidate scores of everybody who ever granted a public score: a row a (person, persona), a column a night."""

    who: list[str]
    days: list[date]
    points: NDArray[np.float64]

    def of(self, person: str, persona: str = "personal") -> NDArray[np.float64]:
        """One person's scores, night by night."""
        scores: NDArray[np.float64] = self.points[self.who.index(f"{person}/{persona}")]
        return scores


def candidate_scores(con: duckdb.DuckDBPyConnection, days: list[date]) -> Scores:
    """Every night's candidate: per engager, decay, log; then the mean of two logs."""
    rows = con.execute("""
        with owned as (
            select distinct network, account_id, who: person_id || '/' || persona from ledger
            where action = 'grant' and purpose = 'public_score'
        )
        select o.who, engager: e.network || coalesce(e.actor_id, '?' || e.object_id), e.day, n: count(*),
            bot_from: any_value(b.bot_from)
        from events e
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
