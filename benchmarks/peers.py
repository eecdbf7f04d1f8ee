"""The evidence of everybody on one night, without trust, by other means: one DuckDB query, pandas, Polars.

It is what evenscore's `feat_person__engagers` calls the crowd: for each person who asked, the sum over engagers of
ln(1 + decayed actions) at three half-lives, each thing counted once. Every peer reads the same files and must find the
same numbers; none looks back, hashes anybody, or bounds a post.

Usage: PYTHONPATH=dags python benchmarks/peers.py duckdb|pandas|polars TOWN DATE OUT.parquet
(prints CPU seconds, seconds, peak MB)
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evenscore.state.memory import peak_megabytes

HALF_LIVES = {"brief": 7, "short": 28, "long": 120}
STATES = ("like",)
"""Of the town's verbs those that say a state, which begins once; anything else happens once in an instant."""

QUERY = """
    copy (
        with told as (
            select target_id, actor_id, occurred_at, verb, occurred_at - lag(occurred_at) over (
                partition by verb, actor_id, target_id, object_id order by occurred_at, event_id
            ) as since
            from read_parquet('{town}/activity/*.parquet')
            semi join read_csv('{town}/consent.csv') as ledger on target_id = ledger.account_id
            where occurred_at < date '{night}' + 1
        ),
        daily as (
            select target_id, actor_id, date '{night}' - occurred_at::date as age, count(*) as actions
            from told
            where actor_id <> target_id and (since is null or (verb <> 'like' and since >= interval 1 second))
            group by all
        ),
        pairs as (
            select target_id, actor_id, {decayed} from daily group by all
        )
        select 'p' || target_id[2:] as person_id, {logs} from pairs group by all order by person_id
    ) to '{out}' (format parquet)
"""


def by_duckdb(town: Path, night: date, out: Path) -> None:
    """One query."""
    import duckdb

    decayed = ", ".join(
        f"sum(actions * round(1000000 * pow(2, -age / {days}))::bigint) / 1000000 as {span}"
        for span, days in HALF_LIVES.items()
    )
    logs = ", ".join(f"sum(round(ln(1 + {span}) * 1000000)::bigint) / 1000000 as crowd_{span}" for span in HALF_LIVES)
    duckdb.sql(QUERY.format(town=town, night=night, out=out, decayed=decayed, logs=logs))


def by_pandas(town: Path, night: date, out: Path) -> None:
    """Data frames."""
    import numpy as np
    import pandas as pd

    asked = pd.read_csv(town / "consent.csv")["account_id"]
    frame = pd.concat([pd.read_parquet(path) for path in sorted((town / "activity").glob("*.parquet"))])
    end = pd.Timestamp(night + timedelta(1))
    frame = frame[frame["target_id"].isin(asked) & (frame["occurred_at"] < end)].sort_values(
        ["occurred_at", "event_id"]
    )
    since = frame.groupby(["verb", "actor_id", "target_id", "object_id"])["occurred_at"].diff()
    is_new = since.isna() | (~frame["verb"].isin(STATES) & (since >= pd.Timedelta("1s")))
    frame = frame[is_new & (frame["actor_id"] != frame["target_id"])]
    age = (pd.Timestamp(night) - frame["occurred_at"].dt.normalize()).dt.days
    spans = {span: np.round(1e6 * 2.0 ** (-age / days)) for span, days in HALF_LIVES.items()}
    pairs = frame.assign(**spans).groupby(["target_id", "actor_id"])[list(spans)].sum()
    logs = (np.log1p(pairs / 1e6) * 1e6).round().groupby("target_id").sum() / 1e6
    logs.index = "p" + logs.index.str[1:]
    logs.add_prefix("crowd_").rename_axis("person_id").sort_index().reset_index().to_parquet(out)


def by_polars(town: Path, night: date, out: Path) -> None:
    """Lazy frames."""
    import polars as pl

    asked = pl.scan_csv(town / "consent.csv").select("account_id")
    rows = pl.scan_parquet(town / "activity" / "*.parquet").filter(pl.col("occurred_at") < night + timedelta(1))
    rows = rows.join(asked, left_on="target_id", right_on="account_id", how="semi").sort("occurred_at", "event_id")
    since = pl.col("occurred_at").diff().over("verb", "actor_id", "target_id", "object_id")
    is_new = since.is_null() | (~pl.col("verb").is_in(STATES) & (since >= timedelta(seconds=1)))
    age = (pl.lit(night) - pl.col("occurred_at").dt.date()).dt.total_days()
    decayed = [(1e6 * 2.0 ** (-age / days)).round().sum().alias(span) for span, days in HALF_LIVES.items()]
    logs = [
        ((pl.col(span) / 1e6).log1p() * 1e6).round().sum().truediv(1e6).alias(f"crowd_{span}") for span in HALF_LIVES
    ]
    kept = rows.filter(is_new & (pl.col("actor_id") != pl.col("target_id")))
    found = kept.group_by("target_id", "actor_id").agg(decayed).group_by("target_id").agg(logs)
    person = ("p" + pl.col("target_id").str.slice(1)).alias("person_id")
    found.select(person, pl.selectors.starts_with("crowd_")).sort("person_id").collect().write_parquet(out)


PEERS: dict[str, Callable[[Path, date, Path], None]] = {"duckdb": by_duckdb, "pandas": by_pandas, "polars": by_polars}


def main() -> None:
    """Run one peer in this process."""
    name, town, night, out = sys.argv[1:]
    started = time.monotonic()
    PEERS[name](Path(town), date.fromisoformat(night), Path(out))
    used: Any = resource.getrusage(resource.RUSAGE_SELF)
    costs = {"cpu": used.ru_utime + used.ru_stime, "seconds": time.monotonic() - started}
    print(json.dumps(costs | {"peak_mb": peak_megabytes()}))


if __name__ == "__main__":
    main()
