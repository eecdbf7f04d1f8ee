"""The page of a night as it is written from a home folder: all that the warehouse holds, and never more."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from nights_by_hand import NIGHT, TONIGHT
from parsed import Page
from tiny_warehouse import build_warehouse

from evenscore.base import atomic_io
from evenscore.base.settings import Consent, Settings
from evenscore.base.sources import Source
from evenscore.report.facts import Moves
from evenscore.report.score_facts import read_scored
from evenscore.report.writing import write_report


def settings_of(home: Path) -> Settings:
    source = Source(name="feed", kind="files", path="feed.csv", network="forum")
    ledger = Consent(ledger=Path("ledger.csv"))
    return Settings(home=home, config=home / "evenscore.toml", sources=(source,), consent=ledger)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of a whole night."""
    settings = settings_of(tmp_path_factory.mktemp("home"))
    build_warehouse(settings.places, TONIGHT)
    record(settings, *BUILT, "publish", published="published")
    return Page(write_report(settings, NIGHT).read_bytes())


def record(settings: Settings, *names: str, **last: object) -> None:
    """Stages that went well, the last one with what is given."""
    for position, name in enumerate(names):
        at = f"2026-03-16T00:0{position}:00.000000Z"
        entry = {"stage": name, "outcome": "done", "seconds": 1.0, "started_at": at, "ended_at": at}
        entry |= last if name == names[-1] else {}
        atomic_io.write_json(settings.places.run(NIGHT.run_id) / "stages" / f"{name}.json", entry)


BUILT = ("check_landing", "build", "check")


def test_a_whole_night_is_read_from_the_warehouse(page: Page) -> None:
    assert "Not known" not in page.words and "missing from this page" not in page.words
    for sentence in (
        "35 rows tonight, 14.0 times the usual",
        "self-interaction forum 17",
        "212 scores of the network forge, shard 3 affected: expected calm, observed a fall. Action: frozen.",
        "Many moved as one open since tonight",
        'If the move is real: evenscore review incident b --by YOUR_NAME --why "YOUR REASON"',
        "about 1 in 50,000 moves of people like this one goes so far",
        "Many moved as one closed tonight, opened 12 March",
        "Impact 15,000: 15.0 points \N{MULTIPLICATION SIGN} 1,000 people reached.",
        "Pending: 30.0 was rejected, and the candidate has gone far from there since.",
        "Rejected by ana: a ring",
        "forum: people who engaged lately +50.0",
        "forum: the crowd, lately \N{MINUS SIGN}6.0",
        "forum:talk 412 99.8 %",
        "1, new here 40 34.0 %",
        "p_ida work cleared by itself",
        "forum: 3 names of more than one account.",
        "Of 1 score that stood seven nights ago, all rose by a point or more",
        "half 16.0 14.0 +2.0",
        "A large move … moved half of what the community spans, or 20 points, "
        "against a score accepted within the last 3 nights 1",
        "Incident … belongs to a group that moved as one: frozen with the incident, and nobody is asked 1",
    ):
        assert sentence in page.words


def test_the_held_score_with_the_greatest_impact_comes_first_though_it_moved_less(page: Page) -> None:
    assert page.words.index("p_noor work 16.0 to 31.0") < page.words.index("p_maya work 16.0 to 64.0")


def test_an_episode_counts_once_in_the_record_and_only_where_it_began_within_28_nights(page: Page) -> None:
    """p_maya waits for a second night, p_noor was rejected, p_ida cleared, p_ok released; p_old was too long ago."""
    assert "1,000 scored account-nights are too few for a rate" in page.words
    assert "All 4 Released: false alarms 1 Rejected: right 1" in page.words
    assert "Cleared by themselves 1 Pending 1" in page.words


def test_the_plot_of_a_held_score_shows_sixty_nights_and_no_more(page: Page) -> None:
    shown = "Score from 15 January, 13.0, to 15 March: 16.0 stands, a candidate of 64.0 waits."
    assert shown in page.all("alt")


def test_somebody_whose_score_was_never_published_is_shown_without_the_parts_of_the_change(settings: Settings) -> None:
    build_warehouse(settings.places, TONIGHT)
    with duckdb.connect(settings.places.warehouse) as con:
        con.execute("delete from raw.published_contributions")
    record(settings, *BUILT)
    assert "Where the change comes from" not in Page(write_report(settings, NIGHT).read_bytes()).words


def test_writing_the_page_again_changes_no_byte(settings: Settings) -> None:
    build_warehouse(settings.places, TONIGHT)
    record(settings, *BUILT, "publish", published="published")
    first = write_report(settings, NIGHT).read_bytes()
    record(settings, *BUILT, "publish", published="published")
    record(settings, "report")
    assert write_report(settings, NIGHT).read_bytes() == first


@pytest.mark.parametrize("stages", [("check_landing",), ("check_landing", "build")])
def test_marts_that_this_run_did_not_build_are_not_shown(settings: Settings, stages: tuple[str, ...]) -> None:
    build_warehouse(settings.places, TONIGHT)
    record(settings, *stages, outcome="failed", exit_code=3, error="stopped")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "Tonight's scores were not built" in page.words
    assert "p_maya" not in page.words
    assert "35 rows tonight" in page.words


@pytest.mark.parametrize(("day", "label"), [(date(2026, 3, 14), "test"), (TONIGHT, "another_run_of_the_night")])
def test_a_warehouse_of_another_run_is_not_shown(day: date, label: str, settings: Settings) -> None:
    build_warehouse(settings.places, day, label)
    record(settings, *BUILT, "publish", published="published")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert f"The warehouse does not hold this run any more; it holds {day}_{label}" in page.words
    assert "which are held is not known on this page" in page.words and "none is held" not in page.words
    assert "p_maya" not in page.words


def test_a_night_without_a_warehouse_has_a_page_and_gets_no_warehouse(settings: Settings) -> None:
    record(settings, "extract_feed", outcome="failed", exit_code=1, error="feed.csv: truncated")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "The stage extract_feed failed: feed.csv: truncated" in page.words
    assert not settings.places.warehouse.exists()


def test_a_damaged_warehouse_does_not_hide_the_verdict(settings: Settings) -> None:
    settings.places.warehouse.write_bytes(b"not a database" * 1000)
    record(settings, "check_landing", outcome="failed", exit_code=3, error="the night is silent")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "The warehouse could not be read" in page.words
    assert "the night is silent" in page.words


def test_a_move_of_a_week_is_of_who_was_seen_with_a_score_a_week_before() -> None:
    with duckdb.connect() as con:
        con.execute("create schema raw; create schema marts; create schema conformed")
        con.execute("create table raw.run as select date '2026-03-15' as as_of_date")
        con.execute(
            "create table marts.person_scores as select unnest(['ann', 'ben', 'cal']) as person_id, "
            "'work' as persona, 'published' as status, null::varchar as reason, unnest([30.0, 50, null]) as score"
        )
        con.execute(
            "create table conformed.published_history as select unnest(['ann', 'ben', 'cal', 'ann']) as person_id, "
            "'work' as persona, date '2026-03-08' - unnest([0, 0, 0, 1])::integer as as_of_date, "
            "unnest([20.0, null, 5, 90]) as score"
        )
        assert read_scored(con).moves == Moves(1, 1, 0, 10)
        con.execute("delete from conformed.published_history where as_of_date = '2026-03-08'")
        found = read_scored(con)
        assert found.moves is None and found.bins_before is None, "no reader saw that night, whatever is reconstructed"
