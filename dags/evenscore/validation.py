"""Row rules of the canonical shapes: which raw rows may land, and for the others, why not."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from evenscore.canonical import DATASETS, FLAGS, INSTANT_COLUMN, KEY_COLUMNS, SIGHTINGS, VERBS
from evenscore.connectors.base import MAX_RECORD_CHARACTERS, Reject
from evenscore.settings import RESERVED_NETWORKS

PURPOSES = ("public_score", "research")
TOPIC_PURPOSE = r"topic:\S(.*\S)?"
"""An owner's word on one topic: withdrawn, it is not shown of them; granted again, it may be."""
PLAIN_NAME = "[a-z][a-z0-9_]{0,62}"
MAX_ID_CHARACTERS = 512
MAX_SHOWN_CHARACTERS = 100
"""How much of a wrong value a reason quotes."""
EARLIEST = "TIMESTAMPTZ '1970-01-01 00:00:00+00'"


def _shown(column: str) -> str:
    return f"left({column}, {MAX_SHOWN_CHARACTERS})"


def _required(*columns: str) -> list[str]:
    return [f"when {column} is null or trim({column}) = '' then '{column} is missing'" for column in columns]


def _typed(kind: str, sql_type: str, *columns: str) -> list[str]:
    return [
        f"when {column} <> '' and try_cast({column} as {sql_type}) is null "
        f"then '{column} is not {kind}: ' || {_shown(column)}"
        for column in columns
    ]


def _counted(column: str) -> list[str]:
    number = f"try_cast({column} as double)"  # the cast to bigint would round
    return [
        *_typed("a whole number", "bigint", column),
        f"when {number} <> trunc({number}) then '{column} is not a whole number: ' || {_shown(column)}",
        f"when {number} < 0 then '{column} is negative: ' || {_shown(column)}",
    ]


def _short(*columns: str) -> list[str]:
    return [f"when length({column}) > {MAX_ID_CHARACTERS} then '{column} is too long'" for column in columns]


def _one_of(column: str, words: Iterable[str]) -> list[str]:
    return [f"when {column} not in ({_listed(words)}) then '{column} is unknown: ' || {_shown(column)}"]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _instant(column: str) -> list[str]:
    instant = f"try_cast({column} as timestamptz)"
    return [
        *_typed("a timestamp", "timestamptz", column),
        f"when {instant} < {EARLIEST} then '{column} is before 1970: ' || {_shown(column)}",
        f"when {instant} >= $latest then '{column} is in the future: ' || {_shown(column)}",
    ]


NETWORK_RULES = [
    f"when not regexp_full_match(network, '{PLAIN_NAME}') then 'network is not a plain name: ' || {_shown('network')}",
    f"when network in ({_listed(RESERVED_NETWORKS)}) then 'network is a reserved word: ' || network",
    "when $network is not null and network <> $network then 'network is not the one of this source: ' || network",
]

RULES = {
    "activity": [
        *_required("event_id", "network", "verb", "occurred_at"),
        *_short("event_id", "actor_id", "object_id", "target_id"),
        *NETWORK_RULES,
        *_one_of("verb", VERBS),
        *_instant("occurred_at"),
        *_typed("a number", "double", "value"),
        "when not isfinite(try_cast(value as double)) then 'value is not a number: ' || " + _shown("value"),
        "when verb = 'rating' and coalesce(value, '') = '' then 'value is missing'",
    ],
    "accounts": [
        *_required("network", "account_id", "captured_at"),
        *_short("account_id"),
        *NETWORK_RULES,
        *_instant("captured_at"),
        *(rule for column in ("followers", "following", "listed") for rule in _counted(column)),
        *_typed("true or false", "boolean", "is_private", "is_bot", *FLAGS["accounts"]),
    ],
    "aliases": [
        *_required("network", "kind", "alias_id", "stable_id", "seen_at"),
        *_short("alias_id", "stable_id"),
        *NETWORK_RULES,
        *_one_of("kind", ("account", "object")),
        *_instant("seen_at"),
    ],
    "consent": [
        *_required("person_id", "network", "account_id", "persona", "action", "purpose", "recorded_at"),
        *_short("person_id", "account_id", "purpose", "text_version", "source"),
        *NETWORK_RULES,
        *_one_of("persona", ("work", "personal")),
        *_one_of("action", ("grant", "withdraw", "erase")),
        f"when purpose not in ({_listed(PURPOSES)}) and not regexp_full_match(purpose, '{TOPIC_PURPOSE}') "
        f"then 'purpose is unknown: ' || {_shown('purpose')} || ' (known: {', '.join(PURPOSES)}, topic:<topic_id>)'",
        "when action = 'erase' and starts_with(purpose, 'topic:') "
        "then 'a topic is granted or withdrawn; an erasure is of a whole account'",
        *_typed("true or false", "boolean", "is_adult"),
        *_instant("recorded_at"),
    ],
}
"""For each dataset, the `when ... then reason` arms tried in order on every raw row."""

SQL_TYPES = {
    pa.string(): "varchar",
    pa.float64(): "double",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.timestamp("us"): "timestamptz",
}


@contextlib.contextmanager
def validator() -> Iterator[duckdb.DuckDBPyConnection]:
    """A scratch connection for `validate`, in memory; making one costs more than judging a small file."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        yield con


def validate(
    con: duckdb.DuckDBPyConnection, dataset: str, raw: pa.Table, network: str | None, latest: datetime
) -> tuple[pa.Table, list[Reject], int]:
    """Split raw rows into typed rows that may land and rejects; identical repeats are folded and counted.

    `network`, where given, is the only one allowed; `latest` is the first instant that counts as the future.
    Of rows with one key and different content, one is kept, whatever the order they came in; the others are rejects.
    Returns (accepted rows of the canonical schema, rejects, number of identical repeats).
    """
    con.register("raw", raw)
    con.execute(f"create or replace temp table judged as {_judged(dataset)}", {"network": network, "latest": latest})
    con.execute(f"create or replace temp table ranked as {_ranked(dataset)}")
    accepted = con.sql(_accepted(dataset)).to_arrow_table().cast(DATASETS[dataset])
    rejects = con.execute(_rejects(dataset)).fetchall()
    ((repeat_count,),) = con.execute("select count(*) from ranked where row_rank > 1 and content_rank = 1").fetchall()
    return accepted, [Reject(*reject) for reject in rejects], repeat_count


def accepted_rows(con: duckdb.DuckDBPyConnection, dataset: str) -> pa.Table:
    """The rows that the last `validate` on this connection accepted, each behind the row number where it stood."""
    return con.sql(_accepted(dataset, "row, ")).to_arrow_table()


def first_of_future(con: duckdb.DuckDBPyConnection, dataset: str, before: datetime) -> datetime | None:
    """Of what the last `validate` refused for lying in the future, the earliest instant; none from `before` on."""
    column = INSTANT_COLUMN.get(dataset, "recorded_at")
    query = (
        f"select min(try_cast({column} as timestamptz)) from judged where reason like '{column} is in the future:%' "
        f"and try_cast({column} as timestamptz) < $before"
    )
    ((found,),) = con.execute(query, {"before": before}).fetchall()
    return found.astimezone(UTC) if found else None


def _judged(dataset: str) -> str:
    arms = " ".join(RULES[dataset])
    return f"select *{_folded(dataset)}, case {arms} end as reason from raw"


def _folded(dataset: str) -> str:
    """Who asks not to be shown, in whatever words, is private."""
    asks = " or ".join(f"try_cast({flag} as boolean) = {value}" for flag, value in FLAGS.get(dataset, {}).items())
    return f" replace (case when {asks} then 'true' else is_private end as is_private)" if asks else ""


def _ranked(dataset: str) -> str:
    """Rank rows of one key by content, never by position, so that shuffled input lands the same bytes.

    Of sightings the earliest comes first, and a later one is not taken for other content.
    """
    typed = {field.name: _typed_value(field) for field in DATASETS[dataset]}
    keys = ", ".join(typed[name] for name in ("network", *KEY_COLUMNS[dataset]))
    content = ", ".join(typed.values())
    compared = keys if dataset in SIGHTINGS else content
    return f"""
        select *,
            row_number() over (partition by {keys} order by {content}, row) as row_rank,
            dense_rank() over (partition by {keys} order by {compared}) as content_rank
        from judged where reason is null"""


def _accepted(dataset: str, more: str = "") -> str:
    columns = ", ".join(f"{_typed_value(field)} as {field.name}" for field in DATASETS[dataset])
    return f"select {more}{columns} from ranked where row_rank = 1"


def _typed_value(field: pa.Field) -> str:
    """A raw column as its type; an empty text says nothing, as in CSV."""
    value = f"cast(nullif({field.name}, '') as {SQL_TYPES[field.type]})"
    return f"{value} at time zone 'UTC'" if pa.types.is_timestamp(field.type) else value


def _rejects(dataset: str) -> str:
    names = ", ".join(DATASETS[dataset].names)
    record = ", ".join(f"{name} := {name}" for name in DATASETS[dataset].names)
    key = KEY_COLUMNS[dataset][0]
    return f"""
        select row, reason, left(to_json(struct_pack({record}))::varchar, {MAX_RECORD_CHARACTERS})
        from (
            select row, reason, {names} from judged where reason is not null
            union all
            select row, '{key} is given twice with different content: ' || {key}, {names}
            from ranked where content_rank > 1
        )
        order by row"""
