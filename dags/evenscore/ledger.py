"""The consent ledger: append-only entries of who granted, withdrew or asked for erasure, and when."""

from datetime import UTC, datetime

import pyarrow as pa

from evenscore.connectors.files import read_canonical
from evenscore.errors import InputError
from evenscore.settings import Settings
from evenscore.validation import validate, validator


def read_ledger(settings: Settings) -> pa.Table:
    """The whole ledger, in the order in which it was recorded.

    A ledger that cannot be understood to the last row stops the run: guessing at consent is not an option.
    Raises InputError naming the file, the row and the reason.
    """
    parsed = read_canonical(settings.ledger, "consent")
    with validator() as con:
        entries, rejects, _ = validate(con, "consent", parsed.tables["consent"], None, datetime.now(UTC))
    problems = sorted(parsed.rejects + rejects, key=lambda reject: reject.row)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{settings.ledger}: row {problems[0].row}: {problems[0].reason}{more}")
    order = ("recorded_at", *(name for name in entries.column_names if name != "recorded_at"))
    return entries.sort_by([(name, "ascending") for name in order])
