"""The demo community holds what its ground truth says, and is the same wherever it is made."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from reference import Scores, candidate_scores, load, trusted_scores

from evenscore.base.canonical import ACTIVITY, VERBS
from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.laboratory.demo import Community, make_community

pytestmark = pytest.mark.slow

MAKE = (
    "import sys, pathlib, evenscore.laboratory.demo as d; d.make_community(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
)
WARM_UP_NIGHTS = 21
"""Scores start from nothing on the first night; they are compared from here on."""
HOLD_MOVE_POINTS = 20
Trusted = dict[int, dict[str, float]]


@dataclass
class Made:
    """The default community, and what the tests ask of it."""

    community: Community
    truth: dict[str, Any]
    con: duckdb.DuckDBPyConnection
    scores: Scores

    def event(self, kind: str) -> dict[str, Any]:
        (found,) = [event for event in self.truth["events"] if event["kind"] == kind]
        return dict(found)

    def one(self, sql: str, **values: Any) -> Any:
        row = self.con.execute(sql, values or None).fetchone()
        return row[0] if row and len(row) == 1 else row

    def column(self, sql: str, **values: Any) -> list[Any]:
        return [row[0] for row in self.con.execute(sql, values or None).fetchall()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    community = make_community(tmp_path_factory.mktemp("demo") / "community")
    with load(community.folder) as con:
        days = [community.first_date + timedelta(days=i) for i in range(community.nights)]
        yield Made(community, community.truth, con, candidate_scores(con, days))


@pytest.fixture(scope="module")
def trusted(made: Made) -> Trusted:
    """By scoring version 3: everybody's candidate so many nights before the last one."""
    nights = {ago: made.community.last_date - timedelta(days=ago) for ago in (5, 3, 2, 0)}
    found = {ago: trusted_scores(made.con, night) for ago, night in nights.items()}
    return {ago: {who: points for (who, _), points in scores.items()} for ago, scores in found.items()}


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("short") / "community"
    make_community(folder, nights=61)
    return folder


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community of another seed, made where a former one was."""
    folder = tmp_path_factory.mktemp("other") / "community"
    folder.mkdir()
    (folder / "truth.json").write_text('{"seed": 1}')
    (folder / "stale.txt").write_text("of the former community")
    make_community(folder, nights=61, seed=2012)
    return folder


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# the same everywhere ------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_in_another_process(short: Path, tmp_path: Path) -> None:
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", MAKE, str(tmp_path / "again"), "61"], env=elsewhere, check=True)
    assert digests(tmp_path / "again") == digests(short)


def test_another_seed_gives_another_community(short: Path, other: Path) -> None:
    ours, others = digests(short), digests(other)
    assert ours.keys() == others.keys()
    assert {name for name in ours if ours[name] == others[name]} == {"evenscore.toml", "topics.csv"}


def test_a_shorter_demo_is_the_end_of_the_longer_one(short: Path, made: Made) -> None:
    shorter, longer = digests(short), digests(made.community.folder)
    del shorter["truth.json"]
    assert len(shorter) > 200
    assert shorter.items() <= longer.items()


def test_a_community_that_is_there_is_left_alone(made: Made) -> None:
    truth = made.community.folder / "truth.json"
    before = truth.stat().st_mtime_ns
    assert make_community(made.community.folder) == made.community
    assert truth.stat().st_mtime_ns == before


def test_another_seed_replaces_the_community_whole(other: Path) -> None:
    assert json.loads((other / "truth.json").read_text())["seed"] == 2012
    assert not (other / "stale.txt").exists()
    assert [path.name for path in other.parent.iterdir()] == ["community"]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not a demo community"):
        make_community(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_sixty_nights_are_too_few(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nights = 60: the demo community needs at least 61 nights"):
        make_community(tmp_path / "demo", nights=60)


def test_compressed_files_carry_no_time_of_making(made: Made) -> None:
    for path in made.community.folder.glob("pixels/activity/*.gz"):
        assert path.read_bytes()[4:8] == bytes(4)


# the files ----------------------------------------------------------------------------------------------------


def test_the_configuration_loads_and_shows_the_defaults(made: Made, tmp_path: Path) -> None:
    settings = load_settings(tmp_path, made.community.config)
    bare = re.sub(r"\[checks\].*", "", made.community.config.read_text(), flags=re.DOTALL)
    (made.community.folder / "bare.toml").write_text(bare)
    without = load_settings(tmp_path, made.community.folder / "bare.toml")
    (made.community.folder / "bare.toml").unlink()
    assert (settings.checks, settings.scoring, settings.publish) == (without.checks, without.scoring, without.publish)
    assert sorted((source.network, source.dataset) for source in settings.sources) == sorted(
        (network, dataset) for network in ("pixels", "forum", "forge") for dataset in ("activity", "accounts")
    )


def test_truth_counts_the_rows_of_every_file(made: Made) -> None:
    files = {str(path.relative_to(made.community.folder)) for path in made.community.folder.glob("*/*/*")}
    assert files == made.truth["rows_by_file"].keys()
    for name, rows in made.truth["rows_by_file"].items():
        path = made.community.folder / name
        if name.endswith(".csv"):
            assert len(path.read_text().splitlines()) - 1 == rows, name
        elif name.endswith(".gz"):
            assert len(gzip.decompress(path.read_bytes()).splitlines()) == rows, name
        else:
            assert made.one(f"select count(*) from '{path}'") == rows, name


def test_the_community_has_the_size_it_promises(made: Made) -> None:
    assert 200_000 <= made.community.activity_rows <= 260_000
    assert 850 <= made.community.people <= 950
    assert (made.community.first_date, made.community.last_date) == (date(2025, 12, 31), date(2026, 3, 15))


def test_activity_has_the_canonical_columns(made: Made) -> None:
    names = {row[0] for row in made.con.execute("describe delivered").fetchall()} - {"filename"}
    assert names == set(ACTIVITY.names)
    assert set(made.column("select distinct verb from events")) <= VERBS


def test_an_event_id_names_one_event(made: Made) -> None:
    differing = made.one("""
        select count(*) from (
            select network, event_id from delivered where event_id is not null
            group by all having count(distinct (verb, actor_id, object_id, target_id, occurred_at, text)) > 1
        )""")
    assert differing == 0


def test_ids_are_readable(made: Made) -> None:
    accounts = made.column("select distinct account_id from snapshots")
    pattern = re.compile(r"px_\d{5}|fo_\d{4}|fg_\d{4}|px_(maya|otto|bruno|beep|lena)|px_(ring_\d\d|new_\d{4})")
    assert [name for name in accounts if not pattern.fullmatch(name)] == []
    people = made.column("select distinct person_id from ledger")
    assert [name for name in people if not re.fullmatch(r"p_(\d{4}|maya|otto|bruno|beep|lena|ring_\d\d)", name)] == []


def test_an_object_belongs_to_one_author(made: Made) -> None:
    shared = made.one("""
        select count(*) from (
            select object_id from events where object_id is not null
            group by object_id having count(distinct if(verb = 'post', actor_id, target_id)) > 1
        )""")
    assert shared == 0


def test_nobody_engages_with_a_post_before_it_exists(made: Made) -> None:
    early = made.one("""
        select count(*) from events e join events p on p.object_id = e.object_id and p.verb = 'post'
        where e.verb <> 'post' and e.instant < p.instant""")
    assert early == 0


# realism ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("network", "low", "high"), [("pixels", 1.1, 1.4), ("forum", 0.65, 0.85), ("forge", 0.5, 0.7)])
def test_weekends_have_the_rhythm_of_the_network(made: Made, network: str, low: float, high: float) -> None:
    weekend, weekday = made.con.execute(
        """
        with everyday as (
            select day, n: count(*) from events
            where network = $network and split_part(event_id, '-', 3) in ('02', '03')
            group by day
        )
        select avg(n) filter (isodow(day) >= 6), avg(n) filter (isodow(day) < 6) from everyday""",
        {"network": network},
    ).fetchone() or (0, 1)
    assert low < weekend / weekday < high


@pytest.mark.parametrize("network", ["pixels", "forum", "forge"])
def test_attention_has_few_stars_and_a_long_tail(made: Made, network: str) -> None:
    counts = made.column(
        """
        select count(*) from events where network = $network and split_part(event_id, '-', 3) = '03'
            and actor_id is distinct from target_id
        group by target_id order by 1 desc""",
        network=network,
    )
    total, top = sum(counts), sum(counts[: len(counts) // 100])
    assert 0.2 < top / total < 0.7
    assert np.median(counts) < np.mean(counts) < counts[0] / 30
    ranks = np.arange(3, 100)
    slope = np.polyfit(np.log(ranks), np.log(np.array(counts)[3:100]), 1)[0]
    assert -1.6 < slope < -0.7


def test_one_engagement_in_ten_is_with_oneself(made: Made) -> None:
    share = made.one("""
        select avg((actor_id = target_id)::int) from events
        where verb <> 'post' and actor_id is not null and split_part(event_id, '-', 3) = '03'""")
    assert 0.08 < share < 0.13


def test_engagers_return_and_are_answered(made: Made) -> None:
    returning, answered = made.one("""
        with pairs as (
            select actor_id, target_id, n: count(*) from events
            where split_part(event_id, '-', 3) = '03' and actor_id <> target_id group by all
        )
        select sum(n) filter (n > 1) / sum(n),
            avg((exists (from pairs b where b.actor_id = a.target_id and b.target_id = a.actor_id))::int)
        from pairs a""")
    assert returning > 0.4
    assert answered > 0.1


def test_some_forum_likes_are_anonymous(made: Made) -> None:
    share = made.one("select avg((actor_id is null)::int) from events where network = 'forum' and verb = 'like'")
    assert 0.25 < share < 0.45
    assert made.one("select count(*) from events where actor_id is null and network <> 'forum'") == 0


def test_activity_grows_slowly(made: Made) -> None:
    early, late = made.one("""
        select count(*) filter (day - date '2026-01-01' < 28), count(*) filter (date '2026-03-15' - day < 28)
        from events where split_part(event_id, '-', 3) = '03'""")
    assert 1.05 < late / early < 1.4


# the ledger ---------------------------------------------------------------------------------------------------


def test_the_ledger_is_in_order_of_time_and_well_formed(made: Made) -> None:
    times = made.column("select recorded_at from ledger")
    assert times == sorted(times)
    assert times[-1] < "2026-03-16"
    assert set(made.column("select distinct action from ledger")) == {"grant", "withdraw", "erase"}
    assert set(made.column("select distinct purpose from ledger")) == {"public_score", "research"}
    assert set(made.column("select distinct persona from ledger")) == {"personal", "work"}
    assert set(made.column("select distinct is_adult from ledger")) == {"true", "false", None}


def test_an_account_has_one_owner(made: Made) -> None:
    shared = made.one("""
        select count(*) from (
            select account_id from ledger group by all having count(distinct (person_id, persona)) > 1
        )""")
    assert shared == 0


def test_nothing_is_taken_back_before_it_was_given(made: Made) -> None:
    odd = made.one("""
        select count(*) from ledger t where action <> 'grant' and not exists (
            from ledger g where g.action = 'grant' and g.account_id = t.account_id and g.purpose = t.purpose
                and g.recorded_at < t.recorded_at)""")
    assert odd == 0


def test_the_ledger_agrees_with_the_truth_about_people(made: Made) -> None:
    people = made.truth["people"]
    assert people["people"] == made.community.people == made.one("select count(distinct person_id) from ledger")

    def who(where: str) -> list[str]:
        return made.column(f"select distinct person_id from ledger where {where} order by 1")

    assert who("is_adult = 'false'") == people["minors"]
    assert who("is_adult is null") == people["undeclared_age"]
    assert who("action = 'erase'") == list(people["erased"])
    assert who("action = 'withdraw'") == sorted([*people["withdrawn"], *people["withdrawn_and_granted_again"]])
    assert who("true qualify count(distinct persona) over (partition by person_id) > 1") == people["personas"]
    assert len(people["research_only"]) == 90
    assert not set(people["research_only"]) & set(who("purpose = 'public_score'"))


def test_accounts_turn_private_on_the_day_the_truth_says(made: Made) -> None:
    private = made.truth["people"]["private"]
    assert len(private) == 15
    since = dict(
        made.con.execute(
            "select account_id, min(captured_at)::date::varchar from snapshots where is_private group by 1"
        ).fetchall()
    )
    assert {account: since[account] for account in private} == {a: note["private_from"] for a, note in private.items()}
    relapsed = made.one("""
        select count(*) from snapshots s where not is_private and exists (
            from snapshots e where e.account_id = s.account_id and e.is_private and e.captured_at < s.captured_at)""")
    assert relapsed == 0


def test_silent_people_have_no_activity(made: Made) -> None:
    seen = made.one(
        """
        select count(*) from ledger l join events e on l.account_id in (e.actor_id, e.target_id)
        where l.person_id in (select unnest($people))""",
        people=made.truth["people"]["no_activity"],
    )
    assert seen == 0


def test_most_popular_accounts_include_many_that_never_consented(made: Made) -> None:
    members = set(made.column("select account_id from ledger"))
    top = made.column("""
        select target_id from events where network = 'pixels' and split_part(event_id, '-', 3) = '03'
        group by 1 order by count(*) desc limit 10""")
    strangers = made.truth["never_consented"]["pixels"]
    assert 5 <= sum(name in strangers for name in top) <= 7
    assert not members & {name for names in made.truth["never_consented"].values() for name in names}


# what was planted ---------------------------------------------------------------------------------------------


def within(points: float, limits: list[float]) -> bool:
    low, high = limits
    return low <= points <= high


def test_version_1_takes_maya_as_far(made: Made) -> None:
    numbers, maya = made.event("viral_nights")["numbers"], made.scores.of("p_maya")
    assert all(within(score, numbers["score_before_v1"]) for score in maya[-18:-3])
    assert within(maya[-1], numbers["candidate_after_v1"])
    assert maya[-4] < maya[-3] < maya[-2] < maya[-1]


def rank_of(scores: dict[str, float], person: str) -> float:
    """The percentile rank of a person's score."""
    return 100 * float(np.mean([points < scores[person] for points in scores.values()]))


def test_maya_climbs_from_seventeen_to_sixty_five_in_three_nights_and_has_to_be_held(
    made: Made, trusted: Trusted
) -> None:
    numbers = made.event("viral_nights")["numbers"]
    assert within(trusted[3]["p_maya"], numbers["score_before_v3"])
    assert trusted[5]["p_maya"] < numbers["score_before_v3"][1]
    assert within(trusted[0]["p_maya"], numbers["candidate_after_v3"])
    assert trusted[3]["p_maya"] + HOLD_MOVE_POINTS < trusted[2]["p_maya"] < trusted[0]["p_maya"]


def test_no_post_of_maya_carries_more_than_its_share(made: Made) -> None:
    numbers = made.event("viral_nights")["numbers"]
    posts = made.column(
        "select count(*) from events where target_id = 'px_maya' and day >= '2026-03-13' group by object_id"
    )
    assert len(posts) >= numbers["posts"] == 18
    assert max(posts) / sum(posts) < numbers["top_post_share_at_most"]


def test_mayas_crowd_is_long_established(made: Made) -> None:
    numbers = made.event("viral_nights")["numbers"]
    engagers, newcomers, members, events = made.one("""
        with crowd as (
            select actor_id, n: count(*) from events
            where split_part(event_id, '-', 3) = '05' and verb <> 'post' group by 1
        ), history as (
            select actor_id, nights: count(distinct day) from events where day < '2026-02-13' group by 1
        )
        select count(*), count(*) filter (coalesce(nights, 0) < 2),
            count(*) filter (actor_id in (select account_id from ledger)), sum(n)
        from crowd left join history using (actor_id)""")
    assert (engagers, events) == (numbers["distinct_engagers"], numbers["engagements"])
    assert newcomers < engagers / 50
    assert members > 50


def test_otto_has_one_viral_post_and_nothing_else(made: Made) -> None:
    numbers = made.event("single_viral_post")["numbers"]
    counts = made.column("select count(*) from events where target_id = 'px_otto' group by object_id order by 1 desc")
    assert counts[0] == numbers["engagements"]
    assert counts[1] < 10
    assert within(made.scores.of("p_otto")[-1], numbers["candidate_after_v1"])
    assert abs(made.scores.of("p_otto")[-3] - made.scores.of("p_otto")[-10]) < 3


def test_one_post_moves_otto_little(made: Made, trusted: Trusted) -> None:
    numbers = made.event("single_viral_post")["numbers"]
    assert within(trusted[2]["p_otto"], numbers["score_before_v3"])
    assert within(trusted[0]["p_otto"], numbers["candidate_after_v3"])
    assert abs(rank_of(trusted[0], "p_otto") - rank_of(trusted[2], "p_otto")) < 15


def test_the_ring_engages_only_with_itself(made: Made, trusted: Trusted) -> None:
    event = made.event("ring")
    inside, outside = made.one(
        """
        select count(*) filter (target_id in (select unnest($ring))),
            count(*) filter (target_id not in (select unnest($ring)))
        from events where actor_id in (select unnest($ring)) and day >= $since""",
        ring=event["account_ids"],
        since=event["first_date"],
    )
    assert (inside, outside) == (event["numbers"]["engagements"], 0)
    assert len(event["person_ids"]) == event["numbers"]["consenting"] == 14
    for person in event["person_ids"]:
        assert within(made.scores.of(person)[-1], event["numbers"]["candidate_after_v1"])
        assert person not in trusted[0]


def test_bruno_is_praised_by_accounts_without_any_other_history(made: Made) -> None:
    numbers = made.event("bought_burst")["numbers"]
    rows = made.con.execute(
        """
        select verb = 'follow', count(*), count(distinct actor_id), min(day)::varchar, max(day)::varchar,
            min(target_id), max(target_id)
        from events where actor_id in (select unnest($bought)) group by 1 order by 1""",
        {"bought": numbers["bought_account_ids"]},
    ).fetchall()
    night = ("2026-03-11", "2026-03-11", "px_bruno", "px_bruno")
    assert rows == [(False, 800, 800, *night), (True, 1_000, 1_000, *night)]
    assert (
        made.one("select min(captured_at)::date::varchar from snapshots where account_id like 'px_new%'")
        == "2026-03-15"
    )
    assert within(made.scores.of("p_bruno")[-1], numbers["candidate_after_v1"])


def test_eighteen_hundred_bought_accounts_move_bruno_by_less_than_three_points(made: Made, trusted: Trusted) -> None:
    numbers = made.event("bought_burst")["numbers"]
    assert within(trusted[5]["p_bruno"], numbers["score_before_v3"])
    assert within(trusted[0]["p_bruno"], numbers["candidate_after_v3"])
    assert abs(trusted[3]["p_bruno"] - trusted[5]["p_bruno"]) < 3


def test_the_bot_answers_thousands_a_week(made: Made) -> None:
    numbers = made.event("answer_bot")["numbers"]
    replies, reached = made.one("select count(*), count(distinct target_id) from events where actor_id = 'px_beep'")
    assert replies == numbers["replies"] > 2_000 * 7
    assert reached > 5_000
    flagged = made.one("select min(captured_at)::date::varchar from snapshots where account_id = 'px_beep' and is_bot")
    assert flagged == numbers["flagged_date"]
    assert made.one(
        "select bool_and(is_bot) from snapshots where account_id = 'px_beep' and captured_at >= '2026-01-25'"
    )


def test_the_forums_file_is_missing_on_one_night_only(made: Made) -> None:
    ((name, lost),) = made.event("source_down")["numbers"]["files"].items()
    dates = {path.name[:10] for path in made.community.folder.glob("forum/activity/*.csv")}
    every = {(made.community.first_date + timedelta(days=i)).isoformat() for i in range(75)}
    assert every - dates == {"2026-03-08"}
    assert name == "forum/activity/2026-03-08.csv"
    assert lost > 200
    assert made.one("select count(*) from events where network = 'forum' and day = '2026-03-08'") == 0


def test_one_file_is_delivered_twice(made: Made) -> None:
    ((first, again),) = made.event("duplicate_load")["numbers"]["files"].items()
    folder = made.community.folder
    assert again == "pixels/activity/2026-03-03-redelivered.ndjson.gz"
    assert (folder / first).read_bytes() == (folder / again).read_bytes()
    repeated = made.column(
        "select distinct event_id[4:11] from delivered where event_id is not null group by event_id having count(*) > 1"
    )
    assert repeated == ["20260303"]


def test_late_events_come_with_the_next_nights_file(made: Made) -> None:
    late = made.con.execute("""
        select event_id, left(occurred_at, 10), regexp_extract(filename, '\\d{4}-\\d{2}-\\d{2}') from delivered
        where left(occurred_at, 10) <> regexp_extract(filename, '\\d{4}-\\d{2}-\\d{2}') and occurred_at like '202%'
        order by 1""").fetchall()
    assert [row[0] for row in late] == made.event("late_events")["numbers"]["event_ids"]
    assert {row[1:] for row in late} == {("2026-03-06", "2026-03-07")}
    assert len(late) == 30


def test_malformed_records_are_where_the_truth_counts_them(made: Made) -> None:
    expected = made.event("malformed")["numbers"]["by_file"]
    found: dict[str, dict[str, int]] = {}
    for name in (n for n in made.truth["rows_by_file"] if "/activity/" in n):
        kinds = malformed_kinds(made.community.folder / name)
        if kinds:
            found[name] = kinds
    assert found == expected
    assert {name.split("/")[0] for name in found} == {"pixels", "forum", "forge"}
    for network, rows in made.truth["rows"]["activity"].items():
        spoiled = sum(sum(kinds.values()) for name, kinds in found.items() if name.startswith(network))
        assert 0 < spoiled < rows / 500


def malformed_kinds(path: Path) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for record in records(path):
        kind = record if isinstance(record, str) else malformed_kind(record)
        if kind:
            kinds[kind] = kinds.get(kind, 0) + 1
    return kinds


def records(path: Path) -> Iterator[dict[str, Any] | str]:
    if path.suffix == ".parquet":
        rows = pq.read_table(path).to_pylist()
        yield from (row | {"occurred_at": str(row["occurred_at"])} for row in rows)
    elif path.suffix == ".csv":
        header, *lines = [line.split(",") for line in path.read_text().splitlines()]
        yield from (
            dict(zip(header, line, strict=True)) if len(line) == len(header) else "field_count" for line in lines
        )
    else:
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                yield "invalid_json"


def malformed_kind(record: dict[str, Any]) -> str | None:
    if not record["event_id"]:
        return "missing_event_id"
    if record["verb"] not in VERBS:
        return "unknown_verb"
    if not re.match(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}", record["occurred_at"]):
        return "unparsable_instant"
    return "future_instant" if record["occurred_at"] > "2026-03-16" else None


def test_lena_rises_steadily_and_never_jumps(made: Made) -> None:
    numbers, lena = made.event("slow_honest_rise")["numbers"], made.scores.of("p_lena")[-61:]
    assert numbers["points_over_60_nights"][0] <= lena[-1] - lena[0] <= numbers["points_over_60_nights"][1]
    assert np.diff(lena).max() < numbers["points_in_one_night_below"]
    assert np.diff(lena[::5]).min() > 0.4


# calibration --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unplanted(made: Made) -> np.ndarray:
    planted = {person for event in made.truth["events"] for person in event["person_ids"]}
    return made.scores.points[[who.split("/")[0] not in planted for who in made.scores.who]]


def test_typical_members_score_between_five_and_forty(unplanted: np.ndarray) -> None:
    tonight = unplanted[:, -1]
    assert np.mean((tonight >= 5) & (tonight <= 40)) > 0.85
    assert 2 <= np.sum(tonight >= 50) <= 8
    assert tonight.max() <= 60


def test_unplanted_scores_hold_still(unplanted: np.ndarray) -> None:
    settled = unplanted[:, WARM_UP_NIGHTS:]
    assert np.median(np.abs(np.diff(settled))) < 1
    for nights in (1, 2, 3):
        assert np.abs(settled[:, nights:] - settled[:, :-nights]).max() < 15


def test_no_night_moves_everybody(unplanted: np.ndarray) -> None:
    moves = np.median(np.diff(unplanted[:, WARM_UP_NIGHTS:]), axis=0)
    assert np.abs(moves).max() < 0.2
