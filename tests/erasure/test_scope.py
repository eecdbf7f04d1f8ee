"""Whom an erasure is about, and what it takes out of landed rows and published tables: small tables, no night."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from evenscore.base import atomic_io
from evenscore.base.canonical import DATASETS, INSTANT_COLUMN
from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.consent.ledger import read_ledger
from evenscore.consent.shown import Shown
from evenscore.consent.suppression import ACCOUNT, CLAIM, CLAIMED, LOOKS, PERSON, STABLE, Entry, Suppressed
from evenscore.erasure import elsewhere, erase, hide, landed, published_runs, scope
from evenscore.landing_zone import landing
from evenscore.names.account_ids import EVERYWHERE
from evenscore.names.identifier_matcher import REMOVED, ErasureSubject, IdentifierMatcher
from evenscore.names.look_alikes import looks
from evenscore.publication import run_folders
from home import LEDGER, Home, event

AT = datetime(2026, 3, 1, 12)
ANN = ErasureSubject("forum", "ann", AT.isoformat(), "p_ann")
BEN = ErasureSubject("forum", "ben", AT.isoformat(), "p_ben")


def keep(home: Home, *lines: str) -> None:
    """Write a ledger of `person,network,account,action,purpose,instant` each."""
    rows = []
    for line in lines:
        person, network, account, action, purpose, at = line.split(",")
        rows.append(f"{person},{network},{account},work,{action},{purpose},true,{at}")
    (home.folder / "ledger.csv").write_text("\n".join([LEDGER.splitlines()[0], *rows, ""]))


def test_the_ledger_asks_for_each_account_by_its_last_erasure_until_it_is_carried_out(home: Home) -> None:
    keep(
        home,
        "p_ann,forum,ann,grant,public_score,2026-01-01T00:00:00Z",
        "p_ann,forge,ann,grant,public_score,2026-01-01T00:00:00Z",
        "p_ann,forum,ann,erase,public_score,2026-02-01T00:00:00Z",
        "p_ann,forum,ann,erase,public_score,2026-03-01T12:00:00Z",
        "p_ben,forum,ben,withdraw,public_score,2026-02-01T00:00:00Z",
    )
    found = Suppressed(b"key", EVERYWHERE)
    for carried_out, is_due in (
        (None, True),
        (AT - timedelta(microseconds=1), True),
        (AT, False),
        (AT + timedelta(1), False),
    ):
        if carried_out:
            entry = Entry(found.digest(CLAIM, "p_ann", "forum", "ann"), "o", carried_out.isoformat())
            found.entries = {entry.digest: entry}
        assert scope.asked_by_ledger(home.settings, found) == ([ANN] if is_due else [])
    assert scope.asked_by_ledger(home.settings, None) == [ANN]


def test_whoever_is_new_on_an_account_that_was_erased_with_another_has_asked_for_nothing(home: Home) -> None:
    said = [
        "p_ann,forum,ann,grant,public_score,2026-01-01T00:00:00Z",
        "p_ann,forum,ann,erase,public_score,2026-02-01T00:00:00Z",
    ]
    keep(home, *said)
    assert erase.forget_due(home.settings, by="the night").accounts == 1
    keep(home, *said, "p_new,forum,ann,grant,public_score,2026-03-01T00:00:00Z")
    laid_out = read_ledger(home.settings).to_pylist()
    assert ("p_new", "erase") in {(row["person_id"], row["action"]) for row in laid_out}, (
        "the past of the account stays gone"
    )
    assert erase.forget_due(home.settings, by="the night") == erase.Forgotten()


def test_by_hand_all_accounts_of_a_person_and_named_ones_in_normal_form(home: Home) -> None:
    keep(
        home,
        "p_ann,forum,ann,grant,public_score,2026-01-01T00:00:00Z",
        "p_ann,forge,ann2,withdraw,research,2026-01-01T00:00:00Z",
        "p_ben,forum,ben,grant,public_score,2026-01-01T00:00:00Z",
    )
    found = scope.asked_by_hand(home.settings, ["p_ann"], [("forum", " CAL"), ("forge", "ann2")], AT)
    assert [(one.network, one.account_id, one.person_id) for one in found] == [
        ("forge", "ann2", None),
        ("forge", "ann2", "p_ann"),
        ("forum", "ann", "p_ann"),
        ("forum", "cal", None),
    ]
    assert {one.erased_at for one in found} == {AT.isoformat()}
    with pytest.raises(UsageError, match=r"^p_a: not in .*ledger\.csv"):
        scope.asked_by_hand(home.settings, ["p_z", "p_ann", "p_a"], [], AT)


def test_by_hand_all_goes_that_was_said_though_the_clock_was_set_back(home: Home) -> None:
    keep(home, f"p_ann,forum,ann,grant,public_score,{AT.isoformat()}Z")
    (ann,) = scope.asked_by_hand(home.settings, ["p_ann"], [], AT - timedelta(days=30))
    assert datetime.fromisoformat(ann.erased_at) > AT


def land(home: Home, dataset: str, *rows: dict[str, Any], network: str = "forum") -> str:
    known = {"network": network, INSTANT_COLUMN[dataset]: AT}
    table = pa.Table.from_pylist([known | row for row in rows], schema=DATASETS[dataset])
    landing.land(home.places, "s", dataset, network, AT.date(), table)
    return next(
        one.sha256 for one in landing.manifests(home.places) if (one.dataset, one.network) == (dataset, network)
    )


def alias(name: str, stable: str, kind: str = "account") -> dict[str, str]:
    return {"alias_id": name, "stable_id": stable, "kind": kind}


@pytest.mark.parametrize(
    ("aliases", "names", "ids"),
    [
        ([], (), ()),
        ([alias("ann", "1")], (), ("1",)),
        ([alias("ann", "1"), alias("anna", "1"), alias("Ann_B", "1"), alias("ben", "2")], ("ann_b", "anna"), ("1",)),
        ([alias("ann", "1"), alias("ann", "2"), alias("anna", "1")], (), ()),
        ([alias("ann", "1"), alias("anna", "1"), alias("anna", "2")], (), ("1",)),
        ([alias("ann", "1"), alias("anna", "1", "object")], (), ("1",)),
        ([alias("ann", "1", "object"), alias("anna", "1")], (), ()),
    ],
)
def test_every_name_of_an_account_is_followed_and_a_recycled_one_is_not(
    home: Home, aliases: list[dict[str, str]], names: tuple[str, ...], ids: tuple[str, ...]
) -> None:
    if aliases:
        land(home, "aliases", *aliases)
    land(home, "aliases", alias("ann", "9"), alias("other", "9"), alias("other", "1"), network="forge")
    (found,) = scope.with_names(home.settings, [ErasureSubject("forum", "ANN", AT.isoformat(), "p_ann")])
    assert (found.account_id, found.names, found.stable_ids) == ("ANN", names, ids)
    assert (found.person_id, found.erased_at) == ("p_ann", AT.isoformat())


@pytest.mark.parametrize(
    ("more", "stays"),
    [
        ([], False),
        (["p_cal,forum,ann,grant,research,2026-01-01T00:00:00Z"], True),
        (["p_cal,forum,ann,grant,topic:birds,2026-01-01T00:00:00Z"], False),
        (["p_cal,forge,ann,grant,public_score,2026-01-01T00:00:00Z"], False),
        (["p_ben,forum,ann,grant,public_score,2026-01-01T00:00:00Z"], True),
        (
            [
                "p_cal,forum,ann,grant,public_score,2026-01-01T00:00:00Z",
                "p_cal,forum,ann,withdraw,public_score,2026-02-01T00:00:00Z",
            ],
            False,
        ),
        (["p_cal,forum,ann,grant,public_score,2026-03-01T12:00:00Z"], True),
        (["p_cal,forum,ann,grant,public_score,2026-03-01T12:00:01Z"], False),
        (
            [
                "p_cal,forum,ann,grant,public_score,2026-01-01T00:00:00Z",
                "p_cal,forum,ann,grant,public_score,2026-03-02T00:00:00Z",
            ],
            True,
        ),
    ],
)
def test_an_account_that_somebody_else_has_a_grant_on_is_not_erased(home: Home, more: list[str], stays: bool) -> None:
    keep(home, "p_ann,forum,ann,grant,public_score,2026-01-01T00:00:00Z", *more)
    leaving, kept = scope.not_of_others(home.settings, [ANN, BEN])
    assert (leaving, kept) == (([BEN], [ANN]) if stays else ([ANN, BEN], []))
    both = [replace(ANN, person_id=person) for person in ("p_ann", "p_ben", "p_cal")]
    assert scope.not_of_others(home.settings, both) == (both, []), "who leaves together keeps nobody's account"


@pytest.mark.parametrize(
    ("other", "is_followed"),
    [("p_cal,forum,Anna", False), ("p_cal,forum,annie", True), ("p_cal,forge,anna", True), ("p_ann,forum,anna", True)],
)
def test_a_name_that_somebody_else_has_a_grant_on_is_followed_no_further(
    home: Home, other: str, is_followed: bool
) -> None:
    granted = "grant,public_score,2026-01-01T00:00:00Z"
    keep(home, f"p_ann,forum,ann,{granted}", f"{other},{granted}")
    whole = replace(ANN, names=("anna",), stable_ids=("1",))
    assert scope.not_of_others(home.settings, [whole]) == ([whole if is_followed else ANN], [])


def test_the_list_has_every_name_of_who_leaves_and_of_a_shared_account_the_claim_alone() -> None:
    found = Suppressed(b"key", EVERYWHERE)
    subject = ErasureSubject("forum", "ann", "t1", "p_ann", ("anna",), ("7",))
    unknown = ErasureSubject("forge", "cal", "t2")
    shared = ErasureSubject("forum", "us", "t3", "p_ann", ("we",), ("8",))
    lines = scope.entries(found, [subject, unknown], [shared])
    of = {name: found.digest(ACCOUNT, *name) for name in (("forum", "ann"), ("forge", "cal"), ("forum", "us"))}
    expected = {
        *((name, ("forum", "ann"), "t1") for name in ((PERSON, "p_ann"), (CLAIM, "p_ann", "forum", "ann"))),
        ((CLAIMED, "forum", "ann"), ("forum", "ann"), "t1"),
        *(((ACCOUNT, "forum", name), ("forum", "ann"), "t1") for name in ("ann", "anna")),
        *(((LOOKS, "forum", looks(name)), ("forum", "ann"), "t1") for name in ("ann", "anna")),
        ((STABLE, "forum", "7"), ("forum", "ann"), "t1"),
        *(((kind, "forge", name), ("forge", "cal"), "t2") for kind, name in ((ACCOUNT, "cal"), (LOOKS, looks("cal")))),
        *((name, ("forum", "us"), "t3") for name in ((PERSON, "p_ann"), (CLAIM, "p_ann", "forum", "us"))),
        ((CLAIMED, "forum", "us"), ("forum", "us"), "t3"),
    }
    assert sorted(lines, key=repr) == sorted(
        (Entry(found.digest(*name), of[account], at) for name, account, at in expected), key=repr
    )


# what has landed -----------------------------------------------------------------------------------------------------


def on_the_list(home: Home, *subjects: ErasureSubject) -> Suppressed:
    found = Suppressed(b"key", EVERYWHERE)
    found.entries = {one.digest: one for one in scope.entries(found, subjects, [])}
    return found


def did(actor: str, target: str = "x", **more: str) -> dict[str, str]:
    return {"event_id": f"{actor}-{target}", "verb": "like", "actor_id": actor, "target_id": target, **more}


def test_files_that_are_known_to_hold_nobody_are_searched_for_new_names_alone(home: Home) -> None:
    first = land(home, "activity", did("ann"), did("cal"))
    second = land(home, "activity", did("ben"), did("dee"), network="forge")
    out = on_the_list(home, ANN, ErasureSubject("forge", "ben", AT.isoformat()))
    assert landed.purge(home.places, out, {first, second}) == (0, {first, second})
    assert landed.purge(home.places, out, {first, second}, IdentifierMatcher([BEN]))[0] == 1
    assert sorted(row["actor_id"] for row in home.landed()) == ["ann", "cal", "dee"]
    count, clean = landed.purge(home.places, out, set())
    assert (count, len(clean)) == (1, 2) and first not in clean and second not in clean
    assert sorted(row["actor_id"] for row in home.landed()) == ["cal", "dee"]
    assert landed.purge(home.places, out, set()) == (0, clean)


@pytest.mark.parametrize(
    ("dataset", "row", "is_named"),
    [
        ("activity", did("ann"), True),
        ("activity", did("x", "ann"), True),
        ("activity", did("x", object_id="ann/1"), True),
        ("activity", did("x", text="hi @ann"), True),
        ("activity", did("x", text="hi @anna", object_id="anna/1"), False),
        ("accounts", {"account_id": "ann"}, True),
        ("accounts", {"account_id": "anna"}, False),
        ("aliases", alias("ann", "1"), True),
        ("aliases", alias("x", "7"), True),
        ("aliases", alias("ann/1", "o", "object"), True),
        ("aliases", alias("x", "1"), False),
    ],
)
def test_rows_mention_a_name_as_an_account_in_an_objects_id_or_a_text(
    dataset: str, row: dict[str, str], is_named: bool
) -> None:
    matcher = IdentifierMatcher([ErasureSubject("forum", "ann", "t", stable_ids=("7",))])
    rows = pa.Table.from_pylist([{"network": "forum"}, {"network": "forum"} | row], schema=DATASETS[dataset])
    assert landed.mentions(dataset, rows, matcher) is is_named


def test_what_is_known_to_be_clean_is_so_for_the_list_as_it_stands(home: Home) -> None:
    assert landed.read_clean(home.places) == set()
    home.places.suppressed.parent.mkdir(parents=True, exist_ok=True)
    home.places.suppressed.write_text("one\n")
    landed.write_clean(home.places, {"b", "a"})
    assert landed.read_clean(home.places) == {"a", "b"}
    before = home.places.seen_clean.stat().st_ino
    landed.write_clean(home.places, {"a", "b"})
    assert home.places.seen_clean.stat().st_ino == before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landed, "IN_TEXT", ["names are looked for elsewhere"])
        assert landed.read_clean(home.places) == set()
    landed.write_clean(home.places, {"a"})
    assert landed.read_clean(home.places) == {"a"}
    home.places.suppressed.write_text("one\ntwo\n")
    assert landed.read_clean(home.places) == set()


def test_no_cache_outlives_an_erasure_and_no_delivered_file_is_called_by_the_name(home: Home) -> None:
    home.deliver("ann.ndjson", event())
    home.extract()
    places = home.places
    wal = places.warehouse.with_name(f"{places.warehouse.name}.wal")
    folders = (places.inputs, places.exchange, *places.all_spilled, places.dbt, places.reconstructed)
    folders += (places.evaluation_scratch, places.comparison_scratch)
    caches = [places.warehouse, wal, *(folder / "part.bin" for folder in folders)]
    for path in caches:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"packed: no byte search would find a name in it")
    erase.forget(home.settings, ["p_ann"], by="the desk")
    assert [path for path in caches if path.exists()] == []
    assert "ann" not in places.deliveries("forum").read_text()


def test_an_erasure_says_where_the_files_are_that_are_not_its_to_rewrite(home: Home) -> None:
    home.configure(path="data/{date}/*.ndjson")
    pulled = '[[sources]]\nname = "tool"\nkind = "github"\nplaces = ["ann/tool"]\n'
    home.config.write_text(f"{home.config.read_text()}\n{pulled}")
    assert erase._inputs(home.settings) == (str(home.folder / "ledger.csv"), str(home.data))


# what is published ---------------------------------------------------------------------------------------------------

NIGHT = date(2026, 3, 1)


def run_of(home: Home) -> Any:
    folder = home.places.published_run("r1")
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / run_folders.DATABASE)) as con:
        con.execute("create table person_scores (person_id text, persona text, as_of_date date, why text)")
        con.executemany(
            "insert into person_scores values (?, ?, ?, ?)",
            [
                ("p_ann", "work", NIGHT, None),
                ("p_ann", "work", NIGHT + timedelta(1), None),
                ("p_ben", "work", NIGHT, "ann"),
                ("p_cal", "ann", NIGHT, "so"),
            ],
        )
        con.execute(
            "create table influences as select 'p_ben' as person_id, 'p_ann' as other_person_id, "
            "$1::date as as_of_date",
            [NIGHT],
        )
        con.execute("insert into influences values ('p_ann', 'p_ben', $1), ('p_ben', 'p_cal', $1)", [NIGHT])
        con.execute("create table runs as select 'quiet' as note, 'ann' as run_id")
        con.execute("create view current_scores as from person_scores")
    return folder


def left_of(folder: Any, kept: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect() as con:
        con.execute(f"attach '{folder / run_folders.DATABASE}' as previous (read_only)")
        return {table: sorted(con.execute(query).fetchall(), key=repr) for table, query in kept.items()}


def test_a_run_loses_the_subjects_rows_and_in_others_their_names(home: Home) -> None:
    folder = run_of(home)
    found = left_of(folder, published_runs._kept(folder, IdentifierMatcher([ANN])))
    assert found == {
        "person_scores": [("p_ben", "work", NIGHT, REMOVED), ("p_cal", "ann", NIGHT, "so")],
        "influences": [("p_ben", "p_cal", NIGHT)],
    }
    nobody = IdentifierMatcher([ErasureSubject("forum", "zoe", "t", "p_zoe")])
    assert published_runs._kept(folder, nobody) == {}
    account = left_of(folder, published_runs._kept(folder, IdentifierMatcher([ErasureSubject("forum", "ann", "t")])))
    assert [row[3] for row in account["person_scores"]] == [None, None, REMOVED, "so"]


def test_a_run_that_names_no_subject_is_not_written_anew(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_of(home)
    written: list[Any] = []
    monkeypatch.setattr(published_runs.publishing, "rewrite", lambda _places, run, kept: written.append((run, {*kept})))
    assert published_runs.purge_runs(home.places, IdentifierMatcher([ErasureSubject("forum", "zoe", "t")])) == 0
    assert written == []
    assert published_runs.purge_runs(home.places, IdentifierMatcher([ANN])) == 1
    assert written == [(folder, {"person_scores", "influences"})]


@pytest.mark.parametrize("has_roster", [True, False])
def test_a_run_without_a_roster_is_not_taken_to_show_nobody(
    home: Home, monkeypatch: pytest.MonkeyPatch, has_roster: bool
) -> None:
    folder, standing = run_of(home), hide.Standing(Shown(frozenset()), [])
    monkeypatch.setattr(hide.roster, "lay_out", lambda *_: has_roster)
    monkeypatch.setattr(hide, "_broken_rules", lambda con: {})
    assert hide._is_at_rest(home.settings, folder, standing) is has_roster
    monkeypatch.setattr(hide, "_broken_rules", lambda con: {"person_scores": "false"})
    assert not hide._is_at_rest(home.settings, folder, standing)


@pytest.mark.parametrize("stands", [True, False])
def test_before_a_night_is_hidden_who_has_left_but_not_everybody(
    home: Home, monkeypatch: pytest.MonkeyPatch, stands: bool
) -> None:
    hidden: list[object] = []
    shown = Shown(frozenset({("p_ann", "work", "forum", "ann")} if stands else ()))
    monkeypatch.setattr(hide, "shown_now", lambda _settings: shown)
    monkeypatch.setattr(hide, "hide", hidden.append)
    hide.hide_before_night(home.settings)
    assert len(hidden) == stands


def test_a_run_that_cannot_be_read_goes_whole_unless_readers_see_it(home: Home) -> None:
    folder = run_of(home)
    (folder / run_folders.DATABASE).write_bytes(b"no database")
    atomic_io.point(home.places.current, folder)
    with pytest.raises(EvenscoreError, match="what readers see cannot be read"):
        published_runs.purge_runs(home.places, IdentifierMatcher([ANN]))
    assert folder.exists()
    home.places.current.unlink()
    assert published_runs.purge_runs(home.places, IdentifierMatcher([ANN])) == 1
    assert not folder.exists()


def test_what_a_roll_back_brought_back_goes_up_to_the_day_of_the_erasure(home: Home) -> None:
    folder = run_of(home)
    with duckdb.connect() as con:
        con.execute(f"attach '{folder / run_folders.DATABASE}' as previous (read_only)")
        kept = published_runs._without_past(con, {"p_ann": NIGHT, "p_zoe": NIGHT})
    found = left_of(folder, kept)
    assert [row[:3] for row in found["person_scores"]] == [
        ("p_ann", "work", NIGHT + timedelta(1)),
        ("p_ben", "work", NIGHT),
        ("p_cal", "ann", NIGHT),
    ]
    assert found["influences"] == [("p_ben", "p_cal", NIGHT)] and found.keys() == {"person_scores", "influences"}


@pytest.mark.parametrize(
    ("erased", "is_rewritten"), [(NIGHT - timedelta(1), False), (NIGHT, True), (NIGHT + timedelta(1), True)]
)
def test_readers_see_nobody_who_was_erased_after_their_first_night(
    home: Home, monkeypatch: pytest.MonkeyPatch, erased: date, is_rewritten: bool
) -> None:
    folder = run_of(home)
    home.places.current.parent.mkdir(parents=True, exist_ok=True)
    home.places.current.symlink_to(folder)
    rewritten: list[dict[str, str]] = []
    monkeypatch.setattr(published_runs.run_folders, "database_digest", lambda folder: "digest")
    monkeypatch.setattr(published_runs.publishing, "rewrite", lambda *given: (rewritten.append(given[2]), folder)[1])
    subject = ErasureSubject("forum", "ann", f"{erased}T09:00:00", "p_ann")
    digest = published_runs.keep_out_of_readers_sight(home.places, on_the_list(home, subject), set())
    assert digest and bool(rewritten) is is_rewritten
    rewritten.clear()
    assert published_runs.keep_out_of_readers_sight(home.places, on_the_list(home, subject), {digest}) == digest
    assert rewritten == []
    home.places.current.unlink()
    assert published_runs.keep_out_of_readers_sight(home.places, on_the_list(home, subject), set()) is None


# what a scheduler may still name -------------------------------------------------------------------------------------


def test_whom_a_scheduler_may_name_is_noted_once_where_one_has_run(home: Home) -> None:
    subject, shared = (
        ErasureSubject("forum", "ann", "t", "p_ann", ("anna",), ("7",)),
        ErasureSubject("forum", "us", "t", "p_x"),
    )
    assert not elsewhere.note(home.places, [subject], [shared]) and elsewhere.due(home.settings) is None
    home.places.scheduled.parent.mkdir(parents=True, exist_ok=True)
    home.places.scheduled.write_text("")
    for _ in range(2):
        assert elsewhere.note(home.places, [subject], [shared])
    assert elsewhere.note(home.places, [BEN], [])
    path = home.places.erasure_elsewhere
    noted = json.loads(path.read_text())
    assert ([one["account_id"] for one in noted["subjects"]], len(noted["shared"])) == (["ann", "ben"], 1)
    assert path.stat().st_mode & 0o777 == 0o600
    found = elsewhere.due(home.settings)
    assert found and all(found.within(text) for text in ("ann", "anna", "ben", "p_x/work")) and not found.within("us")
    elsewhere.done(home.places)
    elsewhere.done(home.places)
    assert elsewhere.due(home.settings) is None
