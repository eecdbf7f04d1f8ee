"""Every expectation in `expectations/` passes on a healthy night and has been seen to fail on a broken one."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from evenscore.base.errors import StoppedByCheck, UsageError
from evenscore.base.settings import Checks, Consent, Settings
from evenscore.base.sources import Source
from evenscore.checks import suites
from evenscore.checks.judge import Result, judge, results_of, validate
from evenscore.checks.kept_rows import rows_of
from evenscore.checks.suites import STAGES, Suite, load_suites
from evenscore.names.look_alikes import RECENT_NAMES
from evenscore.state.runs import Night

NIGHT = Night.of(date(2026, 3, 10), "judged")
ASKED: list[tuple[Suite, pd.DataFrame, Any]] = []
"""The suites, rows and answers of Great Expectations so far."""

HEALTHY = """
    create schema raw; create schema conformed; create schema scores; create schema marts;

    create table raw.run as
        select 'a_run' as run_id, date '2026-03-10' as as_of_date, 20 as hold_move_points, 3 as hold_window_nights,
            3 as scoring_version, 3 as previous_version;
    create table raw.ledger_words as select 0 as heard_count, 0 as unheard_count;
    create table raw.sources as select 'forum' as name, 'activity' as dataset;
    create table raw.source_days as
        select 'talk' as network, 'forum' as source, date '2026-03-10' as day_date, 'covered' as state;
    create table raw.landed_files as
        select
            'forum' as source, 'talk' as network, 'activity' as dataset, 'forum-' || day || '.parquet' as path,
            (date '2026-03-10' - day)::varchar as landed_date, 100 as row_count
        from (select unnest(range(0, 57))::integer as day);
    create table raw.deliveries as
        select 'forum' as source, '2026-03-10' as night_date, 0.01 as rejected_share, 0 as withheld_count,
            false as is_accepted, false as is_quiet_in_truth, false as is_unchecked,
            date '2026-01-01' as first_date, date '2026-03-10' as last_date;
    -- A hundred people act a day, each on one of two colleagues.
    create table raw.activity as
        select
            'forum' as source, 'talk' as network, 'like' as verb, 'a' || number as actor_id,
            't' || (number + day % 2) % 100 as target_id, 'o' || number as object_id,
            'e' || day || '-' || number as event_id,
            timestamp '2026-03-10 12:00:00' - to_days(day) as occurred_at
        from (select unnest(range(0, 57))::integer as day), (select unnest(range(0, 100))::integer as number);

    -- Sixty of them asked for a score; who is acted on acts, too.
    create table raw.consent as
        select
            'p' || number as person_id, 'talk' as network, 'a' || number as account_id, 'work' as persona,
            'grant' as action, 'public_score' as purpose, timestamp '2026-01-01' as recorded_at
        from (select unnest(range(0, 60)) as number);
    -- And as many had asked, and have left since: nobody misses their names.
    insert into raw.consent by name
        select 'left' || number as person_id, 'talk' as network, 'gone' || number as account_id, 'work' as persona,
            unnest(['grant', 'withdraw']) as action, 'public_score' as purpose,
            unnest([timestamp '2026-01-01', timestamp '2026-03-10 23:59:59']) as recorded_at
        from (select unnest(range(0, 61)) as number);
    create table raw.aliases as
        select 'talk' as network, 'account' as kind, 't' || number as alias_id, 'n' || number as stable_id
        from (select unnest(range(0, 100)) as number)
        union all
        select 'talk', 'account', 'a' || number, 'n' || number from (select unnest(range(0, 100)) as number);
    create table raw.look_alikes as select 'talk' as network, 0 as look_alike_count;

    create table conformed.consent as
        select 'p' || number as person_id, 'work' as persona, number
        from (select unnest(range(0, 100)) as number);
    create table raw.trust_seeds as
        select 'forum' as network, 'a' || number as account_id from (values (1), (2), (2)) as seeds (number);
    create table conformed.configured_seeds (person_id varchar, seed_count bigint);
    insert into conformed.configured_seeds values ('p1', 1), ('p2', 1);
    create table conformed.trust_night_seeds as
        select 3 as scoring_version, date '2026-03-10' - day as as_of_date, 'p' || number as person_id
        from (select unnest([0, 1]) as day), (select unnest(range(0, 10)) as number);
    create table conformed.trust_kept_seeds as
        select * from (
            values (3, date '2026-03-09', 0.95), (3, date '2026-03-08', 0), (2, date '2026-03-09', 0)
        ) as kept (scoring_version, earlier_date, kept_seed_share);
    create table conformed.received as
        select
            'forum' as network,
            case number when 0 then 'service account' when 1 then 'self-interaction' end as set_aside_because
        from (select unnest(range(0, 10)) as number);

    -- Everybody a score of their own; on every other night five go up by a point, and on the night after down again.
    create table raw.published_scores as
        select
            person_id, persona, date '2026-03-10' - day as as_of_date,
            20 + number / 5 + if(number % 20 = 7, day % 2, 0) as score,
            0::double as delta_1d, 15 as score_low, 50 as score_high,
            7 as reach, 1 as amplification, 0.5 as network_quality, 30 as evidence_count,
            'published' as status, null::varchar as reason
        from conformed.consent cross join (select unnest(range(1, 30))::integer as day);
    create table conformed.published_history as from raw.published_scores;
    create table raw.incident_releases (incident_id varchar, as_of_date date);
    create table scores.score_person__influence_previous_version as
        select person_id, persona, date '2026-03-10' as as_of_date, 20 + number / 5 + if(number % 20 = 7, 1, 0) as score
        from conformed.consent;
    create table scores.score_person__accepted as
        select
            person_id, persona, as_of_date, score as accepted_score, score as candidate_score,
            true as is_accepted_sufficient, false as is_held,
            if(number = 99 and as_of_date = date '2026-03-10', 'frozen', 'accepted') as verdict
        from (from raw.published_scores union all by name from scores.score_person__influence_previous_version)
        inner join conformed.consent using (person_id, persona);
    create table scores.score_night__built as select run_id, as_of_date from raw.run;
    create table marts.person_scores as
        select
            tonight.*, 'published' as status, score_low, score_high, reach, amplification, network_quality,
            evidence_count
        from scores.score_person__influence_previous_version as tonight
        inner join raw.published_scores as before using (person_id, persona)
        where before.as_of_date = date '2026-03-09';
    create table raw.published_contributions as
        select
            person_id, persona, as_of_date, 'forum' as network, 'recent_crowd' as feature, score as points,
            1 as raw_value
        from raw.published_scores where as_of_date = date '2026-03-09';
    create table marts.score_contributions as
        select * replace (date '2026-03-10' as as_of_date) from raw.published_contributions;
    create table marts.score_jumps as
        select person_id, persona, as_of_date, null::varchar as decision, score as candidate_score
        from marts.person_scores where false;
    create table raw.published_jumps as from marts.score_jumps;

    create table examined as
        select 'person_scores.person_id' as column_name, 'person' as kind, false as is_unlisted, 0 as unasked_count;

    create table audit as
        select
            'person_scores' as table_name,
            0 as missing_tonight_count, 0 as changed_history_count, 0 as unconsenting_count;
    create table last_good as select 0 as lost_count;
"""
HEALTHY += "create view raw.recent_names as " + RECENT_NAMES.replace("$night", f"'{NIGHT.as_of_date}'")

TONIGHT = "where as_of_date = date '2026-03-10'"


def scored(score: str, people: str = "true") -> str:
    """Give people another score tonight, before and after the gate."""
    return (
        f"update marts.person_scores set score = {score} where {people}; "
        "update scores.score_person__accepted as accepted set accepted_score = tonight.score "
        "from marts.person_scores as tonight "
        "where tonight.person_id = accepted.person_id and tonight.as_of_date = accepted.as_of_date"
    )


def acted(change: str) -> str:
    """Change tonight's events."""
    return f"update raw.activity set {change} where occurred_at >= '2026-03-10'"


FAULTS = {
    ("landing.deliveries", "rejected_share"): "update raw.deliveries set rejected_share = 0.06",
    ("landing.deliveries", "withheld_count"): "update raw.deliveries set withheld_count = 20, is_accepted = true",
    ("landing.deliveries", "unchecked_count"): "update raw.deliveries set is_unchecked = true",
    ("landing.deliveries", "is_covered"): "update raw.source_days set state = 'missing'",
    ("landing.volumes", "row_count"): "update raw.landed_files set row_count = 60 where landed_date = '2026-03-10'",
    ("landing.repeats", "repeated_count"): (
        "insert into raw.activity by name select * replace ('again-' || event_id as event_id) from raw.activity "
        "where occurred_at >= '2026-03-08' and occurred_at < '2026-03-09'"
    ),
    ("landing.repeats", "multiple_count"): (
        "insert into raw.activity by name select * exclude (copy) replace (null as actor_id, "
        "event_id || '-' || copy as event_id) from raw.activity cross join unnest(range(5)) as copies (copy) "
        "where copy = 0 or occurred_at >= '2026-03-08'"
    ),
    ("landing.doubled", "repeated_share"): (
        "insert into raw.activity by name select * replace ('again-' || event_id as event_id) from raw.activity"
    ),
    ("landing.doubled", "repeated_accounts"): (
        "insert into raw.activity by name select * exclude (copy) replace (event_id || '-' || copy as event_id, "
        "occurred_at + to_seconds(copy * 20) as occurred_at) from raw.activity "
        "cross join unnest(range(1, 4)) as copies (copy) where target_id = 't5'"
    ),
    ("landing.doubled", "multiplied_accounts"): (
        "insert into raw.activity by name select * exclude (copy) replace (null as actor_id, "
        "event_id || '-' || copy as event_id, occurred_at + to_seconds(copy) as occurred_at) from raw.activity "
        "cross join unnest(range(11)) as copies (copy) where copy = 0 or target_id = 't5'"
    ),
    ("landing.doubled", "multiple_share"): (
        "insert into raw.activity by name select * exclude (copy) replace (null as actor_id, "
        "event_id || '-' || copy as event_id) from raw.activity cross join unnest(range(13)) as copies (copy)"
    ),
    ("landing.new_ids", "new_actor_count"): acted("actor_id = 'stranger' || actor_id"),
    ("landing.new_ids", "new_target_count"): acted("target_id = 'renamed-' || target_id"),
    ("landing.new_ids", "new_pair_count"): acted("target_id = 't' || (target_id[2:]::integer + 40) % 100"),
    ("landing.ledger", "unheard_count"): "update raw.ledger_words set unheard_count = 1",
    ("landing.ledger", "heard_count"): "update raw.ledger_words set heard_count = 1",
    ("landing.matching", "named_count"): "update raw.consent set account_id = account_id || '.0'",
    ("landing.matching", "named_share"): (
        "update raw.consent set account_id = account_id || '.0' where try_cast(account_id[2:] as integer) >= 29"
    ),
    ("landing.matching", "known_target_count"): "update raw.activity set target_id = target_id || '.0'",
    ("landing.matching", "look_alike_count"): "update raw.look_alikes set look_alike_count = 3",
    ("landing.night", "is_silent"): "delete from raw.landed_files where landed_date = '2026-03-10'",
    ("features.engagement", "counted_share"): "update conformed.received set set_aside_because = 'self-interaction'",
    ("features.engagement", "bot_share"): "update conformed.received set set_aside_because = 'service account'",
    ("features.people", "people_count"): "delete from conformed.consent",
    ("features.people", "kept_share"): "delete from conformed.consent where person_id < 'p3'",
    ("features.trust", "seed_count"): "delete from conformed.trust_night_seeds where as_of_date = '2026-03-10'",
    ("features.trust", "kept_seed_share"): (
        "update conformed.trust_kept_seeds set kept_seed_share = 0.89 where scoring_version = 3 and kept_seed_share > 0"
    ),
    ("features.trust", "unknown_seed_count"): "delete from conformed.configured_seeds where person_id = 'p2'",
    ("scores.moves", "published_move"): scored("60", "person_id = 'p7'"),
    ("scores.moves", "candidate_move"): (
        f"update scores.score_person__accepted set candidate_score = 60 {TONIGHT} and person_id = 'p7'"
    ),
    ("scores.night", "median_move"): "update scores.score_person__influence_previous_version set score = score + 2.1",
    ("scores.night", "unseen_move"): (
        "delete from conformed.published_history where as_of_date = date '2026-03-09'; "
        "update scores.score_person__influence_previous_version set score = score + 2.1"
    ),
    ("scores.night", "held_share"): (
        "update marts.person_scores set status = 'held' where person_id in ('p1', 'p2', 'p3'); "
        f"update scores.score_person__accepted set is_held = true {TONIGHT} and person_id in ('p1', 'p2', 'p3')"
    ),
    ("scores.history", "mode_count"): scored("30", "score between 29 and 35"),
    ("scores.history", "down_count"): scored("if(person_id[2:]::integer % 4 = 0, score + 3, score - 1.1)"),
    ("scores.distribution", "tonight_count"): (
        "update conformed.published_history set score = score + 9 where as_of_date = date '2026-03-03'"
    ),
    ("scores.completeness", "unmatched_count"): "delete from marts.person_scores where person_id = 'p55'",
    ("scores.completeness", "altered_count"): "update marts.person_scores set score = 31.05 where person_id = 'p55'",
    ("scores.completeness", "misstated_count"): "update marts.person_scores set status = 'held' where person_id = 'p7'",
    ("scores.completeness", "foreign_count"): "update scores.score_night__built set run_id = 'another_run'",
    ("scores.completeness", "unscored_share"): (
        "update marts.person_scores set score = null, status = 'insufficient_evidence' where person_id[3:] < '3'"
    ),
    ("scores.frozen", "moved_count"): "update marts.person_scores set amplification = 2 where person_id = 'p99'",
    ("scores.frozen", "moved_part_count"): (
        "update marts.score_contributions set raw_value = 2 where person_id = 'p99'"
    ),
    ("scores.personal_data", "unlisted_count"): "update examined set is_unlisted = true",
    ("scores.personal_data", "unasked_count"): "update examined set unasked_count = 1",
    ("published.personal_data", "unlisted_count"): "update examined set is_unlisted = true",
    ("published.personal_data", "unasked_count"): "update examined set unasked_count = 1",
    ("published.tables", "missing_tonight_count"): "update audit set missing_tonight_count = 1",
    ("published.tables", "changed_history_count"): "update audit set changed_history_count = 1",
    ("published.tables", "unconsenting_count"): "update audit set unconsenting_count = 1",
    ("published.last_good", "lost_count"): "update last_good set lost_count = 1",
}
"""For each expectation, by suite and column: the smallest fault that it has to see."""

# A rule's widest fault trips its neighbour too: when everything is a bot, nothing counts.
COMPANIONS = {
    ("landing.doubled", "multiple_share"): {("landing.doubled", "multiplied_accounts")},
    ("landing.matching", "named_count"): {
        ("landing.matching", "named_share"),
        ("landing.matching", "known_target_count"),
    },
    ("landing.night", "is_silent"): {("landing.volumes", "row_count")},
    ("landing.new_ids", "new_actor_count"): {("landing.new_ids", "new_pair_count")},
    ("landing.new_ids", "new_target_count"): {("landing.new_ids", "new_pair_count")},
    ("features.engagement", "bot_share"): {("features.engagement", "counted_share")},
    ("features.people", "people_count"): {
        ("features.people", "kept_share"),
        ("scores.completeness", "unmatched_count"),
    },
    ("features.people", "kept_share"): {("scores.completeness", "unmatched_count")},
    ("scores.history", "down_count"): {("scores.frozen", "moved_count")},
    # One table stands for both databases here.
    ("scores.personal_data", "unlisted_count"): {("published.personal_data", "unlisted_count")},
    ("published.personal_data", "unlisted_count"): {("scores.personal_data", "unlisted_count")},
    ("scores.personal_data", "unasked_count"): {("published.personal_data", "unasked_count")},
    ("published.personal_data", "unasked_count"): {("scores.personal_data", "unasked_count")},
}


HEAD = "reads: One row, made for this test.\nquery: from t\nrows_are: []\nexpectations:\n"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(HEALTHY)
        yield con


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    source = Source(name="forum", kind="files", path="*.csv")
    return Settings(
        home=tmp_path,
        config=tmp_path / "evenscore.toml",
        sources=(source,),
        consent=Consent(ledger=Path("consent.csv")),
    )


@pytest.fixture(autouse=True)
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite is asked once about the same rows, in all tests: a fault changes few rows, and asking costs most."""

    def asked(suite: Suite, rows: pd.DataFrame) -> Any:
        for known, seen, outcome in ASKED:
            if known == suite and seen.equals(rows):
                return outcome
        ASKED.append((suite, rows.copy(), validate(suite, rows)))
        return ASKED[-1][2]

    monkeypatch.setattr("evenscore.checks.judge.validate", asked)


def failures(
    settings: Settings, con: duckdb.DuckDBPyConnection, stages: Iterable[str] = STAGES
) -> dict[tuple[str, str], Result]:
    """What fails of some stages, by suite and column; a stage stops exactly when something critical fails in it."""
    stopped = set()
    for stage in stages:
        try:
            judge(settings, NIGHT, stage, con)
        except StoppedByCheck:
            stopped.add(stage)
    failed = [result for result in results_of(settings.places, NIGHT.run_id) if not result.success]
    assert stopped == {result.suite.split(".")[0] for result in failed if result.severity == "critical"}
    return {(result.suite, result.expectation.split(":")[0]): result for result in failed}


def test_a_healthy_night_meets_every_expectation(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    assert failures(settings, con) == {}


def test_every_expectation_has_a_fault_that_it_has_to_see() -> None:
    known = {
        (suite.name, str(stanza.arguments["column"]))
        for stage in STAGES
        for suite in load_suites(stage, Checks())
        for stanza in suite.expectations
    }
    assert known == set(FAULTS), f"FAULTS lacks {known - set(FAULTS)} and has for nothing {set(FAULTS) - known}"


@pytest.mark.parametrize("fault", FAULTS, ids=".".join)
def test_the_fault_is_seen_and_nothing_else(
    fault: tuple[str, str], settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(FAULTS[fault])
    assert set(failures(settings, con)) == {fault} | COMPANIONS.get(fault, set())


SEEN_BEFORE = """
    delete from raw.activity
    where actor_id[2:]::integer >= 50 and occurred_at::date between date '2026-03-10' - {days} + 1 and date '2026-03-09'
"""
THINNED = ("landing.doubled", "landing.new_ids", "landing.repeats")
"""The suites that look at a share of millions of rows."""


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault[0] in THINNED], ids=".".join)
def test_a_network_beside_one_of_millions_of_rows_is_looked_at_whole(
    settings: Settings, con: duckdb.DuckDBPyConnection, fault: tuple[str, str]
) -> None:
    con.execute(
        "insert into raw.landed_files by name "
        "select * replace ('crowd' as network, 900000000 as row_count, 'crowd-' || path as path) "
        "from raw.landed_files"
    )
    con.execute(FAULTS[fault])
    assert fault in failures(settings, con, ["landing"])


NO_FAULTS = {
    "likes_of_several_posts_at_once": (
        "insert into raw.activity by name select * replace ('again-' || event_id as event_id, "
        "'other-' || object_id as object_id) from raw.activity where occurred_at >= '2026-03-08'"
    ),
    "who_was_seen_four_weeks_before": SEEN_BEFORE.format(days=28),
    "who_had_no_score_last_night": (
        "update conformed.published_history set score = null where person_id[3:] < '3' and as_of_date = '2026-03-09'; "
        "update marts.person_scores set score = null, status = 'insufficient_evidence' where person_id[3:] < '3'"
    ),
}
"""What is close to a fault, and none."""


@pytest.mark.parametrize("what", NO_FAULTS)
def test_what_is_no_fault_is_not_called_one(what: str, settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(NO_FAULTS[what])
    assert failures(settings, con) == {}


def test_who_was_last_seen_more_than_four_weeks_before_is_new(
    settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(SEEN_BEFORE.format(days=29))
    assert ("landing.new_ids", "new_actor_count") in failures(settings, con, ["landing"])


def test_a_move_is_of_one_persona(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    (suite,) = [suite for suite in load_suites("scores", Checks()) if suite.name == "scores.history"]
    counts = ["paired_count", "down_count", "up_count"]
    before = rows_of(suite, settings.places, con)[counts]
    for table, score in (("scores.score_person__accepted", "accepted_score"), ("marts.person_scores", "score")):
        con.execute(f"insert into {table} select * replace ('home' as persona, {score} + 30 as {score}) from {table}")
    assert before.any().all()
    assert (rows_of(suite, settings.places, con)[counts] == 2 * before).all(axis=None)


COUNTED: dict[str, tuple[str, str, str, object]] = {
    "who was published last is kept": (
        "features.people",
        "delete from conformed.consent where person_id < 'p3'; "
        "delete from raw.published_scores where person_id < 'p3' and as_of_date = '2026-03-09'",
        "kept_share",
        1,
    ),
    "two accounts of one member are two seeds": (
        "features.trust",
        "delete from conformed.configured_seeds where person_id = 'p2'; "
        "update conformed.configured_seeds set seed_count = 2",
        "unknown_seed_count",
        0,
    ),
    "a file of another night was told of then": (
        "landing.deliveries",
        "update raw.deliveries set is_unchecked = true, night_date = '2026-03-09'",
        "unchecked_count",
        0,
    ),
    "snapshots cover no night": (
        "landing.deliveries",
        "update raw.sources set dataset = 'accounts'; delete from raw.source_days",
        "is_covered",
        True,
    ),
    "answers within half a minute": (
        "landing.doubled",
        "update raw.activity set verb = 'reply'; insert into raw.activity by name select * replace "
        "('again-' || event_id as event_id, occurred_at + interval 30 seconds as occurred_at) from raw.activity",
        "max(repeated_share)",
        0,
    ),
    "thirty likes doubled among thousands": (
        "landing.doubled",
        "update raw.activity set target_id = 't5'; insert into raw.activity by name "
        "select * replace ('again-' || event_id as event_id) from raw.activity where actor_id = 'a5'",
        "max(repeated_accounts)",
        0,
    ),
    "three accounts that nothing names": (
        "landing.matching",
        "delete from raw.consent where person_id not in ('p1', 'p2', 'p3'); "
        "update raw.consent set account_id = account_id || '.0'",
        "named_share",
        0,
    ),
    "a grant and a withdrawal of one instant": (
        "landing.matching",
        "insert into raw.consent by name select * replace (account_id || '.0' as account_id, "
        "unnest(['grant', 'withdraw']) as action) from raw.consent where action = 'grant'",
        "named_share",
        1,
    ),
    "a community of three weeks": (
        "landing.night",
        "delete from raw.landed_files where landed_date < '2026-02-18' or landed_date = '2026-03-10'",
        "is_silent",
        True,
    ),
    "a source that has ended": (
        "landing.night",
        "delete from raw.landed_files; update raw.source_days set state = 'closed'",
        "is_silent",
        False,
    ),
    "likes of the unnamed": (
        "landing.repeats",
        "insert into raw.activity by name select * exclude (copy) replace (null as actor_id, "
        "event_id || '-' || copy as event_id) from raw.activity cross join unnest(range(2)) as copies (copy)",
        "sum(repeated_count)",
        0,
    ),
    "days of which nobody knows": (
        "landing.volumes",
        "update raw.deliveries set first_date = '2026-03-01'",
        "count(row_count)",
        10,
    ),
    "somebody twice": (
        "scores.completeness",
        "insert into marts.person_scores from marts.person_scores where person_id = 'p7'",
        "unmatched_count",
        1,
    ),
    "one of nine lost": (
        "scores.completeness",
        "delete from conformed.published_history where person_id not between 'p1' and 'p16'; "
        "update marts.person_scores set score = null where person_id = 'p1'",
        "count(unscored_share)",
        0,
    ),
    "two who are held": (
        "scores.night",
        "update marts.person_scores set status = 'held' where person_id in ('p1', 'p2')",
        "held_share",
        0,
    ),
    "a night of another version": (
        "scores.history",
        "update raw.run set previous_version = 2",
        "max(paired_count) filter (is_tonight)",
        0,
    ),
    "who acts seldom": (
        "landing.matching",
        "delete from raw.activity where occurred_at > '2026-02-01'",
        "named_share",
        1,
    ),
    "names of another network": (
        "landing.matching",
        "update raw.consent set account_id = 'old-' || account_id; insert into raw.aliases "
        "select unnest(['talk', 'tube']), 'account', unnest(['old-' || alias_id, alias_id]), 'm' || stable_id "
        "from raw.aliases where alias_id[1] = 'a'",
        "named_share",
        0,
    ),
    "acts on oneself": ("landing.new_ids", "update raw.activity set target_id = actor_id", "sum(pair_count)", 0),
    "half of what the unnamed did came twice": (
        "landing.doubled",
        "update raw.activity set actor_id = null, target_id = 't5'; insert into raw.activity by name "
        "select * replace ('again-' || event_id as event_id) from raw.activity where day(occurred_at) % 2 = 0",
        "max(multiplied_accounts)",
        0,
    ),
    "one quiet weekday before": (
        "landing.night",
        "delete from raw.landed_files where landed_date in ('2026-03-03', '2026-03-10')",
        "is_silent",
        True,
    ),
    "who left with one persona": (
        "features.people",
        "update conformed.consent set persona = 'home' where person_id < 'p3'",
        "kept_share < 1",
        True,
    ),
    "held without a score": (
        "scores.completeness",
        f"update scores.score_person__accepted set is_held = true {TONIGHT} and person_id = 'p7'; "
        "update marts.person_scores set score = null, status = 'insufficient_evidence' where person_id = 'p7'",
        "misstated_count",
        0,
    ),
    "a move since the first night of the window": (
        "scores.moves",
        "update scores.score_person__accepted set accepted_score = accepted_score - 15 "
        "where as_of_date = '2026-03-07' and person_id = 'p1'",
        "max(candidate_move) > 10",
        True,
    ),
    "the same scores as a week ago": (
        "scores.distribution",
        "update marts.person_scores set score = 30.3; update conformed.published_history set score = 30.3",
        "sum(abs(tonight_count - week_ago_count))",
        0,
    ),
    "parts of an earlier night": (
        "scores.frozen",
        "insert into raw.published_contributions select * replace (as_of_date - 1 as as_of_date) "
        "from raw.published_contributions",
        "moved_part_count",
        0,
    ),
    "four weeks and tonight": ("scores.history", "select 1", "count(*)", 29),
}
"""By what is so: a suite, what makes it so, and a figure of its rows, which a judgement of all hides."""
COUNTED |= {
    f"a frozen {column}": (
        "scores.frozen",
        f"update marts.person_scores set {column} = 8 where person_id = 'p99'",
        "moved_count",
        1,
    )
    for column in ("score", "score_low", "score_high", "reach", "amplification", "network_quality", "evidence_count")
}


@pytest.mark.parametrize("what", COUNTED)
def test_rows_count_what_they_say(what: str, settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    name, change, figure, expected = COUNTED[what]
    (suite,) = [suite for suite in load_suites(name.split(".")[0], Checks()) if suite.name == name]
    con.execute(change)
    con.register("counted", rows_of(suite, settings.places, con))
    assert con.execute(f"select {figure} from counted").fetchall() == [(expected,)]


def test_a_delivery_stops_later_nights_too_and_one_that_was_accepted_stops_none(
    settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(
        "insert into raw.deliveries by name select * replace ('2026-03-02' as night_date, 0.9 as rejected_share, "
        "date '2026-03-02' as last_date) from raw.deliveries"
    )
    assert set(failures(settings, con)) == {("landing.deliveries", "rejected_share")}
    con.execute("update raw.deliveries set is_accepted = rejected_share > 0.5")
    assert failures(settings, con) == {}


@pytest.mark.parametrize(("decision", "is_promised"), [("released", False), ("rejected", True)])
def test_a_jump_that_a_reviewer_released_is_the_new_baseline_and_no_other(
    decision: str, is_promised: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(FAULTS["scores.moves", "published_move"])
    jump = "select 'p7' as person_id, 'work' as persona, as_of_date, $1 as decision from raw.run"
    con.execute(f"insert into marts.score_jumps by name {jump}", [decision])
    assert (("scores.moves", "published_move") in failures(settings, con, ["scores"])) is is_promised


@pytest.mark.parametrize(("step", "is_promised"), [(19.9, True), (20, False)])
def test_a_step_between_nights_that_readers_saw_was_judged_by_the_settings_of_then(
    step: float, is_promised: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(FAULTS["scores.moves", "published_move"])  # to 60, where readers saw p7 last night already
    last_night = "where person_id = 'p7' and as_of_date = '2026-03-09'"
    con.execute(f"update conformed.published_history set score = 60, delta_1d = $1 {last_night}", [step])
    assert (("scores.moves", "published_move") in failures(settings, con, ["scores"])) is is_promised


def test_of_few_rows_nothing_is_said_about_who_is_named(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(FAULTS["landing.matching", "named_count"])
    con.execute("delete from raw.activity where occurred_at < '2026-03-10'")
    con.execute("delete from raw.landed_files where landed_date < '2026-03-10'")
    assert ("landing.matching", "named_count") not in failures(settings, con, ["landing"])


@pytest.mark.parametrize(("usual", "is_silent"), [(20, True), (19, False)])
def test_a_night_without_a_row_is_silent_where_twenty_are_usual(
    usual: int, is_silent: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(f"update raw.landed_files set row_count = if(landed_date = '2026-03-10', 0, {usual})")
    assert (("landing.night", "is_silent") in failures(settings, con, ["landing"])) is is_silent


@pytest.mark.parametrize(
    ("more", "is_silent"),
    [
        ("", False),
        ("update raw.deliveries set last_date = date '2026-03-09'", True),
        ("update raw.deliveries set first_date = date '2026-03-11', last_date = date '2026-03-11'", True),
        ("update raw.sources set dataset = 'accounts'", True),
    ],
)
def test_who_answers_for_a_quiet_day_answers_for_that_day_of_activity(
    more: str, is_silent: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(FAULTS["landing.night", "is_silent"])
    con.execute(f"update raw.deliveries set is_quiet_in_truth = true; {more}")
    assert (("landing.night", "is_silent") in failures(settings, con, ["landing"])) is is_silent


@pytest.mark.parametrize(
    ("forum", "tube", "is_silent"),
    [
        ("closed", "closed", False),
        ("closed", "missing", True),
        ("closed", "covered", False),
        ("covered", "missing", False),
        ("missing", "missing", True),
    ],
)
def test_a_network_that_has_ended_speaks_for_none_that_is_missing(
    forum: str, tube: str, is_silent: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute("delete from raw.landed_files")
    con.execute("update raw.source_days set state = $1", [forum])
    con.execute("insert into raw.source_days values ('tube', 'tube', date '2026-03-10', $1)", [tube])
    assert (("landing.night", "is_silent") in failures(settings, con, ["landing"])) is is_silent


def test_a_source_covers_tonight_where_none_of_its_networks_is_missing(
    settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute("insert into raw.source_days values ('tube', 'forum', date '2026-03-10', 'missing')")
    assert set(failures(settings, con)) == {("landing.deliveries", "is_covered")}


def test_who_is_frozen_and_missing_has_moved(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from marts.person_scores where person_id = 'p99'")
    assert ("scores.frozen", "moved_count") in failures(settings, con, ["scores"])


def test_no_result_names_a_person(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    """data_quality is published and outlasts a withdrawal."""
    con.execute(FAULTS["scores.moves", "candidate_move"])
    con.execute(FAULTS["scores.moves", "published_move"])
    observed = [result.observed for result in failures(settings, con).values()]
    assert observed == ["1 of 100: 38.6", "1 of 100: 38.6"]


def test_a_threshold_of_the_settings_is_put_into_the_suite() -> None:
    (stanza,) = [
        stanza
        for suite in load_suites("landing", Checks(max_rejected_share=0.4))
        for stanza in suite.expectations
        if stanza.arguments["column"] == "rejected_share"
    ]
    assert stanza.arguments["max_value"] == 0.4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("reads: [", "not valid YAML"),
        ("reads: too short\nquery: from t\nrows_are: []\nexpectations: []", "reads: "),
        (
            f"{HEAD}  - expect: expect_x\n    severity: fatal\n    because: twenty characters at least",
            "severity",
        ),
        (f"{HEAD}  - expect: expect_x\n    severity: info\n    because: because", "because"),
        ("", "not a mapping"),
        ("- reads", "not a mapping"),
        (f"{HEAD}  - max_value: $max_nonsense", r"no setting checks\.max_nonsense"),
    ],
)
def test_a_suite_that_cannot_be_read_is_a_usage_error_that_names_the_file(
    text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / "broken.yml").write_text(text)
    monkeypatch.setattr(suites, "EXPECTATIONS", tmp_path)
    monkeypatch.setattr(suites, "REQUIRED", {})
    with pytest.raises(UsageError, match=f"broken.yml.*{complaint}"):
        load_suites("scores", Checks())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all suites, to be spoilt."""
    folder = tmp_path / "suites"
    shutil.copytree(suites.EXPECTATIONS, folder)
    monkeypatch.setattr(suites, "EXPECTATIONS", folder)
    return folder


def test_the_folder_as_it_stands_has_every_suite_that_is_promised() -> None:
    assert set(suites.REQUIRED) == set(STAGES)
    assert suites.require_suites(Checks()) == sum(len(names) for names in suites.REQUIRED.values())


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_without_its_folder_stops_and_names_a_file(stage: str, folder: Path) -> None:
    shutil.rmtree(folder / stage)
    with pytest.raises(UsageError, match=rf"{folder}/{stage}/\w+\.yml: the suite is gone"):
        load_suites(stage, Checks())
    (folder / stage).mkdir()
    with pytest.raises(UsageError, match=r"\.yml: the suite is gone"):
        suites.require_suites(Checks())


SPOILT = {
    "removed": (lambda path: path.unlink(), "the suite is gone"),
    "renamed": (lambda path: path.rename(path.with_suffix(".yaml")), "the suite is gone"),
    "empty": (lambda path: path.write_text(""), "not a mapping"),
    "without expectations": (lambda path: path.write_text(path.read_text().split("expectations:")[0]), "expectations"),
    "cut": (lambda path: path.write_text(path.read_text().rsplit("  - expect:", 1)[0]), "unconsenting_count: its crit"),
    "softened": (lambda path: path.write_text(path.read_text().replace("critical", "warning")), "its critical expect"),
    "let out": (lambda path: path.write_text(path.read_text().replace("max_value: 0", "max_value: 9")), "expects less"),
    "without an end": (
        lambda path: path.write_text(path.read_text().replace("    max_value: 0\n", "")),
        "expects less",
    ),
    "mostly": (
        lambda path: path.write_text(path.read_text().replace("_value: 0\n", "_value: 0\n    mostly: 0.0\n", 1)),
        "less",
    ),
    "for some rows": (
        lambda path: path.write_text(
            path.read_text().replace("    severity", "    row_condition: 1 = 0\n    severity")
        ),
        "expects less",
    ),
    "of another kind": (
        lambda path: path.write_text(path.read_text().replace("column_values_to_be_between", "column_to_exist")),
        "expects less",
    ),
    "no text": (lambda path: path.write_bytes(b"\xff\xfe\x00"), "cannot be read"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "cannot be read"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_suite_that_does_not_say_what_is_promised_stops_and_is_named(how: str, folder: Path) -> None:
    spoil, complaint = SPOILT[how]
    spoil(folder / "published" / "tables.yml")
    with pytest.raises(UsageError, match=rf"published/tables\.yml: .*{complaint}"):
        load_suites("published", Checks())


def test_a_suite_more_is_fine(folder: Path) -> None:
    shutil.copy(folder / "scores" / "night.yml", folder / "scores" / "more.yml")
    assert "scores.more" in [suite.name for suite in load_suites("scores", Checks())]


VACUOUS = {
    "nothing ever landed": (
        "delete from raw.landed_files; delete from raw.source_days",
        ("landing.night", "is_silent"),
    ),
    "no source": ("delete from raw.sources", ("landing.deliveries", "rejected_share")),
    "nobody has a score of tonight": (
        "delete from scores.score_person__influence_previous_version",
        ("scores.night", "median_move"),
    ),
    "a status of nothing": (
        "update marts.person_scores set status = null where person_id = 'p7'",
        ("scores.completeness", "misstated_count"),
    ),
    "a score that the gate never saw": (
        f"delete from scores.score_person__accepted {TONIGHT} and person_id = 'p7'",
        ("scores.completeness", "misstated_count"),
    ),
    "no column was examined": ("delete from examined", ("scores.personal_data", "unasked_count")),
    "no table was audited": ("delete from audit", ("published.tables", "unconsenting_count")),
    "no last good night was found": ("delete from last_good", ("published.last_good", "lost_count")),
}


PUBLISHED_MOVE, MEDIAN_MOVE = ("scores.moves", "published_move"), ("scores.night", "median_move")


@pytest.mark.parametrize(
    ("frozen", "decided", "stops"),
    [
        ("2026-03-09", None, {PUBLISHED_MOVE, MEDIAN_MOVE}),
        ("2026-03-09", "2026-03-08", {PUBLISHED_MOVE, MEDIAN_MOVE}),
        ("2026-03-09", "2026-03-09", set()),
        ("2026-03-08", None, {PUBLISHED_MOVE}),
        ("2026-03-08", "2026-03-08", set()),
    ],
)
def test_a_mass_move_is_published_once_a_reviewer_has_called_it_real(
    frozen: str, decided: str | None, stops: set[tuple[str, str]], settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(
        "update conformed.published_history set score = score - 21, reason = if(as_of_date = $1, 'incident', null) "
        "where as_of_date <= $1",
        [frozen],
    )
    if decided:
        con.execute("insert into raw.incident_releases values ('mass_shift:all:2026-03-08', $1)", [decided])
    assert failures(settings, con, ["scores"]).keys() & {PUBLISHED_MOVE, MEDIAN_MOVE} == stops


HELD = """
    insert into raw.published_jumps
        select person_id, persona, as_of_date, 'pending', score from conformed.published_history
        where as_of_date = date '2026-03-09' and person_id[2:]::integer < {count};
    update conformed.published_history as history set status = 'held', score = score + 48
        from raw.published_jumps as waiting
        where history.person_id = waiting.person_id and history.as_of_date = waiting.as_of_date;
"""
"""Who waits at the last good score, which the method of before has given: nobody, most or all."""


@pytest.mark.parametrize("count", [0, 51, 100])
@pytest.mark.parametrize(("moved", "stops"), [(0, False), (1.9, False), (2.1, True)])
def test_who_waits_is_measured_from_last_nights_candidate(
    count: int, moved: float, stops: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(HELD.format(count=count))
    con.execute("update scores.score_person__influence_previous_version set score = score + $1", [moved])
    assert (MEDIAN_MOVE in failures(settings, con, ["scores"])) == stops


@pytest.mark.parametrize("what", VACUOUS)
def test_what_was_not_compared_is_not_proved(what: str, settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    fault, expected = VACUOUS[what]
    con.execute(fault)
    found = failures(settings, con)
    assert expected in found and found[expected].severity == "critical"


@pytest.mark.parametrize(("status", "stops"), [("frozen", False), ("held", False), ("published", True)])
def test_who_went_beyond_what_an_incident_keeps_back_is_no_move_of_all(
    status: str, stops: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    """An incident froze nearly everybody; those who moved twice as far wait for a reviewer."""
    con.execute("update scores.score_person__influence_previous_version set score = score + 6")
    con.execute("update marts.person_scores set status = 'frozen'")
    con.execute(f"update marts.person_scores set status = '{status}' where person_id < 'p15'")
    assert (MEDIAN_MOVE in failures(settings, con, ["scores"])) == stops


@pytest.mark.parametrize(("people", "movers", "stops"), [(1, 1, False), (4, 4, False), (5, 2, False), (5, 3, True)])
def test_one_or_two_who_moved_stop_no_night_however_few_there_are(
    people: int, movers: int, stops: bool, settings: Settings, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute("delete from marts.person_scores where person_id not in (select 'p' || range from range($1))", [people])
    con.execute(
        "update scores.score_person__influence_previous_version set score = score + 2.1 "
        "where person_id in (select 'p' || range from range($1))",
        [movers],
    )
    assert (MEDIAN_MOVE in failures(settings, con, ["scores"])) == stops


def test_first_seeds_are_compared_with_none(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from conformed.trust_kept_seeds where scoring_version = 3")
    assert not failures(settings, con)
