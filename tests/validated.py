"""Raw rows as an extraction judges them: what lands, what is refused, and how many identical repeats were folded."""

from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from evenscore.base.canonical import DATASETS
from evenscore.connectors.base import Reject
from evenscore.landing_zone.validation import accepted_rows, refused, repeats
from evenscore.names.account_ids import AccountIds


def validate(
    con: DuckDBPyConnection,
    dataset: str,
    raw: pa.Table,
    network: str | None,
    latest: datetime,
    ids: AccountIds | None = None,
) -> tuple[pa.Table, list[Reject], int]:
    rejects = refused(con, dataset, raw, network, latest, ids)
    return accepted_rows(con, dataset).drop(["row"]).cast(DATASETS[dataset]), rejects, repeats(con)
