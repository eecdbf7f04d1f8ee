"""Rules of single rows of the canonical shapes, as SQL: when a row is refused, and in which words."""

from collections.abc import Iterable

from evenscore.base.canonical import COUNTERS, ID_COLUMNS, INSTANT_COLUMN, VERBS
from evenscore.base.sources import RESERVED_NETWORKS
from evenscore.landing_zone import protection

PURPOSES = ("public_score", "research")
TOPIC_PURPOSE = r"topic:\S(.*\S)?"
"""An owner's word on one topic: withdrawn, it is not shown of them; granted again, it may be."""
PLAIN_NAME = "[a-z][a-z0-9_]{0,62}"
MAX_ID_CHARACTERS = 512
MAX_SHOWN_CHARACTERS = 100
"""How much of a wrong value a reason quotes."""
EXPONENT = r"[+-]?[0-9](\.[0-9]+)?[eE][+-][0-9]+"
"""How a program writes a number whose last digits it has lost."""
OFFSET = "[+-](0[0-9]|1[0-3])(:?[0-5][0-9])?|[+-]14(:?00)?"
"""How far clocks are from UTC anywhere."""
UNKNOWN_OFFSET = ".*:.*-00(:?00)?"
"""What says that nobody knows how far the clock was from UTC."""
ZONE = "[A-Za-z]+(/[A-Za-z0-9_+-]+)+"
"""A place, whose clocks go one way at a time but for an hour a year; letters alone (CST) are several places'."""
INSTANT = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    "([Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?( ?([Zz]|UTC|" + OFFSET + ")| " + ZONE + ")?)?"
)
"""How an instant is written: UTC unless it says otherwise; a day alone is its beginning. No second 60, no hour 24, no
year of two digits, no number since an epoch."""
SHIFTS = tuple(f"{sign} interval {minutes} minute" for sign in "+-" for minutes in (30, 60, 120))
"""By how much clocks are put back somewhere: then one time of day comes twice."""
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


def _whole(dataset: str) -> list[str]:
    return [
        f"when regexp_full_match({column}, '{EXPONENT}') then '{column} has lost its last digits: ' || {_shown(column)}"
        for column in ID_COLUMNS[dataset]
    ]


def _one_of(column: str, words: Iterable[str]) -> list[str]:
    return [f"when {column} not in ({_listed(words)}) then '{column} is unknown: ' || {_shown(column)}"]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _vague(column: str, is_sure: str) -> str:
    return f"when {column} <> '' and not ({is_sure}) then '{column} is no single instant: ' || {_shown(column)}"


def _instant(column: str) -> list[str]:
    written = f"trim({column})"
    is_written = f"regexp_full_match({written}, '{INSTANT}') and not regexp_full_match({written}, '{UNKNOWN_OFFSET}')"
    return [
        f"when {column} <> '' and instant is null then '{column} is not a timestamp: ' || {_shown(column)}",
        f"when instant < {EARLIEST} then '{column} is before 1970: ' || {_shown(column)}",
        _past(column, "instant"),
        _vague(column, is_written),
    ]


def _told_once(column: str) -> str:
    """An arm for an instant told by a place's clocks: some times of day come twice there, and some never."""
    written = f"trim({column})"
    zone = f"nullif(regexp_extract({written}, ' ({ZONE})$', 1), '')"
    local = f"try_cast(regexp_replace({written}, ' {ZONE}$', '') as timestamp)"
    shown = [f"timezone({zone}, instant {shift}) = {local}" for shift in ("", *SHIFTS)]
    return _vague(column, f"{zone} is null or (({shown[0]}) and not ({' or '.join(shown[1:])}))")


def _past(column: str, instant: str) -> str:
    return f"when {instant} >= $latest then '{column} is in the future: ' || {_shown(column)}"


NETWORK_RULES = [
    f"when not regexp_full_match(network, '{PLAIN_NAME}') then 'network is not a plain name: ' || {_shown('network')}",
    f"when network in ({_listed(RESERVED_NETWORKS)}) then 'network is a reserved word: ' || network",
    "when $network is not null and network <> $network then 'network is not the one of this source: ' || network",
]

RULES = {
    "activity": [
        *_required("event_id", "network", "verb", "occurred_at"),
        *_short("event_id", "actor_id", "object_id", "target_id"),
        *_whole("activity"),
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
        *_whole("accounts"),
        *NETWORK_RULES,
        *_instant("captured_at"),
    ],
    "aliases": [
        *_required("network", "kind", "alias_id", "stable_id", "seen_at"),
        *_short("alias_id", "stable_id"),
        *_whole("aliases"),
        *NETWORK_RULES,
        *_one_of("kind", ("account", "object")),
        *_instant("seen_at"),
    ],
    "consent": [
        *_required("person_id", "network", "account_id", "persona", "action", "purpose", "recorded_at"),
        *_short("person_id", "account_id", "purpose", "text_version", "source"),
        *_whole("consent"),
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
"""For each dataset, the `when ... then reason` arms tried in order on every raw row, with its instant as `instant`."""

PLACE_RULES = {dataset: _told_once(column) for dataset, column in INSTANT_COLUMN.items()}
"""One more arm where rows tell an instant by a place's clocks. DuckDB makes a calendar for each of its casts, and in a
small file that costs as much as all other rules together."""

DETAILS = [
    _past("captured_at", "try_cast(captured_at as timestamptz)"),
    *(rule for column in COUNTERS for rule in _counted(column)),
    *(protection.unread(flag) for flag in (*protection.ASKING, "is_bot")),
]
"""Further arms for a snapshot: what it may lack, and protect all the same."""
