"""What a night is laid out from, table by table: no night is built."""

from datetime import date

import duckdb

from evenscore.night import inputs
from evenscore.state.runs import Night
from home import Home

TONIGHT = date(2026, 3, 5)


def test_the_version_that_readers_saw_last_is_that_of_the_last_nights_scores(home: Home) -> None:
    with duckdb.connect() as con:
        con.execute("create schema raw")
        con.execute("create table raw.published_scores (as_of_date date, scoring_version int, score double)")
        con.execute("create table raw.published_nights (as_of_date date, scoring_version int)")
        eve, tonight = date(2026, 3, 4), TONIGHT
        rows = [(date(2026, 3, 3), 5, 60.0), (eve, 2, 50.0), (eve, 4, None)]
        con.executemany("insert into raw.published_scores values (?, ?, ?)", rows)
        con.executemany("insert into raw.published_nights values (?, ?)", [(eve, 2), (tonight, 1)])
        for night, version in (
            (Night(TONIGHT, "r1"), 1),
            (Night(date(2026, 3, 6), "r2"), home.settings.scoring.version),
        ):
            inputs._write_night(con, home.settings, night)
            found = con.execute("select run_id, as_of_date, previous_version, scoring_version from raw.run").fetchall()
            assert found == [(night.run_id, night.as_of_date, 2, version)]


def test_seeds_are_the_accounts_that_they_name_however_they_are_written(home: Home) -> None:
    home.configure(
        more='network = "forum"\n[[sources]]\nname = "vault"\nkind = "files"\npath = "data/*"\n'
        'network = "vault"\ncase_counts = true\n[scoring]\nseeds = ["forum:Ann", "vault:Ann", "forum:a:b"]'
    )
    home.places.inputs.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute("create schema raw")
        inputs._write_seeds(con, home.settings)
        found = con.execute("from raw.trust_seeds order by all").fetchall()
    assert found == [("forum", "a:b"), ("forum", "ann"), ("vault", "Ann")]
