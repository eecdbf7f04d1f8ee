"""Judging raw rows by the rules of their shape: which may land, and for the others, why not."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from evenscore.base import databases
from evenscore.base.canonical import DATASETS, INSTANT_COLUMN, KEY_COLUMNS, SIGHTINGS
from evenscore.connectors.base import MAX_RECORD_CHARACTERS, Reject
from evenscore.landing_zone import protection
from evenscore.landing_zone.row_rules import DETAILS, PLACE_RULES, RULES
from evenscore.names.account_columns import normalised
from evenscore.names.account_ids import AccountIds

SQL_TYPES = {
    pa.string(): "varchar",
    pa.float64(): "double",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
}


@contextlib.contextmanager
def validator() -> Iterator[duckdb.DuckDBPyConnection]:
    """A scratch connection for `refused`, in memory; making one costs more than judging a small file."""
    with databases.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        yield con


def refused(
    con: duckdb.DuckDBPyConnection,
    dataset: str,
    raw: pa.Table,
    network: str | None,
    latest: datetime,
    ids: AccountIds | None = None,
) -> list[Reject]:
    """Judge raw rows: what is refused, by row. The others wait on this connection for `accepted_rows` and `repeats`.

    `network`, where given, is the only one allowed; `latest` is the first instant that counts as the future. With `ids`
    accounts are brought into their normal form first; the ledger, which keeps what was said, does without.
    Of rows with one key and different content, one is kept, whatever the order they came in; the others are rejects.
    A snapshot that protects somebody in spite of a fault lands, and its fault is among the rejects.
    """
    con.register("raw", normalised(ids, dataset, raw) if ids else raw)
    given = {"network": network, "latest": latest}
    con.execute(f"create or replace temp table judged as {_judged(dataset, _rules(con, dataset))}", given)
    if _repeats_a_key(con, dataset):
        con.execute(f"create or replace temp table ranks as {_ranked(dataset)}")
        con.execute("create or replace temp view ranked as from ranks")
    else:
        con.execute(f"create or replace temp view ranked as {ALONE}")
    return [Reject(*reject) for reject in con.execute(_rejects(dataset)).fetchall()]


def repeats(con: duckdb.DuckDBPyConnection) -> int:
    """How many identical repeats were among the rows judged last on this connection."""
    query = "select count(*) from ranked where row_rank > 1 and content_rank = 1"
    ((count,),) = con.execute(query).fetchall()
    return int(count)


def accepted_rows(con: duckdb.DuckDBPyConnection, dataset: str) -> pa.Table:
    """The rows accepted of those judged last on this connection, each behind the row number where it stood."""
    return con.sql(_accepted(dataset)).to_arrow_table()


def first_of_future(con: duckdb.DuckDBPyConnection, dataset: str, before: datetime) -> datetime | None:
    """Of what was refused last for lying in the future, the earliest instant; none from `before` on."""
    query = (
        f"select min(instant) from judged where reason like '{INSTANT_COLUMN[dataset]} is in the future:%' "
        "and instant < $before"
    )
    ((found,),) = con.execute(query, {"before": before}).fetchall()
    return found.astimezone(UTC) if found else None


def _rules(con: duckdb.DuckDBPyConnection, dataset: str) -> list[str]:
    """The rules for the raw rows on a connection."""
    query = f"select count(*) from raw where contains({INSTANT_COLUMN[dataset]}, '/')"
    ((of_places,),) = con.execute(query).fetchall()
    return [*RULES[dataset], *([PLACE_RULES[dataset]] if of_places else [])]


def _judged(dataset: str, rules: list[str]) -> str:
    """Raw rows with the `reason` why one is refused, and the `fault` of one that lands all the same."""
    is_snapshot = dataset == "accounts"
    return f"""
        with told as (
            select
                *,
                {protection.asks() if is_snapshot else "false"} as asks,
                {f"case {' '.join(DETAILS)} end" if is_snapshot else "null::varchar"} as detail
                {f", {_record(dataset)} as record" if is_snapshot else ""}
            from raw
        ),
        read as (select *{f" replace ({protection.read()})" if is_snapshot else ""} from told),
        timed as (select *, try_cast({INSTANT_COLUMN[dataset]} as timestamptz) as instant from read),
        refused as (select *, case {" ".join(rules)} end as refusal from timed)
        select
            *,
            coalesce(refusal, if(asks, null, detail)) as reason,
            if(asks and refusal is null, detail || ' ({protection.SPARED})', null) as fault
        from refused"""


def _record(dataset: str) -> str:
    """A row as it was given, as a struct."""
    return f"struct_pack({', '.join(f'{name} := {name}' for name in DATASETS[dataset].names)})"


ALONE = "select *, 1 as row_rank, 1 as content_rank from judged where reason is null"
"""Where no two rows have one key, there is nothing to rank; sorting by every column costs more than all rules."""


def _repeats_a_key(con: duckdb.DuckDBPyConnection, dataset: str) -> bool:
    query = f"select count(distinct ({_keys(dataset)})) < count(*) from judged where reason is null"
    ((is_repeated,),) = con.execute(query).fetchall()
    return bool(is_repeated)


def _keys(dataset: str) -> str:
    """What makes a row unique, typed; a column that says nothing is a value like others."""
    typed = {field.name: _typed_value(field) for field in DATASETS[dataset]}
    return ", ".join(typed[name] for name in ("network", *KEY_COLUMNS[dataset]))


def _ranked(dataset: str) -> str:
    """Rank rows of one key by content, never by position, so that shuffled input lands the same bytes.

    Of sightings the earliest comes first, and a later one is not taken for other content.
    """
    typed = {field.name: _typed_value(field) for field in DATASETS[dataset]}
    keys = _keys(dataset)
    # Of snapshots of one instant that say different things, the one that protects is kept.
    content = ", ".join([*(["is_private = 'true' desc nulls last"] if dataset == "accounts" else []), *typed.values()])
    compared = keys if dataset in SIGHTINGS else content
    return f"""
        select *,
            row_number() over (partition by {keys} order by {content}, row) as row_rank,
            dense_rank() over (partition by {keys} order by {compared}) as content_rank
        from judged where reason is null"""


def _accepted(dataset: str) -> str:
    columns = ", ".join(f"{_typed_value(field)} as {field.name}" for field in DATASETS[dataset])
    return f"select row, {columns} from ranked where row_rank = 1"


def _typed_value(field: pa.Field) -> str:
    """A raw column as its type; an empty text says nothing, as in CSV."""
    if pa.types.is_timestamp(field.type):  # each shape has one, and it was read already
        return "make_timestamp(epoch_us(instant))"
    return f"cast(nullif({field.name}, '') as {SQL_TYPES[field.type]})"


def _rejects(dataset: str) -> str:
    key = KEY_COLUMNS[dataset][0]
    # Of snapshots alone are columns read anew before they are judged; to carry each row twice costs as much as judging.
    record = "record" if dataset == "accounts" else _record(dataset)
    return f"""
        select row, why, left(to_json(record)::varchar, {MAX_RECORD_CHARACTERS}), is_protecting
        from (
            select row, coalesce(reason, fault) as why, {record} as record, asks and reason is not null as is_protecting
            from judged where coalesce(reason, fault) is not null
            union all
            select row, '{key} is given twice with different content: ' || {key}, {record}, false
            from ranked where content_rank > 1
        )
        order by row"""
