"""What an account snapshot says of being shown, read so that no fault of writing makes anybody public.

A flag that is neither empty nor clearly harmless asks for protection. A snapshot that asks for it and names its account
and instant protects, whatever else in it cannot be read; one that names neither readably stops the run.
"""

from collections.abc import Iterable
from pathlib import Path

from evenscore.base.canonical import COUNTERS, FLAGS
from evenscore.base.errors import InputError
from evenscore.connectors.base import Reject

TRUE_WORDS = ("true", "t", "yes", "y", "on", "1", "1.0")
FALSE_WORDS = ("false", "f", "no", "n", "off", "0", "0.0")
ASKING = {"is_private": True, **FLAGS["accounts"]}
"""The value of each flag by which somebody asks not to be shown."""
SPARED = "landed as private"
"""What a fault is followed by where the row protects all the same."""


def asks() -> str:
    """SQL: whether a raw snapshot asks not to be shown, in whatever words."""
    return " or ".join(
        f"coalesce({_word(flag)} not in ({_listed(('', *(TRUE_WORDS if value is False else FALSE_WORDS)))}), false)"
        for flag, value in ASKING.items()
    )


def unread(flag: str) -> str:
    """A `when ... then reason` arm for a flag that is neither true nor false."""
    known = _listed(("", *TRUE_WORDS, *FALSE_WORDS))
    return f"when {_word(flag)} not in ({known}) then '{flag} is not true or false: ' || left({flag}, 100)"


def read() -> str:
    """SQL: replacements of a raw snapshot's columns, with `asks` and `$latest` known, by what can be read of them."""
    future = "try_cast(captured_at as timestamptz) >= $latest"
    columns = {
        "captured_at": f"if(asks and {future}, ($latest::timestamptz - interval 1 microsecond)::varchar, captured_at)",
        "is_private": f"if(asks, 'true', {_truth('is_private')})",
        "is_bot": _truth("is_bot"),
        **{name: _readable_count(name) for name in COUNTERS},
    }
    return ", ".join(f"{expression} as {name}" for name, expression in columns.items())


def require_told(path: Path, rejects: Iterable[Reject]) -> None:
    """Raise InputError where a snapshot that asks for protection was refused: nobody can tell whom it protects."""
    lost = [reject for reject in rejects if reject.is_protecting]
    if lost:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        raise InputError(
            f"{path}: row {lost[0].row}: {lost[0].reason}: the snapshot asks that an account be private, and which one "
            f"or since when cannot be told{more}; mend the row"
        )


def _word(column: str) -> str:
    return rf"lower(regexp_replace({column}, '^[\s\pZ\pC]+|[\s\pZ\pC]+$', '', 'g'))"


def _truth(column: str) -> str:
    known = {"true": TRUE_WORDS, "false": FALSE_WORDS}
    arms = [f"when {_word(column)} in ({_listed(words)}) then '{truth}'" for truth, words in known.items()]
    return f"case {' '.join(arms)} end"


def _readable_count(column: str) -> str:
    number = f"try_cast({column} as double)"
    is_count = f"try_cast({column} as bigint) is not null and {number} = trunc({number}) and {number} >= 0"
    return f"if(not asks or ({is_count}), {column}, null)"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
