"""Delivery: what happened on a network, as the files that its nights bring."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evenscore.laboratory.demo.accounts import Accounts
from evenscore.laboratory.demo.configuration import accounts_path, activity_path
from evenscore.laboratory.demo.events import Events
from evenscore.laboratory.demo.faults import DOWN_OFFSET, REDELIVERED_OFFSET, DayFile, add_malformed, delivery_offsets
from evenscore.laboratory.demo.networks import FORUM, PIXELS
from evenscore.laboratory.demo.nights import Nights, day
from evenscore.laboratory.demo.snapshots import snapshot
from evenscore.laboratory.demo.writing import columns_of, parquet_bytes, write_activity


@dataclass
class Deliveries:
    """What was written, file by file."""

    rows: dict[str, int] = field(default_factory=dict)
    malformed: dict[str, dict[str, int]] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    redelivered: dict[str, str] = field(default_factory=dict)
    late_event_ids: list[str] = field(default_factory=list)


def deliver(folder: Path, accounts: Accounts, rows: Events, nights: Nights, seed: int, deliveries: Deliveries) -> None:
    """Write one network's activity and snapshots below `folder`, and note in `deliveries` what was written."""
    network = accounts.network
    for dataset in ("activity", "accounts"):
        (folder / network.name / dataset).mkdir(parents=True)
    for offset, file in _night_files(accounts, rows, nights, seed, deliveries):
        path = activity_path(network, day(offset).isoformat())
        write_activity(folder / path, file)
        deliveries.rows[path] = len(file.columns["event_id"])
        if file.malformed:
            deliveries.malformed[path] = dict(file.malformed)
        if (network, offset) == (PIXELS, REDELIVERED_OFFSET):
            again = activity_path(network, day(offset).isoformat(), "-redelivered")
            shutil.copyfile(folder / path, folder / again)
            deliveries.rows[again], deliveries.redelivered[path] = deliveries.rows[path], again
    for offset in nights.snapshots:
        path = accounts_path(network, day(offset).isoformat())
        table = snapshot(accounts, rows, offset)
        (folder / path).write_bytes(parquet_bytes(table))
        deliveries.rows[path] = table.num_rows


def _night_files(
    accounts: Accounts, rows: Events, nights: Nights, seed: int, deliveries: Deliveries
) -> Iterator[tuple[int, DayFile]]:
    """Each night's file, in order of time; rows within it in order of time, too."""
    network, columns = accounts.network, columns_of(accounts, rows)
    delivered = delivery_offsets(network.name, rows.part, rows.offset, seed)
    deliveries.late_event_ids += sorted(columns["event_id"][delivered != rows.offset].tolist())
    order = np.lexsort((rows.part, rows.second, -rows.offset, -delivered))
    bounds = np.searchsorted(-delivered[order], [-nights.count, *(-offset for offset in nights.offsets)], side="right")
    for offset, start, end in zip(nights.offsets, bounds, bounds[1:], strict=False):
        chosen = order[start:end]
        night = {name: values[chosen].tolist() for name, values in columns.items()}
        if (network, offset) == (FORUM, DOWN_OFFSET):
            deliveries.missing[activity_path(network, day(offset).isoformat())] = len(chosen)
        else:
            yield offset, add_malformed(network.name, offset, night, seed)
