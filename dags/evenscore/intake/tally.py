"""What became of each record of one file: it is counted once, whatever number of rows it made."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.connectors.base import Reject
from evenscore.landing_zone.deliveries import Delivery


@dataclass
class Tally:
    """Records by the row number at which each stood.

    A record with anything refused is rejected; of the others, one that says anything new has landed; of the others, one
    with anything of an erased account is suppressed; what is left says nothing new.
    """

    sound: set[int] = field(default_factory=set)
    landed: set[int] = field(default_factory=set)
    suppressed: set[int] = field(default_factory=set)

    def saw(self, raw: pa.Table) -> None:
        """Records that made rows."""
        self.sound.update(raw["row"].to_pylist())

    def kept(self, sound: pa.Table, kept: pa.Table) -> None:
        """Of sound rows, those that may land."""
        if kept.num_rows < sound.num_rows:
            self.suppressed.update(Counter(sound["row"].to_pylist()) - Counter(kept["row"].to_pylist()))

    def said(self, rows: pa.Table, fresh: pa.Array) -> None:
        """Rows that were to land, and of each whether it says something new."""
        self.landed.update(pc.unique(rows["row"].filter(fresh)).to_pylist())

    def close(self, delivery: Delivery, rejects: list[Reject]) -> None:
        """Write the counts into the delivery."""
        reasons: dict[int, str] = {}
        for reject in rejects:
            reasons.setdefault(reject.row, reject.reason.split(":")[0])
        delivery.rejected = dict(sorted(Counter(reasons.values()).items()))
        landed = self.landed - reasons.keys()
        suppressed = self.suppressed - landed - reasons.keys()
        delivery.landed_count, delivery.suppressed_count = len(landed), len(suppressed)
        delivery.duplicate_count = len(self.sound - landed - suppressed - reasons.keys())
