"""Reading one decoded JSON record: what must be there, what may be null, whom a text mentions."""

import json
import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import msgspec

from evenscore.base.sources import Source
from evenscore.connectors.compressed import lines
from evenscore.names.account_ids import AccountIds

Row = dict[str, Any]

MAX_KEYS = 1_000
"""No record of any network has more keys, nor MAX_VALUES values at whatever depth: it is refused with its file."""
MAX_VALUES = 200_000
MOST_MALFORMED = 100_000
HALF_A_LETTER = re.compile(rb"(?i)\\ud[89a-f]|\xed[\xa0-\xbf]")
"""What may be half of a pair that stands for one letter, or both halves of it."""


class Number(float):
    """A JSON number with a fraction or an exponent, which remembers how it was written."""

    def __new__(cls, written: str) -> "Number":
        """The number that a text stands for."""
        number = super().__new__(cls, written)
        number.has_exponent = "e" in written.lower()
        return number

    has_exponent: bool


DECODER = msgspec.json.Decoder(float_hook=Number)
ENCODER = msgspec.json.Encoder(enc_hook=lambda _: 0)
"""They read and write a record in a fraction of the time, but of a key written twice only the last value.

A fraction is written as 0: no number takes less, so what is read never gets longer.
"""


class Malformed(Exception):
    """A record that cannot be understood; the message is the reason that is kept beside it."""


class Flood(Exception):
    """A record of far more parts than any network writes; the message says how many."""


class Ignored(Exception):
    """A sound record that says nothing about influence (a push, a label); the message is its kind.

    One that says that an event is not there any more names the event, and when it happened where that is known.
    """

    def __init__(self, kind: str, event: str | None = None, at: str | None = None) -> None:
        super().__init__(kind)
        self.event, self.at = event, at


def decode(line: str) -> Row:
    """One JSON object; raises Malformed for anything else, and Flood for what would be work for nothing."""
    if len(line) > MAX_VALUES and line.count(",") > MAX_VALUES:
        raise Flood(f"holds more than {MAX_VALUES:,} values")
    record = _plain(line)
    if record is None:
        record = _exact(line)
    if not isinstance(record, dict):
        raise Malformed(f"not a JSON object but {type(record).__name__}")
    if len(record) > MAX_KEYS:
        raise Flood(f"has {len(record):,} keys, more than {MAX_KEYS:,}")
    return record


def _plain(line: str) -> Any:
    """What a line holds, where it is beyond doubt; None where it is to be read exactly: in doubt, or refused."""
    try:
        record = DECODER.decode(str(line))  # the last line may be Unended
        return record if is_all(line, ENCODER.encode(record)) else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def is_all(line: str, written: bytes) -> bool:
    """Whether what was read of a line and `written` again is all of it: no key stood there twice.

    Nothing is written longer than it was read, so equal lengths tell. Otherwise the quotes do: every key has two.
    """
    if len(written) == (len(line) if line.isascii() else len(line.encode())):
        return True
    return line.count('"') == written.count(b'"') and "\\u0022" not in line


def _exact(line: str) -> Any:
    """Every value of every key, however it is written; what is no JSON is refused in Python's words."""
    try:
        record = json.loads(line, parse_float=Number, object_pairs_hook=_every_value)
        if "\\u" in line:  # half a surrogate pair is valid JSON and no text
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed(f"invalid JSON: {error}") from error
    return record


def _every_value(pairs: list[tuple[str, Any]]) -> Row:
    """An object; a key that is written twice with different values holds them all, so that none wins by its place."""
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    written: dict[str, list[Any]] = {}
    for key, value in pairs:
        written.setdefault(key, []).append(value)
    return {key: values[0] if all(one == values[0] for one in values) else values for key, values in written.items()}


def answered(content: bytes) -> Any:
    """What a network's answer holds: decoded JSON, or the beginning of a text that is none.

    One in which a key stands twice with two values is none: neither is to be believed. Some begin with what keeps them
    from being run as a script. Half a letter, where somebody cut a text between two of its code units, becomes the sign
    for one that cannot be shown: as it is, no file holds it.
    """
    try:
        found = json.loads(content.removeprefix(b")]}'"), parse_constant=int, object_pairs_hook=_one_value)
        if HALF_A_LETTER.search(content):
            text = json.dumps(found, ensure_ascii=False).encode("utf-16", "surrogatepass")
            found = json.loads(text.decode("utf-16", "replace"))
        return found
    except (ValueError, RecursionError):
        return content[:2_000].decode("utf-8", errors="replace")


def _one_value(pairs: list[tuple[str, Any]]) -> Row:
    record = dict(pairs)
    if len(record) < len(pairs) and any(record[key] != value for key, value in pairs):
        raise ValueError("a key stands twice")
    return record


def need(record: Row, *path: str) -> Any:
    """The value at a path of keys; raises Malformed naming the path where it is absent or null."""
    value = seek(record, *path)
    if value is None:
        raise Malformed(f"{'.'.join(path)} is missing")
    return value


def need_id(record: Row, *path: str) -> str:
    """The id at a path, as text; raises Malformed where there is none."""
    where = ".".join(path)
    found = id_text(need(record, *path), where)
    if found is None:
        raise Malformed(f"{where} is empty")
    return found


def is_id(value: Any) -> bool:
    """Whether a value may stand for an id: text or a whole number. As text, anything else would be somebody's name."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def id_text(value: Any, where: str = "an id") -> str | None:
    """An id as text; None for what is null or empty. Raises Malformed, by the name of `where`, for what is no id."""
    if value is not None and not is_id(value):
        raise Malformed(f"{where} is no id but a JSON {type(value).__name__}")
    return None if value is None or value == "" else str(value)


def seek(record: Row, *path: str) -> Any:
    """The value at a path of keys; None where there is none."""
    value: Any = record
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def stamp(value: Any) -> int | str | None:
    """A count, or the word that changes with what is counted; None for anything else."""
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def each(items: list[Any]) -> Iterator[Row]:
    """The items that are objects."""
    return (item for item in items if isinstance(item, dict))


IDS = frozenset({"id", "iid", "uri", "did", "ap_id", "login", "username", "objectID", "number"})
"""Keys under which an id or a name stands, beside all that end in `_id`."""


def require_ids(value: Any, written: Container[str] = ()) -> None:
    """Raise Malformed where something stands for an id that is neither text nor a whole number, at whatever depth.

    What people have `written` stands under some keys: they may call there whatever they like an id.
    """
    try:
        _require_ids(value, written)
    except RecursionError:
        raise Malformed("nested too deeply") from None


def _require_ids(value: Any, written: Container[str]) -> None:
    if isinstance(value, list):
        for one in value:
            _require_ids(one, written)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in IDS or key.endswith("_id"):
                id_text(one, key)
            elif isinstance(one, dict | list) and key not in written:
                _require_ids(one, written)


def given(record: Row, *path: str) -> Any:
    """The value at a path, which may be null; raises Malformed where there is no such key."""
    *parents, last = path
    holder = need(record, *parents) if parents else record
    if not isinstance(holder, dict) or last not in holder:
        raise Malformed(f"{'.'.join(path)} is missing")
    return holder[last]


def text(record: Row, *path: str) -> str | None:
    """The text at a path, as it was given; None when it is null or empty."""
    value = given(record, *path)
    if not isinstance(value, str | None):
        raise Malformed(f"{'.'.join(path)} is not text")
    return value or None


def mentions(activity: Row, names: list[str], ids: AccountIds) -> Iterator[Row]:
    """A row for every account that an activity's text names, once each, however often and however it is written."""
    for account in dict.fromkeys(ids.normal(activity["network"], name) for name in names):
        event_id = f"{activity['event_id']}-m-{account.removeprefix('u_')}"
        yield {**activity, "event_id": event_id, "verb": "mention", "target_id": account, "text": None}


def siblings(path: Path, source: Source) -> tuple[tuple[Path, int], ...]:
    """The source's files in the folder of `path`, itself among them, each with the time it was last written."""
    pattern = Path(source.path).name.replace("{date}", "????-??-??")
    files = sorted({path, *path.parent.glob(pattern)})
    return tuple((file, file.stat().st_mtime_ns) for file in files)


def sound_records(files: tuple[tuple[Path, int], ...]) -> Iterator[Row]:
    """Every JSON object in some files, what is not one is refused when its own file is parsed; many such end a file."""
    for file, _ in files:
        malformed_count = 0
        for line in lines(file):
            try:
                if line.strip():
                    yield decode(line)
            except (Malformed, Flood):
                malformed_count += 1
                if malformed_count > MOST_MALFORMED:
                    break
