"""Names are found as whole words, however they are written, and never in another's name."""

import pytest

from evenscore.names.account_ids import AccountIds
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher

LEAVERS = [
    ErasureSubject("forum", "bob", "2026-03-01", "p_bob"),
    ErasureSubject("forum", "12", "2026-03-01", "p_12"),
    ErasureSubject("forum", 'o"neil', "2026-03-01", "77"),
    ErasureSubject("vault", "!Kim!", "2026-03-01", names=("Kimberly",), stable_ids=("1234567", "42")),
]


WRITTEN = (
    *("bob", "p_bob/work 3.2", "liked by bob.", "@bob", "forum:12", "77/personal"),
    *("says p_bob", "x!Kim!x", "so Kimberly said", "id 1234567", "vault:42", "b\\u006fb", "bob", "BOB", "a bob"),
    *(
        '{"text": "seen by\\nbob"}',
        '{"ids": "amy\\r\\nbob\\tjim"}',
        '{"id": "o\\"neil"}',
        "<b>o&#34;neil</b>",
        "<b>o&quot;neil</b>",
    ),
)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_name_is_found_in(text: str) -> None:
    assert IdentifierMatcher(LEAVERS).within(text)


@pytest.mark.parametrize(
    "text",
    ["bobby", "bob-smith", "bob_x", "12 of 77 rows", "forum:123", "kebob", "x-bob", "42", "forum:42", "12345678", ""],
)
def test_no_name_is_found_in(text: str) -> None:
    assert not IdentifierMatcher(LEAVERS).within(text)


def test_nobody_is_found_nowhere() -> None:
    assert not IdentifierMatcher([]).within("anything at all")
    assert not IdentifierMatcher([]).anywhere(b"anything at all")


def test_a_name_that_is_glued_to_others_is_found_in_what_is_no_text() -> None:
    matcher = IdentifierMatcher(LEAVERS)
    assert matcher.anywhere(b"\x00kebobby\xff")
    assert not matcher.anywhere(b"\x00keb obby\xff")


def test_where_case_counts_another_case_is_another_account() -> None:
    matcher = IdentifierMatcher(
        [ErasureSubject("vault", " Kim ", "2026-03-01", stable_ids=("42",))], ids=AccountIds(frozenset({"vault"}))
    )
    assert matcher.within("Kim") and not matcher.within("kim")
    assert matcher.accounts == {" Kim ", "Kim", "42"}


def test_a_person_is_found_whose_accounts_stay() -> None:
    assert IdentifierMatcher([], people=["p_ann"]).within("of p_ann")
    assert IdentifierMatcher([], shared=[ErasureSubject("forum", "ann", "2026-03-01", "p_ann")]).within("of p_ann")
    assert not IdentifierMatcher([], shared=[ErasureSubject("forum", "ann", "2026-03-01", "p_ann")]).within("of ann")
