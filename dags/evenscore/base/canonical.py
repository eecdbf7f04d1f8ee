"""The canonical shapes: activity, account snapshots and aliases, which connectors land, and the consent ledger.

The words follow W3C ActivityStreams 2.0 where it has one.
"""

import pyarrow as pa

VERBS = frozenset(
    {"post", "reply", "repost", "like", "dislike", "mention", "review", "star"}
    | {"fork", "follow", "merge", "accept", "message", "rating", "endorse"}
)

ACTIVITY = pa.schema(
    [
        ("event_id", pa.string()),  # unique per network
        ("network", pa.string()),
        ("verb", pa.string()),  # one of VERBS
        ("actor_id", pa.string()),  # who did it; null = anonymous
        ("object_id", pa.string()),  # what it was done to
        ("target_id", pa.string()),  # whose object it is; null for a post
        ("occurred_at", pa.timestamp("us")),  # UTC
        ("value", pa.float64()),  # the rating, for verb = rating
        ("text", pa.string()),
    ]
)

ACCOUNTS = pa.schema(
    [
        ("network", pa.string()),
        ("account_id", pa.string()),
        ("captured_at", pa.timestamp("us")),  # UTC
        ("followers", pa.int64()),
        ("following", pa.int64()),
        ("listed", pa.int64()),
        ("is_private", pa.bool_()),
        ("is_bot", pa.bool_()),
    ]
)

COUNTERS = ("followers", "following", "listed")
"""What a snapshot counts."""

ALIASES = pa.schema(
    [
        ("network", pa.string()),
        ("kind", pa.string()),  # account or object
        ("alias_id", pa.string()),  # the name that events and the ledger use
        ("stable_id", pa.string()),  # the platform's own id, which survives a rename
        ("seen_at", pa.timestamp("us")),  # UTC
    ]
)

CONSENT = pa.schema(
    [
        ("person_id", pa.string()),
        ("network", pa.string()),
        ("account_id", pa.string()),
        ("persona", pa.string()),  # work or personal
        ("action", pa.string()),  # grant, withdraw or erase
        ("purpose", pa.string()),  # public_score, research, or topic:<topic_id>
        ("is_adult", pa.bool_()),  # null = not declared
        ("recorded_at", pa.timestamp("us")),  # UTC
        ("text_version", pa.string()),  # of the words that the person said yes to
        ("source", pa.string()),  # where they said it: a form, a letter
    ]
)

LAID_OUT_CONSENT = CONSENT.names[:8]
"""What scoring needs to know of a decision; the rest is evidence for whoever asks later, and stays in the ledger."""

DATASETS = {"activity": ACTIVITY, "accounts": ACCOUNTS, "aliases": ALIASES, "consent": CONSENT}

FLAGS = {"accounts": {"is_discoverable": False, "is_indexable": False, "no_unauthenticated": True}}
"""Further columns of an input file, and the value of each by which somebody asks not to be shown: lands as private."""


def input_columns(dataset: str) -> list[str]:
    """The columns that are read of an input file."""
    return [*DATASETS[dataset].names, *FLAGS.get(dataset, {})]


ID_COLUMNS = {
    "activity": ("event_id", "actor_id", "object_id", "target_id"),
    "accounts": ("account_id",),
    "aliases": ("alias_id", "stable_id"),
    "consent": ("person_id", "account_id"),
}
"""Names, whatever they are made of: a whole number among them is the same id in whatever type it comes."""

REQUIRED_COLUMNS = {
    "activity": ("event_id", "network", "verb", "actor_id", "target_id", "occurred_at"),
    "accounts": ("network", "account_id", "captured_at"),
    "aliases": tuple(ALIASES.names),
    "consent": tuple(LAID_OUT_CONSENT),
}
"""Columns an input file must have; the others may be left out and are then null."""

INSTANT_COLUMN = {"activity": "occurred_at", "accounts": "captured_at", "aliases": "seen_at", "consent": "recorded_at"}
"""The column that says when; of what lands, its UTC day says in which folder."""

KEY_COLUMNS = {
    "activity": ("event_id",),
    "accounts": ("account_id", "captured_at"),
    "aliases": ("alias_id", "stable_id", "kind"),
    "consent": tuple(name for name in CONSENT.names if name != "network"),
}
"""What makes a row unique within its network."""

SIGHTINGS = frozenset({"aliases"})
"""Datasets whose rows say that something was seen: of one key the earliest is kept, the others are its repeats."""
