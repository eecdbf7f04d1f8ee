"""How far back a walk reads: to the mark of the last whole one less what is read again, and further every few days."""

from datetime import datetime, timedelta

from evenscore.connectors.endpoints import RECHECK_DAYS, Endpoint
from evenscore.connectors.instants import as_instant
from evenscore.connectors.paging import Page
from evenscore.connectors.records import Row
from evenscore.pulling.store import Cursor


class Reach:
    """Of one walk, from its beginning to its end."""

    def __init__(self, endpoint: Endpoint, cursor: Cursor, now: datetime) -> None:
        self.endpoint, self.now = endpoint, now
        self.mark, rechecked = as_instant(cursor.mark), as_instant(cursor.rechecked)
        self.goes_back = not rechecked or now - rechecked >= timedelta(days=RECHECK_DAYS)
        """Whether it is a re-check."""
        again = max(endpoint.overlap, endpoint.recheck if self.goes_back else timedelta(0))
        self.bound = self.mark - again if self.mark else None
        """Up to where the last whole walk has read, less what is read again."""

    def has_passed(self, item: Row) -> bool:
        """Whether an earlier whole walk may have read an item."""
        at = (self.endpoint.made or self.endpoint.instant)(item)
        return self.mark is not None and (not at or at <= self.mark)

    def is_known(self, item: Row) -> bool:
        """Whether the last whole walk has seen an item, and it is older than what is looked at again."""
        at, is_settled = self.endpoint.instant(item), self.endpoint.is_newest_first and not self.goes_back
        return is_settled and self.has_passed(item) and at is not None and self.now - at > self.endpoint.overlap

    def is_behind(self, page: Page) -> bool:
        """Whether a page of a listing that begins with the newest lies before what was read already.

        One that is in another order itself proves nothing of those behind it.
        """
        bound = self.bound if self.endpoint.is_newest_first else None
        behind = sorted((one for one in page.instants if bound and one and one < bound), reverse=True)
        return bool(behind) and behind == page.instants

    def newest(self, page: Page, known: str | None) -> str | None:
        """The newest instant so far; what claims to come from the future is none."""
        instants = [one.isoformat() for one in page.instants if one and one <= self.now]
        return max([*instants, known or ""]) or None
