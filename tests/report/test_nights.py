"""The index of nights tells what is published, and every page leads to the pages beside it."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import nights_by_hand
import pytest
from parsed import Page

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Consent, Settings
from evenscore.base.sources import Source
from evenscore.report.nights import NightRow, read_nights
from evenscore.report.page import render
from evenscore.report.writing import render_index, write_report
from evenscore.state.runs import Night

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)

PUBLISHED = """
create table runs as
select
    unnest(['m1', 't1', 't2']) as run_id,
    unnest([date '2026-03-09', date '2026-03-10', date '2026-03-10']) as as_of_date,
    unnest([timestamp '2026-03-10 02:00:00', timestamp '2026-03-11 02:00:00', timestamp '2026-03-11 09:00:00'])
    as started_at,
    unnest(['published', 'stopped', 'published']) as outcome,
    unnest([map {'scored': 500, 'held': 2}, map {'read': 1}, map {'scored': 510, 'held': 3}]) as rows_per_stage;
create table data_quality as
select unnest(['m1', 't1', 't1', 't2']) as run_id, unnest([true, false, true, false]) as success;
create table score_jumps as
select
    unnest([date '2026-03-09', date '2026-03-10', date '2026-03-10']) as as_of_date,
    unnest([date '2026-03-09', date '2026-03-09', date '2026-03-10']) as episode_date;
create table incident_nights as
select
    unnest(['a', 'a', 'b']) as incident_id,
    unnest([date '2026-03-09', date '2026-03-10', date '2026-03-09']) as as_of_date;
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    source = Source(name="feed", kind="files", path="feed.csv", network="forum")
    return Settings(
        home=tmp_path, config=tmp_path / "evenscore.toml", sources=(source,), consent=Consent(ledger=Path("ledger.csv"))
    )


@pytest.fixture
def places(settings: Settings) -> HomePaths:
    return settings.places


def publish(places: HomePaths) -> None:
    """Two nights, the second of which was stopped and ran again."""
    folder = places.published_run("t2")
    folder.mkdir(parents=True)
    with duckdb.connect(folder / places.database.name) as con:
        con.execute(PUBLISHED)
    atomic_io.point(places.current, folder)


def run(places: HomePaths, day: date, label: str, at: str, outcome: str = "failed", **record: object) -> Night:
    night = Night(day, f"{day}_{label}")
    entry = {"stage": "check", "outcome": outcome, "seconds": 1.0, "started_at": at, "ended_at": at} | record
    atomic_io.write_json(places.run(night.run_id) / "stages" / "check.json", entry)
    return night


def test_a_night_tells_of_its_latest_run_and_of_the_incidents_on_it(places: HomePaths) -> None:
    publish(places)
    tuesday, monday = read_nights(places)
    assert (monday.scored, monday.held, monday.asked, monday.incidents, monday.failed) == (500, 2, 1, 2, 0)
    assert (tuesday.outcome, tuesday.scored, tuesday.held, tuesday.asked) == ("published", 510, 3, 1)
    assert (tuesday.incidents, tuesday.failed) == (1, 1)


def test_a_run_that_published_nothing_since_is_listed(places: HomePaths) -> None:
    publish(places)
    run(places, WEDNESDAY, "x", "2026-03-12T02:00:00.000000Z", exit_code=3)
    newest = read_nights(places)[0]
    assert (newest.as_of_date, newest.outcome, newest.scored, newest.incidents) == (WEDNESDAY, "stopped", None, None)


def test_a_night_that_ran_again_has_one_line_and_that_of_the_later_run(places: HomePaths) -> None:
    publish(places)
    run(places, TUESDAY, "x", "2026-03-11T10:00:00.000000Z", "done", rows={"scored": 400, "held": 9, "published": 7})
    run(places, MONDAY, "x", "2026-03-10T01:00:00.000000Z", "done", rows={"scored": 4, "held": 4})
    tuesday, monday = read_nights(places)
    assert (tuesday.scored, tuesday.held, tuesday.published) == (400, 9, 7)
    assert (tuesday.run_id, tuesday.started_at) == (f"{TUESDAY}_x", "2026-03-11T10:00:00.000000")
    assert (monday.scored, monday.held) == (500, 2)


def test_nights_are_listed_though_what_is_published_is_damaged(places: HomePaths) -> None:
    publish(places)
    (places.published_run("t2") / places.database.name).write_bytes(b"no database" * 1000)
    run(places, WEDNESDAY, "x", "2026-03-12T02:00:00.000000Z", error="no such file")
    assert [(night.as_of_date, night.outcome) for night in read_nights(places)] == [(WEDNESDAY, "failed")]


def test_a_page_without_a_run_keeps_its_line(places: HomePaths) -> None:
    atomic_io.write_bytes(places.report(MONDAY), b"")
    assert read_nights(places) == (NightRow(MONDAY, has_page=True),)


def test_each_page_leads_to_the_pages_beside_it_in_whatever_order_nights_are_written(settings: Settings) -> None:
    for day in (WEDNESDAY, MONDAY, TUESDAY):
        write_report(settings, run(settings.places, day, "x", "2026-03-12T02:00:00.000000Z"))
    assert links(settings.places.report(MONDAY)) == ["index.html", "2026-03-10.html"]
    assert links(settings.places.report(TUESDAY)) == ["2026-03-09.html", "index.html", "2026-03-11.html"]
    assert links(settings.places.report(WEDNESDAY)) == ["2026-03-10.html", "index.html"]
    assert links(settings.places.report_index) == ["2026-03-11.html", "2026-03-10.html", "2026-03-09.html"]


def test_a_link_that_is_put_right_changes_nothing_else_on_the_page(settings: Settings) -> None:
    night = run(settings.places, MONDAY, "x", "2026-03-12T02:00:00.000000Z", error="</nav><nav class='nights'>")
    alone = write_report(settings, night).read_bytes()
    write_report(settings, run(settings.places, TUESDAY, "x", "2026-03-12T02:00:00.000000Z"))
    linked = settings.places.report(MONDAY).read_bytes()
    assert linked != alone
    assert linked == write_report(settings, night).read_bytes()


def test_writing_a_night_again_changes_no_byte_of_the_index(settings: Settings) -> None:
    night = run(settings.places, MONDAY, "x", "2026-03-12T02:00:00.000000Z")
    write_report(settings, night)
    first = settings.places.report_index.read_bytes()
    write_report(settings, night)
    assert settings.places.report_index.read_bytes() == first


def test_the_index_shows_a_dash_for_what_a_run_did_not_reach_and_draws_what_it_did() -> None:
    nights = (
        NightRow(TUESDAY, outcome="stopped", failed=2, has_page=True),
        NightRow(MONDAY, "", "m", "published", 500, 3, 0, 1, 2),
    )
    page = Page(render_index(nights))
    assert "Tue 2026-03-10 stopped \N{EN DASH} \N{EN DASH} \N{EN DASH} \N{EN DASH} 2" in page.words
    assert "Mon 2026-03-09 published 500 3 1 2 0" in page.words
    assert page.tags.count("img") == 2
    assert page.all("alt")[1].startswith("Scores held on each of 1 night")


def test_the_index_draws_the_ninety_newest_nights_that_scored_anybody_and_lists_all() -> None:
    scored = [NightRow(MONDAY - timedelta(days), scored=500 - days, held=days) for days in range(91)]
    page, nights = Page(render_index((NightRow(TUESDAY), *scored))), "90 nights from 10 December to 9 March"
    assert f"on each of {nights}: 500 on the last one, between 411 and 500" in page.all("alt")[0]
    assert f"on each of {nights}: 0 on the last one, between 0 and 89" in page.all("alt")[1]
    assert "Tue 2025-12-09 " in page.words


def test_an_index_without_a_night_says_so() -> None:
    assert "No night has run yet." in Page(render_index(())).words


def test_hostile_words_in_an_outcome_come_out_inert() -> None:
    page = Page(render_index((NightRow(MONDAY, outcome="<script>alert(1)</script>"),)))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.words


def test_every_page_has_its_headings_in_order_and_a_way_past_the_menus() -> None:
    for content in (render(nights_by_hand.busy()), render_index((NightRow(MONDAY, scored=5, held=1),))):
        page = Page(content)
        levels = [int(tag[1]) for tag in page.tags if tag in ("h1", "h2", "h3", "h4")]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(below - above <= 1 for above, below in pairwise(levels))
        assert page.all("href")[1] == "#main" and "main" in page.all("id")


def links(path: Path) -> list[str]:
    return [url for url in Page(path.read_bytes()).all("href") if url.endswith(".html")]


@pytest.mark.parametrize(
    ("outcome", "published", "says"),
    [
        ("published", 0, "nothing new"),
        ("published", 1, "published"),
        ("published", None, "published"),
        ("stopped", 0, "stopped"),
    ],
)
def test_the_index_does_not_call_published_what_brought_no_new_score(
    outcome: str, published: int | None, says: str
) -> None:
    page = Page(render_index((NightRow(MONDAY, outcome=outcome, published=published),)))
    assert f"Mon 2026-03-09 {says} " in page.words
