"""Keeps the rows of suppressed accounts out of the landing zone, whoever delivers or restores them.

A row that one of them did or received is dropped and counted. In the rows of others they may still be mentioned: as the
owner in an object's id (`bob/project#1`), and in a text as `@bob`, by the address of a profile or as who is quoted, in
whatever case, width or with whatever nobody sees; there the name gives way to its keyed hash.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base.canonical import INSTANT_COLUMN
from evenscore.connectors.base import Parsed, Reject
from evenscore.connectors.records import Row
from evenscore.consent.suppression import ACCOUNT, STABLE, Entry, Suppressed
from evenscore.names.account_columns import other_spellings
from evenscore.names.account_ids import UNSEEN, unescaped

COLUMNS = {
    "activity": (("actor_id", ACCOUNT), ("target_id", ACCOUNT)),
    "accounts": (("account_id", ACCOUNT),),
    "aliases": (("alias_id", ACCOUNT), ("stable_id", STABLE)),
}
"""Where the accounts stand in each dataset's rows."""
WHOSE = {"activity": "actor_id", "accounts": "account_id"}
OBJECTS = {"activity": "object_id", "aliases": "alias_id"}
PART = re.compile(r"[^/#?&=@\s]+")
MENTION = re.compile(rf"[@\uff20\ufe6b]([\w{UNSEEN}](?:[\w.{UNSEEN}-]*[\w{UNSEEN}])?)")
NAMED = re.compile(
    r"(?i)((?:(?<![\w/])/?(?:u|users?|profile)/|https?://[^\s/]+/(?:u/|users?/|profile/)?)@?"
    rf"|\[quote=\"?|\busername[:=]\"?)([\w{UNSEEN}](?:[\w.{UNSEEN}-]*[\w{UNSEEN}])?)"
)
"""The address of a profile in a text, `u/bob`, `https://forum.org/u/bob`, or who is quoted: `[quote="bob, post:1"]`."""
IN_TEXT = [MENTION.pattern, NAMED.pattern]
WORDS = re.compile(r"[^\s\"',:;{}\[\]()\\/#@?&=]+")
NAMELESS = "(its record names somebody who has left)"


def keep(suppressed: Suppressed | None, dataset: str, rows: pa.Table) -> pa.Table:
    """The rows of a dataset that may be kept, in their order, without mentions of suppressed accounts."""
    if suppressed is None or not rows.num_rows:
        return rows
    refused = pa.chunked_array([pa.array([False] * rows.num_rows)])
    for network in pc.unique(rows["network"]).to_pylist():
        here = pc.equal(rows["network"], network)
        if dataset == "aliases":  # an object may have the number of an account
            here = pc.and_(here, pc.equal(rows["kind"], "account"))
        for column, kind in COLUMNS[dataset]:
            for ids, until in _limits(suppressed, kind, network, pc.unique(rows[column].filter(here)).to_pylist()):
                named = pc.and_(here, pc.is_in(rows[column], value_set=pa.array(ids, pa.string())))
                if until < datetime.max:
                    instant = rows[INSTANT_COLUMN[dataset]]
                    named = pc.and_(named, pc.less(instant, pa.scalar(until, pa.timestamp("us"))))
                refused = pc.or_(refused, named)
    kept = rows.filter(pc.invert(refused))
    return _without_mentions(suppressed, dataset, kept)


def refuses(suppressed: Suppressed | None, rows: Iterable[tuple[str, Row]]) -> bool:
    """Whether an item is somebody's on the list, and nothing of it would land: an act of theirs, or their profile.

    What others did for them does not land either; but it is others' own, and there may be more to ask about it.
    """
    if suppressed is None:
        return False

    def has_left(row: Row, column: str) -> bool:
        name = row.get(column)
        return bool(name) and suppressed.refused_before(ACCOUNT, row["network"], str(name)) == datetime.max

    told = [(row, dataset) for dataset, row in rows if dataset != "aliases"]
    theirs = [has_left(row, WHOSE[dataset]) for row, dataset in told]
    return any(theirs) and all(own or has_left(row, "target_id") for own, (row, _) in zip(theirs, told, strict=True))


def _limits(
    suppressed: Suppressed, kind: str, network: str, ids: list[str | None]
) -> Iterator[tuple[list[str], datetime]]:
    """Ids of the list by the instant from which they may come in again."""
    by_limit: dict[datetime, list[str]] = {}
    for name in ids:
        until = suppressed.refused_before(kind, network, name) if name else None
        if name and until:
            by_limit.setdefault(until, []).append(name)
    for until, names in by_limit.items():
        yield names, until


def _without_mentions(suppressed: Suppressed, dataset: str, rows: pa.Table) -> pa.Table:
    for network in pc.unique(rows["network"]).to_pylist() if dataset in OBJECTS else ():
        here = pc.equal(rows["network"], network)
        token = _token(suppressed, network)
        objects = OBJECTS[dataset]
        rows = _changed(rows, objects, here, partial(_parts_hidden, token))
        if dataset == "activity":
            rows = _changed(rows, "text", here, partial(_mentions_hidden, token))
    return rows


def _token(suppressed: Suppressed, network: str) -> Callable[[str], str | None]:
    """What stands for a suppressed name in others' rows; None for any other name."""

    @lru_cache(maxsize=1 << 20)
    def token(name: str) -> str | None:
        entry = suppressed.entry(ACCOUNT, network, name)
        return f"left-{entry.digest[:12]}" if entry and entry.of not in suppressed.granted_at else None

    return token


def _parts_hidden(token: Callable[[str], str | None], value: str) -> str:
    """An object's id with every part that is a suppressed name replaced: `bob/project#1`, `at://did:plc:xyz/post/1`."""

    def hidden(part: re.Match[str]) -> str:
        return token(part[0]) or ":".join(token(piece) or piece for piece in part[0].split(":"))

    return PART.sub(hidden, value)


def _mentions_hidden(token: Callable[[str], str | None], value: str) -> str:
    value = NAMED.sub(lambda found: f"{found[1]}{token(found[2]) or found[2]}", value)
    return MENTION.sub(lambda found: f"@{token(found[1]) or found[1]}", value)


def _changed(rows: pa.Table, column: str, here: pa.ChunkedArray, change: Callable[[str], str]) -> pa.Table:
    """The table with `change` done to a network's values of a column; itself where it changes none."""
    new = {value: change(value) for value in pc.unique(rows[column].filter(here)).to_pylist() if value}
    new = {value: to for value, to in new.items() if value != to}
    if not new:
        return rows
    place = rows.column_names.index(column)
    old = zip(rows[column].to_pylist(), here.to_pylist(), strict=True)
    changed = pa.array([new.get(value, value) if is_here else value for value, is_here in old], pa.string())
    return rows.set_column(place, column, changed)


def learned(suppressed: Suppressed | None, tables: Mapping[str, pa.Table]) -> list[Entry]:
    """What a delivery teaches of accounts on the list: the names that they have taken since, and, where an older list
    has a name as it was written, its normal form."""
    if suppressed is None:
        return []
    found = [*_sighted(suppressed, tables["aliases"])] if "aliases" in tables else []
    for dataset, rows in tables.items():
        for network, written, normal in other_spellings(suppressed.ids, dataset, rows):
            if known := suppressed.entry(ACCOUNT, network, written):
                found.append(Entry(suppressed.digest(ACCOUNT, network, normal), known.of, known.erased_at))
    return [entry for entry in dict.fromkeys(found) if entry.digest not in suppressed.entries]


def _sighted(suppressed: Suppressed, aliases: pa.Table) -> Iterator[Entry]:
    for row in aliases.select(["network", "alias_id", "stable_id"]).to_pylist():
        known = suppressed.entry(STABLE, row["network"], row["stable_id"]) if all(row.values()) else None
        if known:
            yield Entry(suppressed.digest(ACCOUNT, row["network"], row["alias_id"]), known.of, known.erased_at)


def quiet(suppressed: Suppressed | None, network: str | None, parsed: Parsed) -> list[Reject]:
    """A file's rejects, those whose record names a suppressed account without record and particulars."""
    if suppressed is None:
        return parsed.rejects
    rows = parsed.tables.values()
    networks = [network] if network else {name for table in rows for name in table["network"].unique().to_pylist()}

    def names_one(reject: Reject) -> bool:
        text = unescaped(f"{reject.reason} {reject.record}")
        words = {word.strip(".!") for word in WORDS.findall(text)} | set(re.findall(r'"([^"]+)"', text))
        return any(suppressed.entry(ACCOUNT, str(name), word) for name in networks for word in words)

    return [Reject(one.row, one.reason.split(":")[0], NAMELESS) if names_one(one) else one for one in parsed.rejects]
