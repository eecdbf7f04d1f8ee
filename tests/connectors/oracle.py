"""How much of a prepared data set a connector lands with the same values."""

from pathlib import Path

import duckdb
import pyarrow as pa


def same_shares(landed: pa.Table, oracle: Path) -> dict[str, float]:
    """For each verb of the oracle, the share of its events that we land with the same values."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.register("landed", landed)
        con.execute(f"create view oracle as select * from '{oracle}'")
        names = "event_id, verb, actor_id, object_id, target_id"
        return dict(
            con.execute(
                f"""
                with same as (
                    select {names}, occurred_at from oracle
                    intersect
                    select {names}, occurred_at::timestamptz at time zone 'UTC' from landed
                )
                select verb, count(same.event_id) / count(*)
                from oracle left join same using (event_id, verb) group by verb
                """
            ).fetchall()
        )
