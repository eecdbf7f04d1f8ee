"""Names are found as whole words, however they are written, and never in another's name."""

import pytest

from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher

LEAVERS = [
    ErasureSubject("forum", "bob", "2026-03-01", "p_bob"),
    ErasureSubject("forum", "12", "2026-03-01", "p_12"),
    ErasureSubject("forum", 'o"neil', "2026-03-01", "77"),
]


WRITTEN = (
    *("bob", "p_bob/work 3.2", "liked by bob.", "@bob", "forum:12", "77/personal"),
    *('{"id": "o\\"neil"}', "<b>o&#34;neil</b>", "<b>o&quot;neil</b>"),
)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_name_is_found_in(text: str) -> None:
    assert IdentifierMatcher(LEAVERS).within(text)


@pytest.mark.parametrize("text", ["bobby", "bob-smith", "12 of 77 rows", "forum:123", "kebob", ""])
def test_no_name_is_found_in(text: str) -> None:
    assert not IdentifierMatcher(LEAVERS).within(text)


def test_nobody_is_found_nowhere() -> None:
    assert not IdentifierMatcher([]).within("anything at all")
    assert not IdentifierMatcher([]).anywhere(b"anything at all")
