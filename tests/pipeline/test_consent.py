"""Law L1: nobody is in any published table who did not ask to be, and who leaves takes the past along."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from outsiders import CANARY, HUB, OUTSIDERS, add_outsiders, mentions_in_bytes, mentions_in_parquet, mentions_in_tables
from village import DAYS, FIRST, LAST, Village, built, copied, fans_of, published

from evenscore.base import atomic_io, warehouse
from evenscore.base.errors import StoppedByCheck
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.night import dbt_build, steps
from evenscore.publication.publishing import kept_runs
from evenscore.state.runs import Night

TABLES = ("person_scores", "score_contributions", "score_jumps", "network_coverage")
EVE = DAYS[-2]
ON_LAST = f"{LAST}T09:00:00Z"

NEVER = {
    "stranger": "never granted anything",
    "researched": "granted research alone",
    "withdrew": "withdrew long ago",
    "erased": "asked for erasure",
    "minor": "declared a minor",
    "undeclared": "did not declare an age",
    "secluded": "has a private account",
    "first_claimant": "claims an account that another claims",
    "second_claimant": "claims an account that another claims",
    "tomorrows": "grants only tomorrow",
}
LEAVES = ("subject", "eraser", "erases_new_name", "turns_private")


@dataclass(frozen=True)
class Withdrawals:
    """Two nights; on the second some leave."""

    settings: Settings
    eve: Night
    last: Night


def the_village(folder: Path) -> Village:
    village = Village(folder, networks=("forum", "forge")).habits(["stays"])
    village.grant("researched", purpose="research")
    village.grant("withdrew").grant("withdrew", action="withdraw", recorded_at="2026-02-01T00:00:00Z")
    village.grant("erased").grant("erased", action="erase", recorded_at="2026-02-01T00:00:00Z")
    village.grant("minor", is_adult="false")
    village.grant("undeclared", is_adult="")
    village.grant("secluded")
    village.grant("first_claimant", "claimed").grant("second_claimant", "claimed")
    village.grant("tomorrows", recorded_at="2026-03-11T00:00:00Z")
    village.grant("subject").grant("subject", action="withdraw", recorded_at=ON_LAST)
    village.grant("eraser")
    village.grant("turns_private")
    for person in ("renamed", "erases_new_name"):
        village.grant(person).named(f"of {person}", person, f"{person}_now", day=EVE)
    village.grant("erases_new_name", "erases_new_name_now", action="erase", recorded_at=ON_LAST)
    village.grant("two_networks").grant("two_networks", network="forge")
    village.grant("two_networks", network="forge", action="withdraw", recorded_at=ON_LAST)
    village.grant("two_accounts", "old_account").grant("two_accounts", "new_account")
    village.grant("two_accounts", "old_account", action="withdraw", recorded_at=ON_LAST)
    village.grant("two_personas").grant("two_personas", network="forge", persona="personal")
    village.grant("two_personas", action="withdraw", recorded_at=ON_LAST)
    forum = [*NEVER, *LEAVES, "renamed", "claimed", "two_networks", "old_account", "new_account", "two_personas"]
    for account in forum:
        for day in DAYS:
            village.like(account, fans_of(account, 9)[day.toordinal() % 3 :: 3], day)
    for account in ("two_networks", "two_personas"):
        crowd = 500 if account == "two_networks" else 9
        for day in DAYS:
            village.like(account, fans_of(f"forge_{account}", crowd)[day.toordinal() % 3 :: 3], day, network="forge")
    snapshot = {"network": "forum", "is_private": "true", "is_bot": "false"}
    village.accounts.append(snapshot | {"account_id": "secluded", "captured_at": f"{FIRST}T00:00:00Z"})
    village.accounts.append(snapshot | {"account_id": "turns_private", "captured_at": ON_LAST})
    add_outsiders(village, "stays", "new_account")
    return village.write()


@pytest.fixture(scope="module")
def withdrawals(tmp_path_factory: pytest.TempPathFactory) -> Withdrawals:
    folder = tmp_path_factory.mktemp("consent")
    village = the_village(folder / "village")
    said_later = [entry for entry in village.ledger if entry["recorded_at"] >= str(LAST)]
    village.ledger = [entry for entry in village.ledger if entry not in said_later]
    settings = village.write().settings(folder / "home")
    eve = steps.run_night(settings, EVE)
    before = published(settings, "select distinct person_id from person_scores")
    both = "select score > 40 from person_scores where person_id = 'two_networks'"
    assert published(settings, both) == [(True,)]
    assert {person for (person,) in before} >= {*LEAVES, "two_networks", "two_accounts", "two_personas"}
    village.ledger += said_later
    village.grant("eraser", action="erase", recorded_at=ON_LAST).write()
    return Withdrawals(settings, eve, steps.run_night(settings, LAST))


@pytest.mark.parametrize("person", NEVER, ids=NEVER.values())
def test_there_is_no_row_of_somebody_who(person: str, withdrawals: Withdrawals) -> None:
    for table in TABLES:
        found = published(withdrawals.settings, f"select count(*) from {table} where person_id = $1", person)
        assert found == [(0,)], table
    everybody = built(withdrawals.settings, "select distinct person_id from conformed.received")
    assert (person,) not in everybody


@pytest.mark.parametrize("person", LEAVES)
def test_who_leaves_takes_every_earlier_night_along(person: str, withdrawals: Withdrawals) -> None:
    for table in TABLES:
        found = published(withdrawals.settings, f"select count(*) from {table} where person_id = $1", person)
        assert found == [(0,)], table


@pytest.mark.parametrize("person", [*NEVER, *LEAVES])
def test_no_table_mentions_by_name_who_did_not_ask(person: str, withdrawals: Withdrawals) -> None:
    for (table,) in published(withdrawals.settings, "select table_name from duckdb_tables()"):
        mentions = f"select count(*) from {table} where regexp_matches({table}::varchar, '\\b{person}\\b')"
        assert published(withdrawals.settings, mentions) == [(0,)], table


def test_who_withdraws_one_persona_keeps_the_other_with_its_past(withdrawals: Withdrawals) -> None:
    rows = "select persona, as_of_date, score > 1 from person_scores where person_id = 'two_personas' order by all"
    assert published(withdrawals.settings, rows) == [("personal", EVE, True), ("personal", LAST, True)]
    parts = "select distinct persona, network from score_contributions where person_id = 'two_personas' order by all"
    assert published(withdrawals.settings, parts) == [("personal", "all"), ("personal", "forge")]


def test_a_score_does_not_rest_on_a_network_that_was_withdrawn(withdrawals: Withdrawals) -> None:
    settings = withdrawals.settings
    parts = "select distinct as_of_date, network from score_contributions where person_id = 'two_networks' order by all"
    assert published(settings, parts) == [(LAST, "all"), (LAST, "forum")]
    rows = "select as_of_date, status, round(score) from person_scores where person_id = $1 order by all"
    ((day, status, points),) = published(settings, rows, "two_networks")
    assert (day, status) == (LAST, "published")
    assert points < 30  # with both it was above 40


def test_a_score_does_not_rest_on_an_account_that_was_withdrawn_from_a_network_that_stays(
    withdrawals: Withdrawals,
) -> None:
    rows = "select as_of_date, status from person_scores where person_id = 'two_accounts'"
    assert published(withdrawals.settings, rows) == [(LAST, "published")]


def test_coverage_says_that_a_network_was_withdrawn_and_forgets_when_it_counted(withdrawals: Withdrawals) -> None:
    rows = (
        "select as_of_date, network, is_counted, why_not from network_coverage "
        "where person_id = 'two_networks' and (network = 'forge' or is_counted) order by all"
    )
    assert published(withdrawals.settings, rows) == [
        (EVE, "forum", True, None),
        (LAST, "forge", False, "withdrawn"),
        (LAST, "forum", True, None),
    ]


@pytest.mark.parametrize("person", ["stays", "renamed"])
def test_who_stays_keeps_every_night(person: str, withdrawals: Withdrawals) -> None:
    rows = "select as_of_date from person_scores where person_id = $1 order by all"
    assert published(withdrawals.settings, rows, person) == [(EVE,), (LAST,)]


@pytest.mark.slow
def test_an_earlier_night_built_again_knows_the_account_by_its_name_of_then(
    withdrawals: Withdrawals, tmp_path: Path
) -> None:
    settings = copied(withdrawals.settings, tmp_path / "home")
    renamed = "select * exclude (run_id, published_at) from person_scores where person_id = 'renamed' order by all"
    before = published(settings, renamed)
    steps.rebuild_night(settings, EVE)
    assert published(settings, renamed) == before
    accounts = "select person_id, account_id from conformed.consent where person_id in ('renamed', 'erases_new_name')"
    assert built(settings, accounts) == [("renamed", "renamed")]


@pytest.mark.slow
def test_a_withdrawal_after_a_night_was_published_holds_when_the_same_night_is_run_again(
    withdrawals: Withdrawals, tmp_path: Path
) -> None:
    home = copied(withdrawals.settings, tmp_path / "home").home
    village = the_village(tmp_path / "village").grant("eraser", action="erase", recorded_at=ON_LAST)
    village.grant("stays", action="withdraw", recorded_at=f"{LAST}T10:00:00Z")
    settings = village.write().settings(home)
    steps.rebuild_night(settings, LAST)
    assert published(settings, "select count(*) from person_scores where person_id = 'stays'") == [(0,)]


# 200 people who may not be scored, in all that a night writes --------------------------------------------------------

KEPT_OF_THE_EVE = ("landing", "consent", "night", "published/runs/2026-03-09", "reports/2026-03-09", "runs/2026-03-09")
"""The landing zone, the ledger, and what was true the night before; forgetting and retention see to these."""


def test_no_table_of_warehouse_or_published_database_names_an_outsider(withdrawals: Withdrawals) -> None:
    places = withdrawals.settings.places
    assert len(OUTSIDERS) == 200
    assert mentions_in_tables(places.warehouse) == []
    assert mentions_in_tables(places.database) == []
    assert mentions_in_parquet(places.current) == []


def test_no_byte_of_what_a_night_writes_names_an_outsider(withdrawals: Withdrawals) -> None:
    places = withdrawals.settings.places
    assert mentions_in_bytes(places.home, *KEPT_OF_THE_EVE) == []
    assert b"two_accounts" in places.warehouse.read_bytes()
    assert "landing" in {name.split("/")[0] for name in mentions_in_bytes(places.home)}
    assert not places.spilled.exists()


def test_no_verb_says_anything_of_an_outsider(withdrawals: Withdrawals) -> None:
    settings = withdrawals.settings
    surroundings = ["--home", str(settings.home), "--config", str(settings.config)]
    for verb in (["status"], ["explain", "stays"], ["doctor"], ["--json", "explain", "two_accounts"]):
        said = CliRunner().invoke(main, [*surroundings, *verb])
        assert said.output, verb
        assert CANARY not in said.output, verb
    said = CliRunner().invoke(main, [*surroundings, "explain", OUTSIDERS[0]])
    assert said.exit_code == 2
    assert "nothing is published about this person" in said.output


def test_outsiders_count_as_engagers_all_the_same(withdrawals: Withdrawals) -> None:
    engagers = (
        "select person_id, count(distinct engager_id) from conformed.received where set_aside_because is null "
        "and starts_with(engager_id, '#') and person_id in ('stays', 'two_accounts') group by all order by all"
    )
    assert dict(built(withdrawals.settings, engagers)).keys() == {"stays", "two_accounts"}
    people = "select count(distinct person_id) as n from conformed.pairs where engager_id[1] = '#' group by engager_id"
    assert built(withdrawals.settings, f"select max(n) from ({people})") == [(1,)]


def test_a_program_that_does_not_say_so_is_counted_and_not_named(withdrawals: Withdrawals) -> None:
    found = "select account_id, event_count from conformed.programs where why like 'gives %'"
    assert built(withdrawals.settings, found) == [(None, 4_000)]
    assert HUB not in withdrawals.settings.places.report(LAST).read_text()


def test_a_column_that_is_not_on_the_list_of_personal_data_stops_the_night(
    withdrawals: Withdrawals, tmp_path: Path
) -> None:
    settings = copied(withdrawals.settings, tmp_path / "home")
    with warehouse.connect(settings.places) as con:
        con.execute("alter table features.feat_person__reach add column shoe_size integer")
    with pytest.raises(StoppedByCheck, match=r"feat_person__reach\.shoe_size"):
        steps.check(settings, withdrawals.last)


def test_a_column_that_is_not_on_the_list_is_not_published(withdrawals: Withdrawals, tmp_path: Path) -> None:
    settings = copied(withdrawals.settings, tmp_path / "home")
    eve, _last = kept_runs(settings.places)
    atomic_io.point(settings.places.current, eve)  # what the night was measured against
    with warehouse.connect(settings.places) as con:
        con.execute("alter table marts.person_scores add column shoe_size integer")
    with pytest.raises(StoppedByCheck, match=r"person_scores\.shoe_size"):
        steps.publish(settings, withdrawals.last)


def test_an_outsider_in_a_table_that_nobody_thought_of_stops_the_night(
    withdrawals: Withdrawals, tmp_path: Path
) -> None:
    settings = copied(withdrawals.settings, tmp_path / "home")
    with warehouse.connect(settings.places) as con:
        con.execute(f"create table marts.notes as select '{HUB}' as author_id, 1 as points")
    with pytest.raises(StoppedByCheck, match="only_consenting_people_are_named"):
        dbt_build.build(settings, "the test", ["--select", "only_consenting_people_are_named"])


@pytest.mark.parametrize("table", ["conformed.pairs", "features.feat_engager__topics"])
def test_an_engager_by_name_stops_the_night(table: str, withdrawals: Withdrawals, tmp_path: Path) -> None:
    settings = copied(withdrawals.settings, tmp_path / "home")
    with warehouse.connect(settings.places) as con:
        con.execute(f"insert into {table} by name select 'stays' as person_id, 'account:forum:{HUB}' as engager_id")
    with pytest.raises(StoppedByCheck, match=f"{table.split('.')[1]}[.]engager_id"):
        steps.check(settings, withdrawals.last)
