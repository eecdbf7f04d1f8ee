"""The suppression list: who is on it, from which grant on they are in again, and what it says when it is damaged."""

import errno
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base.canonical import CONSENT, LAID_OUT_CONSENT
from evenscore.base.errors import DiskError, InputError
from evenscore.consent import suppression
from evenscore.consent.entries import instant
from evenscore.consent.keys import hashed, make_key
from evenscore.consent.ledger import read_suppressed
from evenscore.consent.suppression import ACCOUNT, CLAIM, CLAIMED, LOOKS, STABLE, Entry, Suppressed
from evenscore.names.account_ids import EVERYWHERE
from evenscore.names.look_alikes import looks
from evenscore.state import truths
from home import Home

LEFT = datetime(2026, 3, 1, 12)
INSTANT = timedelta(microseconds=1)
SCHEMA = pa.schema([CONSENT.field(name) for name in LAID_OUT_CONSENT])


def said(
    account: str, at: datetime, action: str = "grant", person: str = "p", network: str = "forum"
) -> dict[str, Any]:
    row = {"person_id": person, "network": network, "account_id": account, "persona": "work", "action": action}
    return row | {"purpose": "public_score", "is_adult": True, "recorded_at": at}


def ledger(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


@pytest.fixture
def keyed(home: Home) -> Suppressed:
    """A home with a key, and as yet nobody on its list."""
    return Suppressed(make_key(home.places), home.settings.account_ids)


def erase(home: Home, keyed: Suppressed, *names: tuple[str, ...], of: str = "ann", at: datetime = LEFT) -> None:
    """Put names on the list that all hang on one account of the forum."""
    one = keyed.digest(ACCOUNT, "forum", of)
    suppression.suppress(home.places, [Entry(keyed.digest(*name), one, at.isoformat()) for name in names])


def read(home: Home, *rows: dict[str, Any]) -> Suppressed:
    found = read_suppressed(home.settings, ledger(*rows))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rows", "until"),
    [
        ([], datetime.max),
        ([said("ann", LEFT - INSTANT)], datetime.max),
        ([said("ann", LEFT)], datetime.max),
        ([said("ann", LEFT + INSTANT)], LEFT + INSTANT),
        ([said("ann", LEFT + INSTANT, "withdraw")], datetime.max),
        ([said("ann", LEFT + INSTANT, "erase")], datetime.max),
        ([said("ann", LEFT + INSTANT, network="forge")], datetime.max),
        ([said("ben", LEFT + INSTANT)], datetime.max),
        ([said("ann", LEFT), said("ann", LEFT + INSTANT), said("ann", LEFT + 2 * INSTANT)], LEFT + INSTANT),
        ([said("ann_too", LEFT + INSTANT)], LEFT + INSTANT),
    ],
)
def test_every_name_comes_in_again_from_the_first_grant_after_the_erasure(
    home: Home, keyed: Suppressed, rows: list[dict[str, Any]], until: datetime
) -> None:
    erase(home, keyed, (ACCOUNT, "forum", "ann"), (ACCOUNT, "forum", "ann_too"), (STABLE, "forum", "7"))
    found = read(home, *rows)
    for name in ((ACCOUNT, "forum", "ann"), (ACCOUNT, "forum", "ann_too"), (STABLE, "forum", "7")):
        assert found.refused_before(*name) == until, name
    for name in (
        (ACCOUNT, "forum", "ben"),
        (ACCOUNT, "forge", "ann"),
        (STABLE, "forge", "7"),
        (STABLE, "forum", "ann"),
    ):
        assert found.refused_before(*name) is None, name


def test_who_looks_like_somebody_erased_is_told_until_they_come_back(home: Home, keyed: Suppressed) -> None:
    for name in ("bob", "lil"):
        erase(home, keyed, (ACCOUNT, "forum", name), (LOOKS, "forum", looks(name)), of=name)
    found = read(home, said("bob", LEFT + INSTANT))
    assert found.looks_erased("forum", "l1l") and found.looks_erased("forum", "forum:lil")
    assert not found.looks_erased("forum", "b0b") and not found.looks_erased("forum", "forum:bob")
    assert not found.looks_erased("forge", "l1l") and not found.looks_erased("forum", "lou")
    assert not found.looks_erased("forum", "lil"), "who is on the list is no look-alike"


def test_one_of_several_who_look_alike_is_enough(home: Home, keyed: Suppressed) -> None:
    erase(home, keyed, (ACCOUNT, "forum", "bob"), of="bob")
    erase(home, keyed, (LOOKS, "forum", looks("b0b:x")), of="other")
    assert read(home, said("bob", LEFT + INSTANT)).looks_erased("forum", "b0b:x")


def test_of_two_erasures_the_later_one_counts_wherever_it_stands(home: Home, keyed: Suppressed) -> None:
    for at in (LEFT, LEFT + timedelta(1), LEFT - timedelta(1)):
        erase(home, keyed, (ACCOUNT, "forum", "ann"), at=at)
    grants = [said("ann", LEFT + INSTANT), said("ann", LEFT + timedelta(2))]
    assert read(home, *grants).refused_before(ACCOUNT, "forum", "ann") == LEFT + timedelta(2)


def test_a_list_without_its_key_is_not_given_another(home: Home, keyed: Suppressed) -> None:
    assert make_key(home.places) == keyed.key and len(keyed.key) == 32
    assert home.places.suppression_key.stat().st_mode & 0o777 == 0o600
    erase(home, keyed, (ACCOUNT, "forum", "ann"))
    home.places.suppression_key.unlink()
    for attempt in (lambda: make_key(home.places), lambda: read(home)):
        with pytest.raises(InputError, match=r"the key of .* is gone"):
            attempt()
    assert not home.places.suppression_key.exists()


def test_a_key_that_a_full_disk_refused_leaves_no_damaged_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk, pytest.raises(DiskError, match="the disk is full"):
        disk.setattr("os.fsync", full)
        make_key(home.places)
    assert not home.places.suppression_key.exists()


def test_where_nobody_was_erased_there_is_no_list_and_every_word_is_kept(home: Home) -> None:
    assert read_suppressed(home.settings, ledger()) is None
    assert suppression.read_list(home.settings) == Suppressed(b"", home.settings.account_ids)
    assert not suppression.read_list(home.settings).forgets(word("ann", LEFT))
    assert not home.places.suppression_key.exists()


@pytest.mark.parametrize("line", ["{", "[]", '{"digest": "d"}', '{"digest": "d", "of": "o", "erased_at": "", "x": 1}'])
def test_a_damaged_line_is_named(home: Home, keyed: Suppressed, line: str) -> None:
    erase(home, keyed, (ACCOUNT, "forum", "ann"))
    with home.places.suppressed.open("a") as handle:
        handle.write(f"{line}\n")
    with pytest.raises(InputError, match="line 2: damaged; restore the file"):
        read(home)


def test_what_the_list_says_already_is_not_said_twice(home: Home, keyed: Suppressed) -> None:
    erase(home, keyed, (ACCOUNT, "forum", "ann"))
    before = home.places.suppressed.read_text()
    erase(home, keyed, (ACCOUNT, "forum", "ann"), (ACCOUNT, "forum", "ben"))
    assert home.places.suppressed.read_text().startswith(before)
    assert len(home.places.suppressed.read_text().splitlines()) == 2
    assert read_suppressed(home.settings).entries.keys() == read(home).entries.keys()


def word(account: str, at: datetime, **more: str) -> dict[str, Any]:
    """A decision as the ledger keeps it."""
    return said(account, at, **more) | {"recorded_at": instant(at)}


def test_a_word_is_forgotten_up_to_the_instant_of_the_erasure_and_for_one_account(
    home: Home, keyed: Suppressed
) -> None:
    erase(home, keyed, (CLAIM, "p", "forum", "ann"))
    found = read(home)
    for gone in (
        word("ann", LEFT),
        word("ann", LEFT - INSTANT),
        word("ann", LEFT, action="withdraw"),
        word("ann", LEFT - INSTANT, action="erase"),
        word(" ANN", LEFT),
    ):
        assert found.forgets(gone)
    for stays in (
        word("ann", LEFT + INSTANT),
        word("ann", LEFT, person="q"),
        word("ann", LEFT, network="forge"),
        word("ben", LEFT),
    ):
        assert not found.forgets(stays)


def test_what_two_learn_at_the_same_moment_is_on_the_list_of_both(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    write, together = truths.write, Barrier(2)

    def late(*arguments: Any) -> None:
        with suppress(BrokenBarrierError):  # both have read the list by now, unless one waits for the other
            together.wait(0.3)
        write(*arguments)

    monkeypatch.setattr(truths, "write", late)
    entries = [Entry(hashed(b"key", name), name, LEFT.isoformat()) for name in ("ann", "ben")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda entry: suppression.suppress(home.places, [entry]), entries))
    assert home.places.suppressed.read_text().count("digest") == 2


def test_until_when_a_claim_and_all_claims_on_an_account_are_forgotten(home: Home, keyed: Suppressed) -> None:
    later = LEFT + timedelta(1)
    for at in (later, LEFT):
        erase(home, keyed, (CLAIM, "p", "forum", "ann"), at=at)
    for written, at in (("ANN", later + INSTANT), ("Ann", LEFT)):  # beside its normal form
        suppression.suppress(
            home.places, [Entry(hashed(keyed.key, CLAIM, "p", "forum", written), "ann", at.isoformat())]
        )
    erase(home, keyed, (CLAIMED, "forum", "us"), of="us")
    erase(home, keyed, (ACCOUNT, "forum", "ben"), of="ben")
    found = read(home)
    assert found.forgotten_until(CLAIM, "p", "forum", "ann") == instant(later)
    assert found.forgotten_until(CLAIM, "p", "forum", "Ann") == instant(later)
    assert found.forgotten_until(CLAIM, "p", "forum", "ANN") == instant(later + INSTANT)
    assert found.forgotten_until(CLAIMED, "forum", "US") == instant(LEFT)
    for nobody in ((CLAIM, "q", "forum", "ann"), (CLAIM, "p", "forge", "ann"), (CLAIMED, "forum", "ann")):
        assert found.forgotten_until(*nobody) == "", nobody
    assert found.forgotten_until(CLAIMED, "forum", "ben") == "", "nobody had claimed it"
    assert found.entry(ACCOUNT, "forum", "us") is None, "which stays somebody else's"


def test_an_older_list_has_names_as_they_were_written() -> None:
    old = Suppressed(b"key", EVERYWHERE)
    for kind, *name in ((ACCOUNT, "forum", "Bob"), (CLAIM, "p", "forum", "Bob"), (STABLE, "forum", "@7")):
        one = hashed(b"key", kind, *name)
        old.entries[one] = Entry(one, one, LEFT.isoformat())
    assert old.entry(ACCOUNT, "forum", "Bob") and old.entry(CLAIM, "p", "forum", "Bob")
    assert old.forgotten_until(CLAIM, "p", "forum", "Bob") and not old.forgotten_until(CLAIM, "p", "forum", "bob")
    assert not old.entry(ACCOUNT, "forum", "bob") and not old.entry(CLAIM, "q", "forum", "Bob")
    assert not old.entry(STABLE, "forum", "7"), "an id of a platform has no other dress"


def test_a_name_in_another_dress_is_on_the_list_as_an_account_alone() -> None:
    found = Suppressed(b"key", EVERYWHERE)
    for name in ((ACCOUNT, "forum", "bob"), (STABLE, "forum", "7")):
        entry = Entry(found.digest(*name), "o", LEFT.isoformat())
        found.entries[entry.digest] = replace(entry)
    assert found.entry(ACCOUNT, "forum", "@bob") and not found.entry(ACCOUNT, "forge", "@bob")
    assert found.entry(STABLE, "forum", "7") and not found.entry(STABLE, "forum", "@7")
