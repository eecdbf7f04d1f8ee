"""Who was erased is known by keyed hashes: of the person, the claim or the account, and of nobody else."""

from dataclasses import replace

import pytest

from evenscore.base.errors import BrokenChain
from evenscore.consent import forgotten as hashes
from evenscore.consent.chain import ENTRY, ERASURE
from evenscore.consent.forgotten import Forgotten, hashed, hashes_of, key_check
from evenscore.names.account_ids import AccountIds
from home import Home

IDS, KEY = AccountIds(), b"key"
EARLY, LATE = "2026-03-01T00:00:00.000000Z", "2026-03-02T00:00:00.000000Z"


def known(**until: str) -> Forgotten:
    """Erasures of `person`, of `claim` (ann's on forum:a) and of `account` (forum:a), each in normal form."""
    words = {"person": ("person", "ann"), "claim": ("claim", "ann", "forum", "a"), "account": ("account", "forum", "a")}
    return Forgotten(KEY, {hashed(KEY, *words[kind]): at for kind, at in until.items()}, IDS)


@pytest.mark.parametrize(
    ("until", "of_claim"),
    [
        ({}, None),
        ({"person": EARLY}, EARLY),
        ({"claim": EARLY}, EARLY),
        ({"person": EARLY, "claim": LATE}, LATE),
        ({"person": LATE, "claim": EARLY}, LATE),
        ({"account": LATE}, None),
    ],
)
def test_a_claim_is_erased_with_its_person_or_by_itself_whichever_was_later(
    until: dict[str, str], of_claim: str | None
) -> None:
    found = known(**until)
    assert found.of_claim("ann", "forum", "a") == found.of_claim("ann", "forum", " A") == of_claim
    assert found.of_person("ann") == until.get("person")
    assert found.of_account("forum", "a") == found.of_account("forum", "A") == until.get("account")
    assert found.of_claim("ben", "forum", "a") is found.of_person("ben") is found.of_account("forge", "a") is None
    assert found.of_claim("ann", "forge", "a") == found.of_claim("ann", "forum", "b") == until.get("person")


def test_an_older_erasure_of_a_name_as_it_was_written_counts_and_the_later_of_two() -> None:
    old, new = (hashed(KEY, "account", "forum", name) for name in ("Bob", "bob"))
    assert Forgotten(KEY, {old: EARLY}, IDS).of_account("forum", "Bob") == EARLY
    assert Forgotten(KEY, {old: EARLY}, IDS).of_account("forum", "bob") is None
    for until, latest in (({old: EARLY, new: LATE}, LATE), ({old: LATE, new: EARLY}, LATE)):
        assert Forgotten(KEY, until, IDS).of_account("forum", "Bob") == latest
    case_counts = replace(known(), until={new: EARLY}, ids=AccountIds(frozenset({"forum"})))
    assert case_counts.of_account("forum", "Bob") is None and case_counts.of_account("forum", "bob") == EARLY


def test_words_that_run_together_alike_have_hashes_of_their_own() -> None:
    assert hashed(KEY, "a", "bc") != hashed(KEY, "ab", "c") != hashed(KEY, "abc")
    assert hashed(KEY, "a", "b") != hashed(b"other", "a", "b")


def test_an_erasure_of_some_accounts_leaves_the_person_and_of_all_does_not() -> None:
    accounts = {("forum", "a"), ("forge", "b")}
    some, whole = (set(hashes_of(KEY, "ann", accounts, is_whole)) for is_whole in (False, True))
    assert whole - some == {hashed(KEY, "person", "ann")} and some < whole
    assert some == {hashed(KEY, "account", *one) for one in accounts} | {
        hashed(KEY, "claim", "ann", *one) for one in accounts
    }
    assert hashes_of(KEY, "ann", accounts, True) == sorted(whole)


def erasure(at: str, *names: str, key: bytes = KEY) -> dict[str, object]:
    return {"kind": ERASURE, "sequence": 4, "erased_at": at, "hashes": list(names), "key_check": key_check(key)}


def test_of_several_erasures_the_latest_counts_and_other_rows_say_nothing(home: Home) -> None:
    entry = {"kind": ENTRY, "sequence": 1}
    assert hashes.forgotten(home.places, [entry], IDS).until == {}, "and no key is asked for"
    home.places.consent_key.parent.mkdir(parents=True, exist_ok=True)
    home.places.consent_key.write_bytes(KEY)
    rows = [entry, erasure(EARLY, "x", "y"), erasure(LATE, "x"), erasure(EARLY, "x")]
    assert hashes.forgotten(home.places, rows, IDS) == Forgotten(KEY, {"x": LATE, "y": EARLY}, IDS)
    with pytest.raises(BrokenChain, match="not the key of the erasure at sequence 4"):
        hashes.forgotten(home.places, [*rows, erasure(EARLY, "x", key=b"other")], IDS)
    home.places.consent_key.unlink()
    with pytest.raises(BrokenChain, match="is gone"):
        hashes.forgotten(home.places, rows, IDS)


def test_the_key_is_made_once_whole_and_for_its_owner_alone(home: Home) -> None:
    path = home.places.consent_key
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / f".{path.name}.draft").write_bytes(b"torn")
    key = hashes.make_key(home.places)
    assert len(key) == 32 and hashes.make_key(home.places) == key == path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
