"""What a night is laid out from, table by table: no night is built."""

from datetime import date, timedelta

import duckdb

from evenscore.night import inputs, landed_inputs, published_inputs
from evenscore.state.runs import Night
from home import Home, event

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


def test_on_which_nights_a_score_rests_on_a_network_is_told_of_all_and_the_parts_of_the_latest(home: Home) -> None:
    """Of nights after tonight too: a backfill brings back nobody who has left since. The base is no network."""
    rows = [
        *[("ann", TONIGHT - timedelta(days), network) for days, network in [(90, "n"), (3, "n"), (3, "m"), (2, "n")]],
        *[("ann", TONIGHT + timedelta(1), "n"), ("ann", TONIGHT - timedelta(1), "all"), ("ben", TONIGHT, "m")],
        *[("ben", TONIGHT - timedelta(days), network) for days in (4, 5) for network in ("n", "m")],
    ]
    home.places.inputs.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as published")
        con.execute("create schema raw")
        published_inputs._keep_parts(con, home.settings, Night(TONIGHT, "r1"))
        assert con.execute("from raw.published_networks").fetchall() == []
        con.execute(
            "create table published.score_contributions (person_id text, as_of_date date, network text, persona text)"
        )
        con.executemany("insert into published.score_contributions values (?, ?, ?, 'work')", rows)
        con.execute("drop view raw.published_networks")
        con.execute("drop view raw.published_contributions")
        published_inputs._keep_parts(con, home.settings, Night(TONIGHT, "r1"))
        told = con.execute("select person_id, network, first_date, nights from raw.published_networks").fetchall()
        nights = "select person_id, as_of_date from raw.published_contributions group by all order by all"
        latest = con.execute(nights).fetchall()
    rests = {(who, what): [day for day, one in enumerate(bits) if one == "1"] for who, what, _, bits in told}
    assert {first for *_, first, _ in told} == {TONIGHT - timedelta(90)}
    assert rests.pop(("ann", "n")) == [0, 87, 88, 91]
    assert rests == {("ann", "m"): [87], ("ben", "n"): [85, 86], ("ben", "m"): [85, 86, 90]}
    assert latest == [(who, TONIGHT - timedelta(days)) for who, days in (("ann", 3), ("ann", 2), ("ben", 4))]


def test_a_night_looks_at_the_activity_of_the_days_that_are_kept_after_it_up_to_itself(home: Home) -> None:
    home.configure(more='network = "forum"\n[retention]\nraw_days = 30')
    days = [date(2026, 2, 2), date(2026, 2, 3), TONIGHT, date(2026, 3, 6)]
    home.deliver("all.ndjson", *(event(str(day), occurred_at=f"{day}T10:00:00Z") for day in days))
    home.extract()
    files = landed_inputs.verified_files(home.settings, Night(TONIGHT, "r1"))
    assert sorted(files["landed_date"].to_pylist()) == ["2026-02-03", "2026-03-05"]
