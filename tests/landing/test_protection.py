"""No fault of writing makes anybody public: a snapshot that asks for protection protects, or stops the run."""

import json
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.errors import InputError
from home import Home, Record

NIGHT = "2026-03-01"
"""Files that name this day know of nothing after it."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.configure("data/*{date}*", 'network = "forum"\ndataset = "accounts"')
    return made


def snapshot(**changes: Any) -> Record:
    return {"network": "forum", "account_id": "ann", "captured_at": "2026-03-01T10:00:00Z", **changes}


def landed(home: Home, *snapshots: Record) -> list[Record]:
    home.deliver(f"{NIGHT}.ndjson", *snapshots)
    home.extract()
    return home.landed()


@pytest.mark.parametrize("word", ["on", " true", "private", "TRUE\u200b", "ja", "2", "null", ["true"], 1.0])
def test_a_flag_that_is_not_clearly_harmless_protects(home: Home, word: Any) -> None:
    assert landed(home, snapshot(is_private=word))[0]["is_private"] is True


@pytest.mark.parametrize(
    "flags", ['"is_private": true, "is_private": false', '"is_bot": 1, "is_private": 1, "is_private": 0']
)
def test_a_flag_that_is_written_twice_protects_whichever_comes_last(home: Home, flags: str) -> None:
    line = json.dumps(snapshot())[:-1] + f", {flags}}}\n"
    (home.data / f"{NIGHT}.ndjson").write_text(line)
    home.extract()
    assert home.landed()[0]["is_private"] is True


def test_an_account_that_is_written_twice_is_nobody_in_particular(home: Home) -> None:
    (home.data / f"{NIGHT}.ndjson").write_text(json.dumps(snapshot())[:-1] + ', "account_id": "bob"}\n')
    with pytest.raises(InputError, match="account_id is not a single value but a JSON list"):
        home.extract()


def test_the_same_value_twice_says_what_it_says(home: Home) -> None:
    (home.data / f"{NIGHT}.ndjson").write_text(json.dumps(snapshot())[:-1] + ', "account_id": "ann"}\n')
    home.extract()
    assert home.landed()[0]["account_id"] == "ann"


@pytest.mark.parametrize("flag", ["is_discoverable", "is_indexable"])
@pytest.mark.parametrize("word", [" off", "never", "false "])
def test_neither_does_a_flag_that_allows(home: Home, flag: str, word: str) -> None:
    assert landed(home, snapshot(**{flag: word}))[0]["is_private"] is True


@pytest.mark.parametrize("word", ["off", " FALSE ", "0.0", "no"])
def test_a_flag_that_clearly_is_harmless_hides_nobody(home: Home, word: str) -> None:
    assert landed(home, snapshot(is_private=word))[0]["is_private"] is False
    assert home.rejected() == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"followers": "n/a"}, "followers is not a whole number: n/a (landed as private)"),
        ({"listed": -3}, "listed is negative: -3 (landed as private)"),
        ({"is_bot": "maybe"}, "is_bot is not true or false: maybe (landed as private)"),
        ({"following": [1]}, "following is not a whole number: [1] (landed as private)"),
    ],
)
def test_a_snapshot_with_another_fault_protects_and_its_fault_is_counted(
    home: Home, fault: Record, reason: str
) -> None:
    (row,) = landed(home, snapshot(is_private=True, **fault))
    assert row["is_private"] is True
    assert [row[name] for name in fault] == [None]
    assert home.rejected() == [(1, reason)]


def test_the_same_fault_without_a_plea_is_refused_as_ever(home: Home) -> None:
    assert landed(home, snapshot(is_private=False, followers="n/a")) == []
    assert home.rejected() == [(1, "followers is not a whole number: n/a")]


@pytest.mark.parametrize("instant", ["2026-03-02T01:00:00Z", "2099-01-01T00:00:00Z", "infinity"])
def test_a_plea_from_the_future_protects_now(home: Home, instant: str) -> None:
    (row,) = landed(home, snapshot(is_private=True, captured_at=instant))
    assert row["is_private"] is True
    assert str(row["captured_at"]) == "2026-03-01 23:59:59.999999"


@pytest.mark.parametrize(
    "fault",
    [
        *({"captured_at": "yesterday"}, {"captured_at": None}, {"account_id": "\u200b"}, {"network": "other"}),
        *({"account_id": "1.09e+10"}, {"captured_at": 1772359200}, {"account_id": ["ann"]}),
    ],
    ids=str,
)
def test_a_plea_of_nobody_knows_whom_or_when_stops_the_run(home: Home, fault: Record) -> None:
    path = home.deliver(f"{NIGHT}.ndjson", snapshot(account_id="bob"), snapshot(is_private="true", **fault))
    with pytest.raises(InputError, match=f"{path.name}: (row 2|column account_id)"):
        home.extract()
    assert home.landed() == []


@pytest.mark.parametrize("line", [b'{"account_id": "ann", "is_priv', b"[]", b'{"account_id": "ann"}'])
def test_a_record_of_snapshots_that_cannot_be_read_stops_the_run(home: Home, line: bytes) -> None:
    home.deliver(f"{NIGHT}.ndjson", content=line)
    with pytest.raises(InputError, match=r"2026-03-01.ndjson: row 1: .* mend the row"):
        home.extract()


def test_of_two_snapshots_of_one_instant_the_one_that_protects_is_kept(home: Home) -> None:
    rows = landed(home, snapshot(is_private=False), snapshot(account_id=" ANN", is_private=True), snapshot(followers=1))
    assert [row["is_private"] for row in rows] == [True]


@pytest.mark.parametrize("name", ["Is_Private", "is-private", "isPrivate", " is_private", "is_\u200bprivate"])
def test_a_column_that_is_nearly_a_known_one_stops_the_run(home: Home, name: str) -> None:
    for suffix, content in (("ndjson", None), ("csv", f"account_id,captured_at,{name}\nann,2026-03-01,true\n")):
        path = home.deliver(
            f"{NIGHT}.{suffix}", snapshot(**{name: True}), content=content.encode() if content else None
        )
        with pytest.raises(InputError, match="is to be written is_private"):
            home.extract()
        path.unlink()


def test_a_column_of_another_meaning_is_left_alone(home: Home) -> None:
    assert len(landed(home, snapshot(mood="glad"))) == 1


@pytest.mark.parametrize(
    "later", [{"followers": 12}, {"is_private": False}, {"is_indexable": True, "is_bot": False}], ids=str
)
@pytest.mark.parametrize("names", [("a.ndjson", "b.ndjson"), ("a.ndjson", "a.ndjson")])
def test_a_later_file_takes_nothing_back_that_was_said_of_the_same_instant(
    home: Home, later: Record, names: tuple[str, str]
) -> None:
    first, second = (f"{NIGHT}-{name}" for name in names)
    home.deliver(first, snapshot(is_private=True, is_bot=True), snapshot(account_id="ben", is_bot=False))
    home.extract()
    home.deliver(second, snapshot(**later), snapshot(account_id="ben", is_private=False))
    home.extract()
    rows = {row["account_id"]: row for row in home.landed()}
    assert (rows["ann"]["is_private"], rows["ann"]["is_bot"], rows["ann"]["followers"]) == (
        True,
        True,
        later.get("followers"),
    )
    assert (rows["ben"]["is_private"], rows["ben"]["is_bot"]) == (False, False)


@pytest.mark.parametrize("name", ["private", "Protected", "locked", "is-hidden"])
def test_a_flag_by_another_name_is_not_left_unread(home: Home, name: str) -> None:
    home.deliver(f"{NIGHT}.ndjson", snapshot(**{name: True}))
    with pytest.raises(InputError, match="is to be written is_private"):
        home.extract()


@pytest.mark.parametrize(
    "end",
    ["forum,ann,2026-03-01T10:00:00Z,", "forum,ann,2026-03-01T10:00:00Z,1", "forum,ann,2026-03-01T10:00:00Z,fals"],
)
def test_a_snapshot_that_may_have_been_cut_stops_the_run(home: Home, end: str) -> None:
    (home.data / f"{NIGHT}.csv").write_text(f"network,account_id,captured_at,is_private\n{end}")
    with pytest.raises(InputError, match=r"the last line has no line end|torn"):
        home.extract()


@pytest.mark.parametrize("end", ["false", '"true"', "TRUE"])
def test_a_snapshot_that_nothing_can_follow_is_whole(home: Home, end: str) -> None:
    (home.data / f"{NIGHT}.csv").write_text(
        f"network,account_id,captured_at,is_private\nforum,ann,2026-03-01T10:00:00Z,{end}"
    )
    home.extract()
    assert len(home.landed()) == 1


def test_snapshots_whose_folder_was_moved_say_nothing_new(home: Home) -> None:
    before = landed(home, snapshot(is_private=True), snapshot(account_id="bob"))
    home.data.rename(home.folder / "moved")
    home.configure("moved/*{date}*", 'network = "forum"\ndataset = "accounts"')
    home.extract()
    assert home.landed() == before
