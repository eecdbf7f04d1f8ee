"""History that has ended is no outage, and who is frozen stays as they were, to the digit."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from village import DAYS, LAST, PEOPLE, Village, published, run_unread

from evenscore.base.settings import Settings
from evenscore.checks.judge import results_of
from evenscore.disclosure.explain import explain, in_words
from evenscore.state.runs import Night

EVE, DOWN, BACK = LAST - timedelta(days=2), LAST - timedelta(days=1), LAST
FEW = [f"x{number}" for number in range(5)]

HISTORY = """
[[sources]]
name = "forum_history"
kind = "files"
path = "history.csv"
network = "forum"
"""

COLUMNS = "person_id, score, score_low, score_high, reach, amplification, network_quality, evidence_count"


@dataclass(frozen=True)
class Outage:
    """Three nights; on the second the network of the few does not deliver. The forum began with a file of history."""

    settings: Settings
    nights: dict[date, Night]


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Outage:
    folder = tmp_path_factory.mktemp("outage")
    village = Village(folder / "village", networks=("forum", "pixels")).habits(PEOPLE)
    for person in FEW:
        village.grant(person, network="pixels")
        for day in DAYS:
            village.like(
                person, [f"fan{n}_of_{person}" for n in range(day.toordinal() % 3, 12, 3)], day, network="pixels"
            )
    # Who lives on both, and has no more than a part of theirs frozen.
    village.grant("p0", network="pixels").like(
        "p0", [f"far{number}" for number in range(6)], DAYS[10], network="pixels"
    )
    village.write()
    lines = []
    for day in DAYS[:-4]:
        path = village.folder / "forum" / "activity" / f"{day}.csv"
        header, *rows = path.read_text().splitlines()
        lines += rows
        path.unlink()
    (village.folder / "history.csv").write_text("\n".join([header, *lines]) + "\n")
    config = village.folder / "evenscore.toml"
    config.write_text(HISTORY + config.read_text())
    settings = village.settings(folder / "home")
    missing = village.folder / "pixels" / "activity" / f"{DOWN}.csv"
    late = missing.read_bytes()
    nights = {EVE: run_unread(settings, EVE)}
    missing.unlink()
    nights[DOWN] = run_unread(settings, DOWN)
    missing.write_bytes(late)
    nights[BACK] = run_unread(settings, BACK)
    return Outage(settings, nights)


def test_a_file_of_history_that_has_ended_freezes_nobody(outage: Outage) -> None:
    query = (
        "select distinct as_of_date, is_complete, why_not from network_coverage where network = 'forum' and is_counted"
    )
    assert published(outage.settings, f"{query} order by all") == [(night, True, None) for night in (EVE, DOWN, BACK)]
    status = "select distinct status from person_scores where starts_with(person_id, 'p')"
    assert published(outage.settings, status) == [("published",)]


def test_who_is_frozen_has_the_row_of_the_night_before_to_the_digit(outage: Outage) -> None:
    rows = f"select {COLUMNS} from person_scores where starts_with(person_id, 'x') and as_of_date = $1 order by all"
    before, after = (published(outage.settings, rows, night) for night in (EVE, DOWN))
    assert len(after) == len(FEW) and before == after
    parts = (
        "select * exclude (as_of_date) from score_contributions where starts_with(person_id, 'x') and as_of_date = $1"
    )
    before, after = (published(outage.settings, f"{parts} order by all", night) for night in (EVE, DOWN))
    assert before and before == after


def test_every_text_says_the_same_of_the_outage(outage: Outage) -> None:
    columns = "status, reason, reason_detail from person_scores"
    said = f"select distinct {columns} where starts_with(person_id, 'x') and as_of_date = $1"
    assert published(outage.settings, said, DOWN) == [("frozen", "missing_delivery", "pixels")]
    half = f"select {columns} where person_id = 'p0' and as_of_date = $1"
    assert published(outage.settings, half, DOWN) == [("published", "missing_delivery", "pixels")]
    why = "tonight's delivery is missing: its part stays as it was"
    query = (
        "select distinct is_counted, is_complete, why_not from network_coverage where network = 'pixels' and is_linked"
    )
    assert published(outage.settings, f"{query} and as_of_date = $1", DOWN) == [(True, False, why)]
    (score,) = explain(outage.settings.places, "x0", DOWN)
    assert "frozen: it stays as it was (delivery missing: pixels)" in in_words(score)
    assert f"pixels: counted, 100% of the points; {why}" in in_words(score)
    incident = "select kind, scope, observed from incident_nights where as_of_date = $1 and state = 'open'"
    observed = f"missing; whole up to {EVE}"
    assert published(outage.settings, incident, DOWN) == [("missing_delivery", "network:pixels", observed)]
    failed = [r for r in results_of(outage.settings.places, outage.nights[DOWN].run_id) if not r.success]
    assert {(result.suite, result.expectation.split(":")[0]) for result in failed} == {
        ("landing.deliveries", "is_covered")
    }


def test_the_recovery_is_quiet_and_put_down_to_coverage(outage: Outage) -> None:
    rows = "select distinct status, reason from person_scores where starts_with(person_id, 'x') and as_of_date = $1"
    assert published(outage.settings, rows, BACK) == [("published", None)]
    assert not published(outage.settings, "from score_jumps")
    causes = "select distinct cause from score_changes where starts_with(person_id, 'x') and as_of_date = $1"
    assert ("source_coverage",) in published(outage.settings, causes, BACK)
    assert not published(outage.settings, causes, DOWN)
