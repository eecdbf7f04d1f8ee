"""The ledger as it was laid out last, kept for the next process that asks while nothing has changed.

What is kept is worth as much as the run's record that names its digest: it is taken where that record and all others
know it, where every byte is the same that it was laid out from, and where the code is. Otherwise the ledger is read.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from evenscore import names
from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.consent.hearing import Heard

LAID_OUT = "laid_out"
"""Where a head that a run notes keeps the digest of the file."""
ABOUT = b"evenscore"


@dataclass(frozen=True)
class Ledger:
    """The decisions as scoring reads them, and how the words in them were heard."""

    table: pa.Table
    """In the order of recording, account ids in their normal form (canonical.LAID_OUT_CONSENT)."""
    said: pa.Table
    """The rows alone as they were said, in the same shape: what `heard` adds to them is not in it."""
    heard: Heard


def keep(places: HomePaths, ledger: Ledger, state: object, heads: Iterable[dict[str, Any]]) -> str:
    """Keep what was laid out from a state of the files, `heads` being all that is known to be in the ledger. Returns
    the digest for a run to note."""
    about = {"state": _digest(state), "heads": [_place(head) for head in heads], "said": ledger.said.num_rows}
    about |= {"more": ledger.heard.more, "unheard": ledger.heard.unheard}
    rows = pa.concat_tables([ledger.said, ledger.table]).replace_schema_metadata({ABOUT: json.dumps(about)})
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    atomic_io.write_bytes(places.consent_laid_out, sink.getvalue())
    return atomic_io.sha256(places.consent_laid_out)


def kept(places: HomePaths, state: object, heads: list[dict[str, Any]]) -> Ledger | None:
    """What was laid out from this state of the files; None where it cannot be taken."""
    path = places.consent_laid_out
    if not path.exists() or atomic_io.settled_sha256(path) not in {head.get(LAID_OUT) for head in heads}:
        return None
    rows = pq.ParquetFile(path).read()
    about = json.loads(rows.schema.metadata[ABOUT])
    if about["state"] != _digest(state) or any(_place(head) not in about["heads"] for head in heads):
        return None
    rows, said_count = rows.replace_schema_metadata(None), about["said"]
    return Ledger(rows.slice(said_count), rows.slice(0, said_count), Heard(about["more"], about["unheard"]))


def forget(places: HomePaths) -> None:
    """Remove it: it names everybody."""
    places.consent_laid_out.unlink(missing_ok=True)


def _place(head: dict[str, Any]) -> list[Any]:
    return [head["sequence"], head["row_hash"]]


def _digest(state: object) -> str:
    return hashlib.sha256(f"{state!r} {_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    """What tells this release's reading of a ledger from another's."""
    folders = (Path(__file__).parent, Path(names.__file__).parent)
    sources = sorted(path for folder in folders for path in folder.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
