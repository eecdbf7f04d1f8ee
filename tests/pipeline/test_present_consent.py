"""What may be shown is judged by the ledger at the moment of showing it, whatever night is scored or kept."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from stepping import NIGHTS, Stepped
from village import LAST, PEOPLE, Village, copied, published

from evenscore.base import atomic_io
from evenscore.base.errors import StoppedByCheck
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.erasure.hide import hide, roll_back
from evenscore.night import steps
from evenscore.night.doctor import examine
from evenscore.publication import candidate, publishing, shown_rows
from evenscore.state.runs import Night

EVE = NIGHTS[-2]
AFTER = f"{LAST + timedelta(days=1)}T01:00:00Z"
"""At one in the morning, before the night of the day before is run."""
CLAIMANT = "p_claimant"

Say = Callable[[Village], Any]
PROTECTED: dict[str, tuple[str, Say]] = {
    "withdrew": ("p0", lambda v: v.grant("p0", action="withdraw", recorded_at=AFTER)),
    "asked for erasure": ("p1", lambda v: v.grant("p1", action="erase", purpose="research", recorded_at=AFTER)),
    "is a minor for research": ("p2", lambda v: v.grant("p2", purpose="research", is_adult="false", recorded_at=AFTER)),
    "is a minor elsewhere": (
        "p3",
        lambda v: v.grant("p3", "p_3", network="forge", is_adult="false", recorded_at=AFTER),
    ),
    "is claimed by another": ("p4", lambda v: v.grant(CLAIMANT, "p4", purpose="research", recorded_at=AFTER)),
    "withdrew in capitals": ("p5", lambda v: v.grant("p5", " P5\u200b", action="withdraw", recorded_at=AFTER)),
    "withdrew under another spelling": ("p6", lambda v: v.grant("P6", "p6", action="withdraw", recorded_at=AFTER)),
}


@dataclass(frozen=True)
class Left:
    """The stepped nights, after which some are protected."""

    settings: Settings
    checked: Settings
    """The home as it was when the last night was checked, before anybody left, and not published yet."""
    night: Night


@pytest.fixture(scope="module")
def left(stepped: Stepped, checked: tuple[Settings, Night], tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder = tmp_path_factory.mktemp("present")
    assert who(stepped.settings) == set(PEOPLE)
    village = replace(stepped.village, folder=folder / "village", ledger=list(stepped.village.ledger))
    for _, say in PROTECTED.values():
        say(village)
    nights = [night.run_id for night in stepped.nights]
    home = keeping(nights[1:], stepped.settings, folder / "home").home
    due = keeping(nights[1:2], checked[0], folder / "checked")
    return Left(village.write().settings(home), due, checked[1])


def keeping(runs: list[str], settings: Settings, home: Path) -> Settings:
    """A copy of a home in which no other runs are kept: to hide somebody in one takes a second."""
    mine = copied(settings, home)
    for folder in publishing.kept_runs(mine.places):
        if folder.name not in runs:
            shutil.rmtree(folder)
    return mine


@pytest.fixture
def due(left: Left, tmp_path: Path) -> tuple[Settings, Night]:
    """The checked night in a home of its own, read with the ledger as it stands now."""
    return left.settings.model_copy(update={"home": copied(left.checked, tmp_path / "home").home}), left.night


@pytest.fixture
def mine(left: Left, tmp_path: Path) -> Settings:
    """The home in a copy, read with the ledger as it stands now."""
    shutil.copytree(left.settings.home, tmp_path / "home", symlinks=True)
    return left.settings.model_copy(update={"home": tmp_path / "home"})


def who(settings: Settings, table: str = "person_scores") -> set[str]:
    return {person for (person,) in published(settings, f"select distinct person_id from {table}")}


def rest() -> set[str]:
    return set(PEOPLE) - {person for person, _ in PROTECTED.values()}


def tables_that_show(folder: Path) -> set[str]:
    """The tables of a kept run in which somebody stands who is protected now."""
    people = ", ".join(f"'{person}'" for person, _ in PROTECTED.values())
    with duckdb.connect(str(folder / publishing.DATABASE), read_only=True) as con:
        tables = con.execute(
            "select table_name from duckdb_columns() where column_name = 'person_id' "
            "and table_name in (select table_name from duckdb_tables())"
        ).fetchall()
        return {
            table
            for (table,) in tables
            if con.execute(f"select count(*) from {table} where person_id in ({people})").fetchall() != [(0,)]
        }


# Every way to the readers -------------------------------------------------------------------------------------------


def the_same_night_again(settings: Settings) -> None:
    steps.run_night(settings, LAST)


def an_earlier_night_again(settings: Settings) -> None:
    steps.rebuild_night(settings, EVE)


def hidden_at_once(settings: Settings) -> None:
    hide(settings)


def rolled_back(settings: Settings) -> None:
    said = CliRunner().invoke(main, ["--home", str(settings.home), "--config", str(settings.config), "rollback"])
    assert said.exit_code == 0, said.output


def rolled_back_by_hand_and_run(settings: Settings) -> None:
    atomic_io.point(settings.places.current, publishing.kept_runs(settings.places)[0])
    hide(settings)


@pytest.mark.parametrize(
    "way",
    [
        the_same_night_again,
        pytest.param(an_earlier_night_again, marks=pytest.mark.slow),
        hidden_at_once,
        rolled_back,
        rolled_back_by_hand_and_run,
    ],
)
def test_nobody_is_shown_who_is_protected_by_now(mine: Settings, way: Callable[[Settings], None]) -> None:
    way(mine)
    assert who(mine) == rest()
    for folder in publishing.kept_runs(mine.places):
        assert tables_that_show(folder) == set(), folder.name
    assert [finding for finding in examine(mine) if finding.subject == "shown" and not finding.is_well] == []


def test_doctor_says_who_is_shown_too_many(mine: Settings) -> None:
    problems = [finding.says for finding in examine(mine) if finding.subject == "shown" and not finding.is_well]
    assert len(problems) == 1
    assert "evenscore rollback" not in problems[0]
    hide(mine)
    assert all(finding.is_well for finding in examine(mine) if finding.subject == "shown")


def test_who_withdraws_between_the_build_and_the_publish_is_not_published(due: tuple[Settings, Night]) -> None:
    settings, night = due
    steps.publish(settings, night)
    assert who(settings) == rest()
    assert published(settings, "select count(*) from score_contributions where person_id = 'p0'") == [(0,)]


@pytest.mark.parametrize("of", ["conformed", "present", "both"])
def test_the_audit_asks_by_a_road_of_its_own(
    due: tuple[Settings, Night], monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """A fault in one of the two judges is caught by the other; a fault in both is caught by the audit."""
    settings, night = due
    right = shown_rows.rule
    broken = {"conformed", "present"} if of == "both" else {of}
    monkeypatch.setattr(candidate, "rule", lambda mart, of: "true" if of in broken else right(mart, of))
    if of == "conformed":
        steps.publish(settings, night)
        assert who(settings) == rest()
    else:
        with pytest.raises(StoppedByCheck, match="Nobody is shown who did not ask"):
            steps.publish(settings, night)


def test_a_run_that_is_not_kept_cannot_be_rolled_back_to(mine: Settings) -> None:
    said = CliRunner().invoke(
        main, ["--home", str(mine.home), "--config", str(mine.config), "rollback", "2026-01-01_never"]
    )
    assert said.exit_code == 2
    assert "no such run is kept" in said.output


def test_a_damaged_run_cannot_be_rolled_back_to(mine: Settings) -> None:
    eve = publishing.kept_runs(mine.places)[0]
    (eve / publishing.DATABASE).write_bytes(b"nothing")
    seen = mine.places.current.resolve()
    with pytest.raises(Exception, match="not the bytes that were published"):
        roll_back(mine, eve.name)
    assert mine.places.current.resolve() == seen


def test_who_stays_is_seen_at_the_run_that_was_rolled_back_to(mine: Settings) -> None:
    roll_back(mine, None)
    nights = "select distinct as_of_date from person_scores order by 1"
    assert published(mine, nights) == [(night,) for night in NIGHTS[:-1]]
