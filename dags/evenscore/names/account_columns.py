"""Account ids in tables: every column that names an account, in the normal form."""

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.names.account_ids import AccountIds

ACCOUNT_COLUMNS = {"activity": ("actor_id", "target_id"), "accounts": ("account_id",), "aliases": ("alias_id",)}
"""Where a landed row names accounts; of aliases, those whose kind is account."""


def normalised(ids: AccountIds, dataset: str, rows: pa.Table) -> pa.Table:
    """The same rows with every account in normal form; the same table where all are.

    An id of which nothing is left (white space, invisible characters) becomes an empty text.
    """
    for column in ACCOUNT_COLUMNS.get(dataset, ()):
        for network in pc.unique(rows["network"]).drop_null().to_pylist():
            here = pc.equal(rows["network"], network)
            if dataset == "aliases":
                here = pc.and_(here, pc.equal(rows["kind"], "account"))
            rows = _normalised(ids, network, rows, column, pc.fill_null(here, False))
    return rows


def other_spellings(ids: AccountIds, dataset: str, rows: pa.Table) -> list[tuple[str, str, str]]:
    """The accounts of a table that are not in normal form: (network, as written, normal form) each."""
    found: set[tuple[str, str, str]] = set()
    for column in ACCOUNT_COLUMNS.get(dataset, ()):
        pairs = rows.group_by(["network", column], use_threads=False).aggregate([]).drop_null()
        for network, written in zip(pairs["network"].to_pylist(), pairs[column].to_pylist(), strict=True):
            if (normal := ids.normal(network, written)) != written:
                found.add((network, written, normal))
    return sorted(found)


def _normalised(ids: AccountIds, network: str, rows: pa.Table, column: str, here: pa.ChunkedArray) -> pa.Table:
    written = pc.unique(rows[column].filter(here)).drop_null()
    normal = pa.array([ids.normal(network, name) for name in written.to_pylist()], pa.string())
    if normal.equals(written):
        return rows
    new = normal.take(pc.index_in(rows[column], value_set=written))
    place = rows.column_names.index(column)
    return rows.set_column(place, column, pc.if_else(pc.and_(here, pc.is_valid(new)), new, rows[column]))
