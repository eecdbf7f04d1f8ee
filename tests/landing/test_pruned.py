"""What retention takes and what it leaves, on the day of each bound and the day before it."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base.canonical import DATASETS, INSTANT_COLUMN
from evenscore.base.errors import UsageError
from evenscore.base.settings import Retention, Settings
from evenscore.landing_zone import landing
from evenscore.night import retention
from home import Home, event

NIGHT = date(2026, 5, 1)
FIRST = NIGHT - timedelta(30)
"""The first day whose rows are kept on that night."""
EARLIER = FIRST - timedelta(1)
LONG_AGO = FIRST - timedelta(20)


def kept_days(home: Home, dataset: str) -> list[tuple[str, str]]:
    return [(one.network, one.day) for one in landing.manifests(home.places) if one.dataset == dataset]


def land(home: Home, dataset: str, day: date, *rows: dict[str, Any], network: str = "forum") -> None:
    at = {"network": network, INSTANT_COLUMN[dataset]: datetime(day.year, day.month, day.day)}
    table = pa.Table.from_pylist([row | at for row in rows], schema=DATASETS[dataset])
    landing.land(home.places, "s", dataset, network, day, table)


def settings(home: Home, raw_days: int = 30, nights: int = 60) -> Settings:
    return home.settings.model_copy(update={"retention": Retention(raw_days=raw_days, published_nights=nights)})


def test_activity_goes_by_its_day_and_aliases_stay(home: Home) -> None:
    for day in (EARLIER, FIRST):
        for network in ("forge", "forum"):
            land(home, "activity", day, event() | {"occurred_at": None}, network=network)
        land(home, "aliases", day, {"alias_id": "a", "stable_id": "1", "kind": "account"})
    assert retention.prune(settings(home), NIGHT - timedelta(1)) == {}
    assert not home.places.pruned.exists()
    assert retention.prune(settings(home), NIGHT) == {"landed_days": 2}
    assert kept_days(home, "activity") == [("forge", str(FIRST)), ("forum", str(FIRST))]
    assert len(kept_days(home, "aliases")) == 2


def test_a_night_whose_rows_have_gone_is_refused_and_the_first_whose_have_not_is_scored(home: Home) -> None:
    back = home.settings.scoring.lookback_nights
    retention.require_raw(home.settings, date(2000, 1, 1))
    land(home, "activity", EARLIER, event() | {"occurred_at": None})
    retention.prune(settings(home), NIGHT)
    retention.require_raw(settings(home), NIGHT - timedelta(back))
    with pytest.raises(
        UsageError, match=f"rows before {FIRST} have been pruned .* nights before {NIGHT - timedelta(back)} "
    ):
        retention.require_raw(settings(home), NIGHT - timedelta(back + 1))


def test_tomorrow_cannot_be_pruned_and_today_can(home: Home) -> None:
    today = datetime.now(UTC).date()
    assert retention.prune(home.settings, today) == {}
    with pytest.raises(UsageError, match="lies in the future"):
        retention.prune(home.settings, today + timedelta(1))


def snapshot(account: str, **says: bool | None) -> dict[str, Any]:
    return {"account_id": account} | says


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ({}, {}, 1),
        ({"is_private": True}, {}, 0),
        ({"is_private": True}, {"is_private": False}, 1),
        ({"is_bot": True}, {"is_private": False}, 0),
        ({"is_bot": True}, {"is_bot": False}, 1),
        ({"is_bot": False, "is_private": True}, {"is_bot": False}, 0),
    ],
)
def test_a_snapshot_goes_when_a_later_one_says_all_that_it_said(
    home: Home, old: dict[str, bool], new: dict[str, bool], gone: int
) -> None:
    land(home, "accounts", LONG_AGO, snapshot("ann", **old), snapshot("ben"))
    land(home, "accounts", EARLIER, snapshot("ann", **new))
    land(home, "accounts", LONG_AGO, snapshot("ann", is_private=True), network="forge")
    assert retention.prune(settings(home), NIGHT) == ({"superseded_snapshots": 1} if gone else {})
    rows = [(row["network"], row["account_id"], row["captured_at"].date()) for row in home.landed()]
    theirs = [("forum", "ann", LONG_AGO)] * (1 - gone)
    assert rows == [("forge", "ann", LONG_AGO), *theirs, ("forum", "ben", LONG_AGO), ("forum", "ann", EARLIER)]


def test_a_snapshot_within_its_days_stays_though_another_replaces_it(home: Home) -> None:
    for day in (EARLIER, FIRST, NIGHT):
        land(home, "accounts", day, snapshot("ann"))
    assert retention.prune(settings(home), NIGHT) == {"superseded_snapshots": 1}
    assert kept_days(home, "accounts") == [("forum", str(FIRST)), ("forum", str(NIGHT))]


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def test_rejects_and_pages_of_networks_go_by_the_day_in_their_name(home: Home) -> None:
    old, new = (
        [
            touch(home.places.rejected("forum", "activity", day) / "a.parquet"),
            touch(home.places.raw_pages("s") / f"{day:%Y%m%d}T010203.ndjson"),
        ]
        for day in (EARLIER, FIRST)
    )
    beside = touch(home.places.rejected("forum", "activity", EARLIER) / "b.parquet")
    undated = touch(home.places.raw_pages("s") / "99999999.ndjson")
    assert retention.prune(settings(home), NIGHT) == {"rejected_files": 2, "raw_pages": 1}
    assert not any(path.exists() for path in [*old, beside, old[0].parent])
    assert all(path.exists() for path in [*new, undated])


def test_pages_and_folders_of_nights_go_by_their_own_bound(home: Home) -> None:
    first = NIGHT - timedelta(60)
    places, kept, gone = home.places, [], []
    for day, paths in ((first - timedelta(1), gone), (first, kept)):
        paths.append(touch(places.reports / f"{day}.html"))
        folders = (
            places.runs / f"{day}_r",
            places.evaluations / f"evaluation_{day:%Y%m%d}T1",
            places.comparisons / f"{day}_v2",
        )
        paths += [touch(folder / "a" / "b.json").parents[1] for folder in folders]
    kept.append(touch(places.reports / "index.html"))
    expected = {"reports": 1, "runs": 1, "evaluations": 1, "comparisons": 1}
    assert retention.prune(settings(home), NIGHT) == expected
    assert all(path.exists() for path in kept) and not any(path.exists() for path in gone)


def test_a_log_goes_by_when_it_was_written_last(home: Home) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    logs = {}
    for place in (home.places.airflow, home.places.dbt):
        for age in (1, 0):
            logs[place, age] = touch(place / "logs" / "deep" / f"{age}.log")
            os.utime(logs[place, age], (0, midnight - age))
    assert retention.prune(settings(home), date(2026, 5, 1)) == {"logs": 2}
    assert sorted(age for (_, age), path in logs.items() if path.exists()) == [0, 0]
