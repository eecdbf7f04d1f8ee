"""What the page of a night takes from the run's own records: stages, sources, counts and checks."""

from dataclasses import asdict
from pathlib import Path

import pytest
from nights_by_hand import NIGHT, result

from evenscore.base import atomic_io
from evenscore.base.settings import Consent, Settings
from evenscore.base.sources import Source
from evenscore.publication.run_tables import outcome
from evenscore.report.facts import Stage
from evenscore.report.run_facts import read_run

BEGAN = "2026-03-16T00:00:0{}.000000Z"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    named = (("feed", "forum"), ("b", None))
    sources = tuple(Source(name=name, kind="files", path="a.csv", network=network) for name, network in named)
    return Settings(home=tmp_path, config=tmp_path / "a.toml", sources=sources, consent=Consent(ledger=Path("l.csv")))


def test_a_run_that_has_recorded_nothing_is_unfinished(settings: Settings) -> None:
    run = read_run(settings, NIGHT)
    assert (run.outcome, run.started_at, run.stages, run.counts, run.published_folder) == ("unfinished", "", (), {}, "")
    assert [(source.name, source.counts, source.notes) for source in run.sources] == [("feed", {}, ()), ("b", {}, ())]


def test_each_fact_of_a_run_comes_from_the_stage_that_recorded_it(settings: Settings) -> None:
    records = [
        {"stage": "extract_feed", "outcome": "done", "rows": {"read": 3}, "notes": ["torn"], "peak_megabytes": 512},
        {"stage": "extract_b", "outcome": "done", "rows": {"read": 4, "landed": 1}},
        {"stage": "check", "outcome": "failed", "error": "a jump", "exit_code": 3, "versions": {"dbt": "2"}},
        {"stage": "publish", "outcome": "done", "published": "published", "folder": "runs/x"},
        {"stage": "report", "outcome": "done"},
    ]
    for number, record in enumerate(records):
        path = settings.places.run(NIGHT.run_id) / "stages" / f"{record['stage']}.json"
        atomic_io.write_json(path, {"seconds": 1.5, "started_at": BEGAN.format(number), **record})
    checks = [
        result("a", suite=suite) for suite in ("scores.night", "of_tomorrow.x", "landing.night", "features.trust")
    ]
    atomic_io.write_json(settings.places.run(NIGHT.run_id) / "checks" / "all.json", list(map(asdict, checks)))
    run = read_run(settings, NIGHT)
    assert run.stages == (
        Stage("extract_feed", "done", 1.5, "", 512), Stage("extract_b", "done", 1.5),
        Stage("check", "stopped", 1.5, "a jump"), Stage("publish", "done", 1.5),
    ), "the report is no stage of its own page"  # fmt: skip
    assert (run.outcome, run.started_at, run.counts) == ("stopped", BEGAN.format(0), {"read": 7, "landed": 1})
    assert (run.versions, run.published_folder) == ({"dbt": "2"}, "runs/x")
    feed, other = run.sources
    assert (feed.counts, feed.notes) == ({"read": 3}, ("torn",))
    assert (other.counts, other.notes) == ({"read": 4, "landed": 1}, ())
    assert feed.rejected_folder == str(settings.places.rejected("forum", "activity", NIGHT.as_of_date))
    assert other.rejected_folder == str(settings.places.rejected("b", "activity", NIGHT.as_of_date))
    assert [check.suite for check in run.checks] == ["landing.night", "features.trust", "scores.night", "of_tomorrow.x"]
    assert run.suites["landing.deliveries"]


PUBLISHED = {"stage": "publish", "outcome": "done", "published": "unchanged"}
STOPPED = {"stage": "check", "outcome": "failed", "exit_code": 3}
FAILED = {"stage": "build", "outcome": "failed", "exit_code": 1}


@pytest.mark.parametrize(
    ("records", "ended"),
    [
        ([], "unfinished"),
        ([PUBLISHED], "unchanged"),
        ([{"stage": "publish", "outcome": "done"}], "unfinished"),
        ([{"stage": "build", "outcome": "done", "published": "published"}], "unfinished"),
        ([STOPPED, PUBLISHED], "stopped"),
        ([STOPPED, FAILED], "failed"),
        ([FAILED, STOPPED], "stopped"),
    ],
)
def test_a_run_ended_as_the_last_stage_that_failed(records: list[dict[str, object]], ended: str) -> None:
    assert outcome(records) == ended
