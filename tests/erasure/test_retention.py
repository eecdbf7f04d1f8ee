"""Retention, by moving the clock."""

import os
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from leaving import Left
from village import DAYS, LAST, published

from evenscore.base import warehouse
from evenscore.base.canonical import ACCOUNTS
from evenscore.base.errors import UsageError
from evenscore.base.settings import Retention, Settings
from evenscore.landing_zone import landing
from evenscore.night import retention, steps
from evenscore.publication import publishing
from evenscore.state.runs import Night

SOON = LAST + timedelta(40)


def keeping(settings: Settings, **days: int) -> Settings:
    return settings.model_copy(update={"retention": Retention(**days)})


def landed_days(settings: Settings, dataset: str) -> list[str]:
    return sorted(one.day for one in landing.manifests(settings.places) if one.dataset == dataset)


def test_on_the_night_itself_nothing_is_old(left: Left) -> None:
    assert retention.prune(left.settings, LAST) == {}
    assert not left.settings.places.pruned.exists()


def test_landed_rows_and_rejects_go_after_their_days_and_no_sooner(left: Left) -> None:
    settings = keeping(left.settings, raw_days=60)
    first = date.fromisoformat(landed_days(settings, "activity")[0])
    assert retention.prune(settings, first + timedelta(60)) == {}
    assert retention.prune(settings, first + timedelta(61)) == {"landed_days": 1}
    assert landed_days(settings, "activity")[0] == str(first + timedelta(1))
    gone = retention.prune(settings, LAST + timedelta(61))
    assert gone["landed_days"] == len(DAYS) - 1
    assert gone["rejected_files"] == 1
    assert landed_days(settings, "activity") == []


def test_a_snapshot_stays_until_another_replaces_it(left: Left) -> None:
    """An account that went private long ago must not come back because nobody looked since."""
    settings = keeping(left.settings, raw_days=60)
    retention.prune(settings, LAST + timedelta(61))
    assert landed_days(settings, "accounts") == [str(LAST)]
    later = {"network": "forum", "account_id": "p_stays", "captured_at": datetime(2026, 3, 20)}
    for says, gone in (({}, {}), ({"is_bot": False}, {}), ({"is_private": False}, {"superseded_snapshots": 1})):
        row = pa.Table.from_pylist([later | says], schema=ACCOUNTS)
        landing.land(settings.places, "forum_accounts", "accounts", "forum", date(2026, 3, 20), row)
        assert retention.prune(settings, LAST + timedelta(61)) == gone  # silence on one flag replaces nothing
    assert len(landed_days(settings, "accounts")) == 2  # the subject's own is still the latest of theirs


def test_published_nights_pages_runs_and_logs_go_with_the_history(left: Left) -> None:
    settings = keeping(left.settings, published_nights=60)
    (left.settings.home / "evaluations/evaluation_20260310T1").mkdir(parents=True)
    assert retention.prune(settings, LAST + timedelta(59)) == {}
    gone = retention.prune(settings, LAST + timedelta(60))
    assert {kind: gone[kind] for kind in ("reports", "runs")} == {"reports": 1, "runs": 1}
    assert gone["published_rows"] > 4
    assert published(settings, "select distinct as_of_date from person_scores") == [(LAST,)]
    gone = retention.prune(settings, LAST + timedelta(61))
    assert (gone["reports"], gone["evaluations"], gone["comparisons"]) == (1, 2, 1)
    assert published(settings, "select count(*) from person_scores") == [(0,)]


def test_a_log_goes_by_its_own_age(left: Left) -> None:
    log = left.settings.home / "airflow/logs/task.log"
    assert "logs" not in retention.prune(left.settings, LAST)
    os.utime(log, (0, 0))
    assert retention.prune(left.settings, LAST)["logs"] == 1
    assert not log.exists()


def test_a_night_whose_rows_are_gone_is_not_scored_again(left: Left) -> None:
    settings = keeping(left.settings, raw_days=30)
    retention.prune(settings, SOON)
    with pytest.raises(UsageError, match=r"have been pruned \(retention\.raw_days\)"):
        steps.check_landing(settings, Night.of(LAST - timedelta(20), "again"))
    retention.require_raw(settings, SOON - timedelta(settings.scoring.lookback_nights))


def test_a_clock_that_is_ahead_prunes_nothing(left: Left) -> None:
    with pytest.raises(UsageError, match="lies in the future"):
        retention.prune(left.settings, date(9999, 1, 1))


def test_publishing_leaves_out_nights_beyond_the_history(left: Left) -> None:
    (run,) = left.settings.places.runs.glob(f"{LAST}_*")
    with warehouse.connect(left.settings.places) as con:
        con.execute("update raw.first_kept_night set first_date = $1", [LAST])
    publishing.publish(left.settings, Night(LAST, run.name))
    for table in ("person_scores", "score_contributions", "runs", "data_quality"):
        assert published(left.settings, f"select distinct as_of_date from {table}") == [(LAST,)], table
