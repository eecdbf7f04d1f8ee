"""What the audit of a candidate finds, on tables of a few rows: one fault each, and what is right beside it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from evenscore.base.canonical import CONSENT, LAID_OUT_CONSENT
from evenscore.checks.consent_audit import note_who_asked
from evenscore.consent.shown import Shown
from evenscore.names.account_ids import AccountIds
from evenscore.publication import audit, candidate, growth, roster
from evenscore.publication.difference import difference
from evenscore.publication.nameless import lay_functions, lay_nameless
from evenscore.publication.published_views import write_views
from evenscore.publication.shown_rows import MARTS, lay_out_present
from evenscore.state.runs import Night

TONIGHT = Night(date(2026, 3, 10), "tonight")
EVE, FIRST = date(2026, 3, 9), date(2026, 3, 1)
MART = "person_scores"
STANDS = frozenset({("ann", "work", "forum", "a"), ("ben", "work", "forge", "b")})
COLUMNS = "person_id text, persona text, as_of_date date, score integer"
Rows = list[tuple[str, str, date, int]]
HISTORY: Rows = [(who, "work", day, 50) for who in ("ann", "ben") for day in (FIRST, EVE)]
NIGHT: Rows = [(who, "work", TONIGHT.as_of_date, 51) for who in ("ann", "ben")]


@pytest.fixture(scope="module")
def opened() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for name in ("previous", "candidate", "roster", "stands"):
            con.execute(f"attach ':memory:' as {name}")
        for name in ("conformed", "raw", "marts"):
            con.execute(f"create schema {name}")
        yield con


@pytest.fixture
def con(opened: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    """A sound candidate of one mart: two nights that readers see, and tonight."""
    for module in (audit, growth):
        monkeypatch.setattr(module, "MARTS", (MART,))
    stand(opened, "conformed")
    stand(opened, "present")
    opened.execute("create or replace table raw.first_kept_night as select $1::date as first_date", [FIRST])
    schema = pa.schema([CONSENT.field(name) for name in LAID_OUT_CONSENT])
    said = []
    for person, persona, network, account in sorted(STANDS):
        row = {"person_id": person, "network": network, "account_id": account, "persona": persona, "action": "grant"}
        said.append(row | {"purpose": "public_score", "is_adult": True, "recorded_at": datetime(2026, 1, 1)})
    note_who_asked(opened, pa.Table.from_pylist(said, schema=schema))
    lay(opened, "previous", HISTORY)
    lay(opened, "roster", HISTORY)
    lay(opened, "marts", NIGHT)
    lay(opened, "candidate", [*HISTORY, *NIGHT])
    opened.execute(f"create or replace table raw.published_scores as from previous.{MART}")
    return opened


def lay(con: duckdb.DuckDBPyConnection, where: str, rows: Rows, columns: str = COLUMNS) -> None:
    con.execute(f"create or replace table {where}.{MART} ({columns})")
    if rows:
        con.executemany(f"insert into {where}.{MART} values (?, ?, ?, ?)", rows)


def stand(con: duckdb.DuckDBPyConnection, of: str, *gone: str, revoked: Rows | None = None) -> None:
    """Let both stand by dbt's gate (`conformed`) or now (`present`), but for those who have gone."""
    kept = [one for one in sorted(STANDS) if one[0] not in gone]
    if of == "present":
        lay_out_present(con, Shown(frozenset(kept)), "nobody")
    else:
        con.execute("create or replace table conformed.consent_shown (person_id text, persona text, network text)")
        con.executemany("insert into conformed.consent_shown values (?, ?, ?)", [one[:3] for one in kept])
        con.execute("create or replace table conformed.revoked_nights (person_id text, persona text, as_of_date date)")
    for person, persona, day, _ in revoked or ():
        con.execute(f"insert into {of}.revoked_nights values (?, ?, ?)", [person, persona, day])


def changed(rows: Rows, place: int, score: int = 99) -> Rows:
    return [*rows[:place], (*rows[place][:3], score), *rows[place + 1 :]]


@pytest.mark.parametrize(
    ("night", "count"),
    [
        (NIGHT, 0),
        (NIGHT[::-1], 0),
        (NIGHT[:1], 1),
        ([*NIGHT, NIGHT[0]], 1),
        ([*NIGHT, ("cal", "work", TONIGHT.as_of_date, 51)], 1),
        (changed(NIGHT, 1), 2),
        ([], 2),
    ],
)
def test_tonight_is_what_the_marts_say_of_who_stands(con: duckdb.DuckDBPyConnection, night: Rows, count: int) -> None:
    lay(con, "candidate", [*HISTORY, *night])
    assert audit._missing_tonight(con, TONIGHT, MART) == count


def test_of_who_has_gone_since_the_marts_were_built_nothing_is_missing(con: duckdb.DuckDBPyConnection) -> None:
    stand(con, "present", "ben")
    assert audit._missing_tonight(con, TONIGHT, MART) == 1, "what stands there is too much"
    lay(con, "candidate", [*changed(HISTORY, 0), NIGHT[0]])
    assert audit._missing_tonight(con, TONIGHT, MART) == 0


@pytest.mark.parametrize(
    ("history", "count"),
    [
        (HISTORY, 0),
        (HISTORY[::-1], 0),
        (changed(HISTORY, 2), 2),
        (HISTORY[1:], 1),
        ([*HISTORY, HISTORY[0]], 1),
        ([], 4),
    ],
)
def test_history_is_what_readers_see(con: duckdb.DuckDBPyConnection, history: Rows, count: int) -> None:
    lay(con, "candidate", [*history, *changed(NIGHT, 0)])
    lay(con, "previous", [*HISTORY, ("ann", "work", TONIGHT.as_of_date, 7)])
    assert audit._changed_history(con, TONIGHT, MART) == count
    con.execute(f"alter table candidate.{MART} add column reason text default 'new'")
    assert audit._changed_history(con, TONIGHT, MART) == count, "readers have not seen a new column yet"
    con.execute(f"drop table previous.{MART}")
    assert audit._changed_history(con, TONIGHT, MART) == len(history)


@pytest.mark.parametrize("of", ["conformed", "present"])
def test_history_of_who_has_gone_or_is_too_old_is_to_be_gone(con: duckdb.DuckDBPyConnection, of: str) -> None:
    stand(con, of, "ben")
    assert audit._changed_history(con, TONIGHT, MART) == 2
    lay(con, "candidate", [*HISTORY[:2], *NIGHT])
    assert audit._changed_history(con, TONIGHT, MART) == 0
    stand(con, of, "ben", revoked=[("ann", "work", EVE, 0)])
    assert audit._changed_history(con, TONIGHT, MART) == 1
    stand(con, of, "ben")
    con.execute("update raw.first_kept_night set first_date = $1", [FIRST + timedelta(1)])
    assert audit._changed_history(con, TONIGHT, MART) == 1


def lost(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute(audit._last_good(con, TONIGHT)).fetchall()[0][0])


def test_what_tonight_was_measured_against_is_what_readers_see_of_earlier_nights(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert lost(con) == 0
    con.execute("insert into raw.published_scores values ('ann', 'work', $1, 51)", [TONIGHT.as_of_date])
    assert lost(con) == 1
    lay(con, "previous", [*HISTORY, *NIGHT])
    assert lost(con) == 1, "a row of tonight is no earlier one"
    con.execute("delete from raw.published_scores where as_of_date = $1", [TONIGHT.as_of_date])
    lay(con, "previous", changed(HISTORY, 3))
    assert lost(con) == 1
    con.execute("alter table raw.published_scores add column reach integer")
    assert lost(con) == 1, "a column that readers have not is not compared"
    con.execute(f"drop table previous.{MART}")
    assert lost(con) == 4


def test_readers_see_tonight_already_where_every_row_and_column_is_there(con: duckdb.DuckDBPyConnection) -> None:
    def is_seen(rests: bool = True) -> bool:
        return audit.is_unchanged(con, TONIGHT, rests)

    assert not is_seen()
    lay(con, "previous", [*HISTORY, *NIGHT])
    assert is_seen() and is_seen(False)
    lay(con, "previous", [*changed(HISTORY, 0), *NIGHT])
    assert is_seen() and is_seen(False), "history is another question"
    lay(con, "previous", [*HISTORY, *changed(NIGHT, 0)])
    assert not is_seen()
    lay(con, "previous", [*HISTORY, ("cal", "work", EVE, 1), *NIGHT])
    assert is_seen() and not is_seen(False)
    lay(con, "previous", [*HISTORY, *NIGHT])
    stand(con, "present", revoked=[("ann", "work", EVE, 0)])
    assert is_seen() and not is_seen(False)
    stand(con, "present")
    con.execute(f"alter table marts.{MART} add column reason text")
    assert not is_seen()


def test_all_that_readers_see_rests_where_everybody_in_it_stands_and_asked(con: duckdb.DuckDBPyConnection) -> None:
    assert audit.is_at_rest(con)
    stand(con, "present", revoked=[("zoe", "work", EVE, 0)])
    assert not audit.is_at_rest(con), "a night is revoked, whoever's it is"
    stand(con, "present")
    for of in ("conformed", "present"):
        stand(con, of, "ben")
        assert not audit.is_at_rest(con)
        stand(con, of)
        assert audit.is_at_rest(con)
    con.execute("update raw.first_kept_night set first_date = $1", [FIRST + timedelta(1)])
    assert not audit.is_at_rest(con)
    con.execute("update raw.first_kept_night set first_date = $1", [FIRST])
    con.execute("delete from asked where person_id = 'ben'")
    assert not audit.is_at_rest(con), "by the ledger's own words nobody of that name asked"
    con.execute(f"delete from roster.{MART} where person_id = 'ben'")
    assert audit.is_at_rest(con)


def test_what_readers_see_does_not_rest_where_it_names_who_may_not_be_named_any_more(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MARTS", ("score_jumps",))
    lay_functions(con, AccountIds())
    con.execute("create or replace table conformed.non_member_names (name text)")
    con.execute("create or replace temp table shown_accounts as select 'forum' as network, 'a' as account_id")
    con.execute(
        "create or replace table roster.score_jumps as select 'ann' as person_id, 'work' as persona, "
        "$1::date as as_of_date, 'forum:a/7' as top_post_id, 'as a said' as why",
        [EVE],
    )
    con.execute("create or replace table previous.score_jumps as from roster.score_jumps")
    con.execute("create or replace table marts.score_jumps as from roster.score_jumps limit 0")

    def rests() -> tuple[bool, bool]:
        for of in ("marts", "previous"):
            lay_nameless(con, of, "shown_accounts")
        return audit.is_at_rest(con), audit.is_unchanged(con, TONIGHT, rests=False)

    assert rests() == (True, True)
    con.execute("delete from shown_accounts")
    assert rests() == (False, False)


@pytest.fixture
def alone(con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Without what else is laid out, but for its names; what the roster was taken with is noted."""
    taken: list[dict[str, Any]] = []

    def examine(con: duckdb.DuckDBPyConnection, database: str, values: str) -> None:
        con.execute(f"create or replace temp table examined as select '{database}' as rows_of, '{values}' as names_of")

    def take(con: duckdb.DuckDBPyConnection, to: str, of: str, **more: Any) -> None:
        taken.append(more)
        con.execute(f"create or replace table {to}.{MART} as from {of}.{MART}")

    monkeypatch.setattr(audit.roster, "take", take)
    monkeypatch.setattr(audit, "examine", examine)
    return taken


def audited(con: duckdb.DuckDBPyConnection, known: Any = None, is_as_measured: bool = False) -> tuple[Any, ...]:
    audit.lay_out(con, TONIGHT, known, is_as_measured)
    return *con.execute("from audit").fetchall()[0], *con.execute("from last_good").fetchall()[0]


def test_an_audit_tells_what_is_missing_changed_unasked_and_lost(
    con: duckdb.DuckDBPyConnection, alone: list[dict[str, Any]]
) -> None:
    assert audited(con) == (MART, 0, 0, 0, 0)
    lay(con, "candidate", [*changed(HISTORY, 0), ("cal", "work", EVE, 1), NIGHT[0]])
    assert audited(con) == (MART, 1, 3, 1, 0)
    lay(con, "previous", HISTORY[1:])
    assert audited(con)[4] == 1 and audited(con, is_as_measured=True)[4] == 0
    assert alone == [{}] * 4
    assert con.execute("from examined").fetchall() == [("candidate", "stands")]


@pytest.mark.parametrize("is_proven", [True, False])
def test_of_a_candidate_that_grew_the_history_is_read_where_it_is_not_proved(
    con: duckdb.DuckDBPyConnection, alone: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, is_proven: bool
) -> None:
    monkeypatch.setattr(growth, "is_proven", lambda *given: is_proven)
    monkeypatch.setattr(audit.parts, "unlike_count", lambda con, table, known, night, is_proven: len(known))
    laid: list[tuple[str, str]] = []
    monkeypatch.setattr(audit, "lay_nameless", lambda con, *given: laid.append(given))
    lay(con, "candidate", [*changed(HISTORY, 0), *NIGHT])
    assert audited(con)[2] == 2 and laid == [], "one that was written anew has laid out what it was written from"
    assert audited(con, {MART: {"a": (1, 2)}}) == (MART, 0, 1 if is_proven else 3, 0, 0)
    assert audited(con, {"another": {"a": (1, 2)}}) == (MART, 0, 0 if is_proven else 2, 0, 0)
    where = f"as_of_date = '{TONIGHT.as_of_date}'"
    assert alone == [{}, *[{"more": "roster", "where": where} if is_proven else {}] * 2]
    assert laid == ([] if is_proven else [("previous", "shown_accounts")] * 2)


def test_a_roster_has_everybody_once_with_their_earliest_night(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "MARTS", (MART,))
    lay(con, "roster", [("ann", "work", FIRST, 0), ("cal", "work", EVE, 0)])
    con.execute(f"alter table roster.{MART} drop column score")
    lay(con, "candidate", [*changed(HISTORY, 0), *NIGHT])
    roster.take(con, "anew", "candidate")
    roster.take(con, "grown", "candidate", more="roster", where=f"as_of_date = '{TONIGHT.as_of_date}'")
    rows = [con.execute(f"from {name}.{MART}").fetchall() for name in ("anew", "grown")]
    con.execute("detach anew; detach grown")
    assert rows[0] == [("ann", "work", FIRST), ("ben", "work", FIRST)]
    assert rows[1] == [("ann", "work", FIRST), ("ben", "work", TONIGHT.as_of_date), ("cal", "work", EVE)]


# what a candidate is filled with --------------------------------------------------------------------------------------


def filled(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute(f"select * exclude (published_at), published_at is null from candidate.{MART}").fetchall()


def described(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    columns = "select column_name, comment from duckdb_columns() where table_name = $1 and database_name = 'candidate'"
    return dict(con.execute(f"{columns} and comment is not null", [MART]).fetchall())


def test_a_candidate_has_earlier_nights_as_they_were_and_tonight_stamped_and_is_described(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "MARTS", (MART,))
    con.execute("create or replace table marts.others (persona text)")
    con.execute("comment on table marts.others is 'Others.'; comment on column marts.others.persona is 'Another.'")
    con.execute(f"comment on table marts.{MART} is 'Scores.'; comment on column marts.{MART}.score is 'A score.'")
    con.execute(f"drop table candidate.{MART}")
    stand(con, "present", revoked=[("ben", "work", FIRST, 0)])
    candidate.fill(con, TONIGHT)
    earlier = [(*row, None, True) for row in (HISTORY[0], HISTORY[1], HISTORY[3])]
    earlier.sort(key=lambda row: (row[2], row[0]))
    newest = [(*row, TONIGHT.run_id, False) for row in NIGHT]
    assert filled(con) == [*earlier, *newest]
    assert described(con) == {"score": "A score.", **candidate.STAMPED}
    told = "select comment from duckdb_tables() where table_name = $1 and database_name = 'candidate'"
    assert con.execute(told, [MART]).fetchall() == [("Scores.",)]
    con.execute(f"delete from candidate.{MART} where as_of_date = $1", [TONIGHT.as_of_date])
    candidate.add_tonight(con, TONIGHT)
    assert filled(con) == [*earlier, *newest]


def test_only_some_tables_say_which_run_published_a_row(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "MARTS", (MART,))
    monkeypatch.setattr(candidate, "STAMPED_MARTS", ())
    con.execute(f"drop table candidate.{MART}")
    candidate.fill(con, TONIGHT)
    assert con.execute(f"from candidate.{MART} order by as_of_date, person_id").fetchall() == sorted(
        [*HISTORY, *NIGHT], key=lambda row: (row[2], row[0])
    )


def test_the_views_tell_the_latest_score_of_each_persona_and_an_incident_over_its_nights(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lay(con, "candidate", [*HISTORY, NIGHT[0], ("ann", "home", EVE, 7)])
    con.execute(
        "create or replace table candidate.incident_nights as from (values "
        "('i', date '2026-03-02', 'r2', 'k', 's', 9, 'e2', 'o2', 'a2', 'open'), "
        "('i', date '2026-03-01', 'r1', 'k', 's', 5, 'e1', 'o1', 'a1', 'open'), "
        "('i', date '2026-03-03', 'r3', 'k', 's', 4, 'e3', 'o3', 'a3', 'closed'), "
        "('j', date '2026-03-03', 'r3', 'k', 't', 4, 'e', 'o', 'a', 'open')) as nights "
        "(incident_id, as_of_date, run_id, kind, scope, affected_count, expected, observed, action, state)"
    )
    for column in ("kind", "as_of_date"):
        con.execute(f"comment on column candidate.incident_nights.{column} is 'Of the table.'")
    write_views(con)
    latest = con.execute("select person_id, persona, score from candidate.current_scores order by all").fetchall()
    assert latest == [("ann", "home", 7), ("ann", "work", 51), ("ben", "work", 50)]
    assert con.execute("from candidate.incidents").fetchall() == [
        (date(2026, 3, 1), "r1", "i", "k", "s", 9, "e1", "o1", "a1", date(2026, 3, 3)),
        (date(2026, 3, 3), "r3", "j", "k", "t", 4, "e", "o", "a", None),
    ]
    told = con.execute("select column_name, comment from duckdb_columns() where table_name = 'incidents'").fetchall()
    assert dict(told) | {"kind": "Of the table.", "as_of_date": "The night on which it opened."} == dict(told)


# whether a night can be added at the end ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "may"),
    [
        ([str(EVE)], True),
        ([str(FIRST), str(EVE)], True),
        ([str(FIRST - timedelta(1)), str(EVE)], False),
        ([str(EVE), str(TONIGHT.as_of_date)], False),
        ([str(TONIGHT.as_of_date + timedelta(1))], False),
        ([], False),
    ],
)
def test_a_night_after_all_that_readers_see_may_be_added_where_none_of_that_leaves(
    con: duckdb.DuckDBPyConnection, days: list[str], may: bool
) -> None:
    con.execute(f"alter table previous.{MART} add column published_at timestamp")
    con.execute(f"alter table previous.{MART} add column run_id text")
    manifest = {"nights": {"a": dict.fromkeys(days), "b": {}}, "hashed_by": duckdb.__version__}
    assert growth.may_grow(con, TONIGHT, manifest) is may
    assert not growth.may_grow(con, TONIGHT, manifest | {"hashed_by": "0.9"})
    assert not growth.may_grow(con, TONIGHT, {"hashed_by": duckdb.__version__})
    con.execute(f"alter table previous.{MART} alter column score type bigint")
    assert not growth.may_grow(con, TONIGHT, manifest), "a column is of another type"
    con.execute(f"drop table previous.{MART}")
    assert not growth.may_grow(con, TONIGHT, manifest)


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [
        ("(1), (2)", "(2), (1)", 0),
        ("(1), (2)", "(1)", 1),
        ("(1)", "(1), (2)", 1),
        ("(1), (1)", "(1)", 1),
        ("(1), (2), (3)", "(1), (4), (4)", 4),
        ("(null)", "(null)", 0),
    ],
)
def test_rows_that_either_side_has_more_often_differ(left: str, right: str, count: int) -> None:
    with duckdb.connect() as con:
        assert difference(con, f"from (values {left})", f"from (values {right})") == count


@pytest.mark.parametrize("other", [None, MARTS[0], MARTS[-1]])
def test_a_night_is_unchanged_where_every_table_is(monkeypatch: pytest.MonkeyPatch, other: str | None) -> None:
    monkeypatch.setattr(audit, "_is_seen", lambda _con, _night, mart, _rests: mart != other)
    with duckdb.connect() as con:
        assert audit.is_unchanged(con, Night(date(2026, 3, 5), "r"), True) is (other is None)
