"""What scores rest on beside evidence is told when it changes, and nothing else is."""

from collections.abc import Callable
from datetime import date

import duckdb
import pytest

from evenscore.night import changed_settings
from evenscore.state import runs
from evenscore.state.runs import Night
from home import Home

NIGHTS = [Night.of(date(2026, 3, day), f"run{day}") for day in (8, 9, 10)]
SEEDS = 'network = "forum"\n\n[scoring]\nseeds = ["forum:ann", "forum:bob"]'


def write_list(home: Home, text: str) -> None:
    (home.folder / "topics.csv").write_text(text)


def told(home: Home, night: Night, outcomes: dict[Night, str]) -> dict[str, tuple[str, str]]:
    """What a night is told, where earlier runs ended so."""
    with duckdb.connect() as con:
        con.execute("create schema raw")
        con.execute("attach ':memory:' as published")
        con.execute(
            "create table published.runs (run_id varchar, as_of_date date, outcome varchar, ended_at timestamp)"
        )
        for number, (run, outcome) in enumerate(outcomes.items()):
            ended = f"2026-03-11 00:0{number}:00"
            con.execute("insert into published.runs values (?, ?, ?, ?)", [run.run_id, run.as_of_date, outcome, ended])
        changed_settings.write(con, home.settings, night)
        rows = con.execute("from raw.changed_settings").fetchall()
    return {name: (before, now) for name, before, now in rows}


def ran(home: Home, night: Night) -> None:
    """The first stage of a run, as the home is configured."""
    with runs.stage(home.places, night, "check_landing") as record:
        record[changed_settings.RECORD] = changed_settings.rested_on(home.settings)


CHANGES: dict[str, tuple[Callable[[Home], object], dict[str, tuple[str, str]]]] = {
    "nothing": (lambda home: None, {}),
    "where files lie": (lambda home: home.configure("data/*.csv", SEEDS), {}),
    "the order of seeds, and one named twice": (
        lambda home: home.configure(more=SEEDS.replace('"forum:ann"', '"forum:bob", "forum:ann"')),
        {},
    ),
    "one seed more": (
        lambda home: home.configure(more=SEEDS.replace("bob", 'bob", "forum:eve')),
        {"scoring.seeds": ("2 named", "3 named")},
    ),
    "another seed": (
        lambda home: home.configure(more=SEEDS.replace("bob", "eve")),
        {"scoring.seeds": ("2 named", "2 named, but others")},
    ),
    "no seeds, and another window": (
        lambda home: home.configure(more='network = "forum"\n\n[checks]\nhold_window_nights = 5'),
        {"scoring.seeds": ("2 named", "none"), "checks.hold_window_nights": ("3", "5")},
    ),
    "another network, whose bought votes go": (
        lambda home: home.configure(more=SEEDS.replace('"forum"\n', '"forge"\npolices_votes = true\n', 1)),
        {"sources.forum": ("files activity of forum", "files activity of forge, polices_votes")},
    ),
    "a source that has ended": (
        lambda home: home.configure(more=SEEDS.replace('"forum"\n', '"forum"\nlast_day = 2026-03-04\n', 1)),
        {"sources.forum": ("files activity of forum", "files activity of forum, ended on 2026-03-04")},
    ),
    "a list of topics": (
        lambda home: (write_list(home, "a"), home.configure(more=f'{SEEDS}\n\n[topics]\nlist = "topics.csv"')),
        {"topics.list": ("none", "a list")},
    ),
    "another scoring version, which is told by itself": (
        lambda home: home.configure(more=f"{SEEDS}\nversion = 2"),
        {},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_in_words_that_name_nobody(home: Home, change: str) -> None:
    do, says = CHANGES[change]
    home.configure(more=SEEDS)
    ran(home, NIGHTS[1])
    do(home)
    assert told(home, NIGHTS[2], {NIGHTS[1]: "published"}) == says


def test_other_words_of_a_list_under_its_old_name_are_told(home: Home) -> None:
    write_list(home, "a")
    home.configure(more='network = "forum"\n\n[topics]\nlist = "topics.csv"')
    ran(home, NIGHTS[1])
    write_list(home, "b")
    assert told(home, NIGHTS[2], {NIGHTS[1]: "unchanged"}) == {"topics.list": ("a list", "a list, but others")}


def test_a_night_is_compared_with_the_last_one_before_it_that_readers_saw(home: Home) -> None:
    ran(home, NIGHTS[0])
    home.configure(more=SEEDS)
    ran(home, NIGHTS[1])
    seen = {"scoring.seeds": ("none", "2 named")}
    assert told(home, NIGHTS[2], {NIGHTS[0]: "published", NIGHTS[1]: "stopped"}) == seen
    assert told(home, NIGHTS[2], {NIGHTS[1]: "published", NIGHTS[0]: "published"}) == {}
    assert told(home, NIGHTS[1], {NIGHTS[0]: "published", NIGHTS[1]: "published"}) == seen  # itself, run before
    again = Night.of(NIGHTS[1].as_of_date, "again")
    ran(home, again)
    home.configure()
    ran(home, NIGHTS[1])
    assert told(home, NIGHTS[2], {NIGHTS[1]: "published", again: "published"}) == {"scoring.seeds": ("2 named", "none")}


def test_where_nobody_knows_what_it_was_nothing_is_told(home: Home) -> None:
    assert told(home, NIGHTS[2], {}) == {}
    with runs.stage(home.places, NIGHTS[1], "check_landing"):
        pass
    assert told(home, NIGHTS[2], {NIGHTS[0]: "published", NIGHTS[1]: "published"}) == {}
    with duckdb.connect() as con:
        con.execute("create schema raw")
        con.execute("attach ':memory:' as published")
        changed_settings.write(con, home.settings, NIGHTS[2])
        assert con.execute("from raw.changed_settings").fetchall() == []


def test_no_account_is_named_in_what_is_kept(home: Home) -> None:
    home.configure(more=SEEDS)
    assert not any(name in str(changed_settings.rested_on(home.settings)) for name in ("ann", "bob"))
