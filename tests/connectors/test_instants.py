"""An instant is the same however a network writes it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from evenscore.connectors.instants import as_instant, iso

AT = datetime(2026, 3, 16, 2, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-16T02:00:07Z",
        "2026-03-16 02:00:07",
        "2026-03-16T03:00:07.000+01:00",
        "Mon, 16 Mar 2026 02:00:07 GMT",
        "Mon Mar 16 02:00:07 2026",
        "Mon, 16 Mar 2026 03:00:07 +0100",
        1773626407,
        1773626407.0,
        1773626407000,
        1773626407000000,
    ],
)
def test_an_instant_is_known_however_it_is_written(written: Any) -> None:
    assert as_instant(written) == AT


def test_thousandths_are_kept() -> None:
    assert iso(1773626407123) == iso("2026-03-16T02:00:07.123Z") == "2026-03-16T02:00:07.123000Z"


@pytest.mark.parametrize(
    "written", [None, True, "soon", "Mon", "", "7", -1e12, 1e300, float("nan"), [], {}, "0001-01-01"]
)
def test_what_is_no_instant_is_none(written: Any) -> None:
    assert as_instant(written) is None
