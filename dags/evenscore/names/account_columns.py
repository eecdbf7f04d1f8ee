"""Account ids in tables: every column that names an account, in the normal form."""

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.names.account_ids import PLAIN, AccountIds

ACCOUNT_COLUMNS = {"activity": ("actor_id", "target_id"), "accounts": ("account_id",), "aliases": ("alias_id",)}
"""Where a landed row names accounts; of aliases, those whose kind is account."""


def normalised(ids: AccountIds, dataset: str, rows: pa.Table) -> pa.Table:
    """The same rows with every account in normal form.

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
        for network in pc.unique(pairs["network"]).to_pylist():
            written = pairs.filter(pc.equal(pairs["network"], network))[column]
            normal = _normal(ids, network, written)
            is_other = pc.not_equal(normal, written)
            others = zip(written.filter(is_other).to_pylist(), normal.filter(is_other).to_pylist(), strict=True)
            found |= {(network, *both) for both in others}
    return sorted(found)


def _normalised(ids: AccountIds, network: str, rows: pa.Table, column: str, here: pa.ChunkedArray) -> pa.Table:
    normal = pc.if_else(here, _normal(ids, network, rows[column]), rows[column])
    return rows.set_column(rows.column_names.index(column), column, normal)


def _normal(ids: AccountIds, network: str, written: pa.ChunkedArray) -> pa.ChunkedArray:
    """The normal form of every id of a column; of nearly all it is found without leaving Arrow."""
    is_plain = pc.match_substring_regex(written, PLAIN)
    lower = written if network in ids.case_counts else pc.ascii_lower(written)
    if not pc.any(pc.invert(is_plain)).as_py():
        return lower
    others = pc.unique(written.filter(pc.invert(is_plain)))
    normal = pa.array([ids.normal(network, name) for name in others.to_pylist()], pa.string())
    return pc.if_else(is_plain, lower, normal.take(pc.index_in(written, value_set=others)))
