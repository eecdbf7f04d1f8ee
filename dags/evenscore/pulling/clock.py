"""Time, as a pull sees it: tests give it another."""

import time
from datetime import UTC, datetime


class Clock:
    """The machine's own."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Return no earlier than after so many seconds."""
        time.sleep(seconds)
