"""The normal form of account ids: what a platform takes for one account is one, and nothing else is."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenscore.names.account_columns import normalised, other_spellings
from evenscore.names.account_ids import AccountIds, skeleton, unescaped, visible
from evenscore.names.dress import bare, others

IDS = AccountIds()


@pytest.mark.parametrize(
    "written",
    [
        "bob",
        "Bob",
        " bob ",
        "bob\t",
        "bob\u200b",
        "\ufeffbob",
        "bo\x07b",
        "b\u00adob",
        "\u202ebob",
        "bo\ufe0fb",
        "\uff42\uff4f\uff42",
    ],
)
def test_one_account_written_in_many_ways_is_one(written: str) -> None:
    assert IDS.normal("forum", written) == "bob"


NEAR = st.text(alphabet=[*"aB 1-~\t\n\x7f\x1f", "\u00e9", "\u0130", "\u200b", "\uff22", "\u00a0", "\u2028"], max_size=5)


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(st.lists(st.none() | st.text() | NEAR))
def test_a_column_is_brought_into_the_form_that_each_id_has(written: list[str | None]) -> None:
    networks = ["forum", "youtube"]
    rows = pa.table(
        {
            "network": pa.array([network for network in networks for _ in written], pa.string()),
            "account_id": pa.array(written * 2, pa.string()),
        }
    )
    expected = [name if name is None else IDS.normal(network, name) for network in networks for name in written]
    assert normalised(IDS, "accounts", rows)["account_id"].to_pylist() == expected
    theirs = zip(rows["network"].to_pylist(), written * 2, expected, strict=True)
    assert other_spellings(IDS, "accounts", rows) == sorted({row for row in theirs if row[1] != row[2]})


def test_what_an_object_is_called_stays_as_it_is_written() -> None:
    rows = pa.table({"network": ["forum"] * 3, "kind": ["account", "object", None], "alias_id": ["Bob"] * 3})
    assert normalised(IDS, "aliases", rows)["alias_id"].to_pylist() == ["bob", "Bob", "Bob"]


def test_composed_and_decomposed_letters_are_one() -> None:
    assert IDS.normal("forum", "jose\u0301") == IDS.normal("forum", "JOS\u00c9")


def test_letters_that_are_folded_into_several_are_one() -> None:
    assert IDS.normal("forum", "Stra\u00dfe") == IDS.normal("forum", "STRASSE") == "strasse"


@pytest.mark.parametrize("other", ["b0b", "bobb", "\u0431ob", "bo b", "b\u00f6b"])
def test_who_only_looks_alike_is_another(other: str) -> None:
    assert IDS.normal("forum", other) != "bob"


def test_case_counts_where_the_network_says_so() -> None:
    assert IDS.normal("youtube", "UCabC") == "UCabC"
    assert AccountIds(frozenset({"vault"})).normal("vault", " Bob ") == "Bob"


def test_the_normal_form_of_a_normal_form_is_itself() -> None:
    for written in (
        "Bob",
        "\u1e9e",
        "\u0130stanbul",
        "\ufb01sh",
        "\u00e5ngstr\u00f6m",
        "\u03a3\u03af\u03c3\u03c5\u03c2",
    ):
        once = IDS.normal("forum", written)
        assert IDS.normal("forum", once) == once


def test_a_skeleton_knows_neither_accents_nor_spaces() -> None:
    assert skeleton("Jos\u00e9 P\u00e9rez") == skeleton("jose perez") == skeleton("JosePerez\u200b")


@pytest.mark.parametrize("text", ["two lines\nof plain text", "caf\u00e9", ""])
def test_a_text_that_all_is_seen_of_is_read_as_it_stands(text: str) -> None:
    assert visible(text) == unescaped(text) == text


@pytest.mark.parametrize("written", ["b\\u006fb & co", "b&#111;b &amp; co", "b\\u006fb &amp; co", "bob\\n&\\tco"])
def test_a_text_that_is_escaped_is_read_as_it_is_meant(written: str) -> None:
    assert unescaped(written) == "bob & co"


@pytest.mark.parametrize("written", ["@bob", "@ bob", " @bob/ ", "/u/bob", "u/@bob", "Users/bob//", "%40bob"])
def test_a_name_is_bare_without_its_dress(written: str) -> None:
    assert bare(written) == "bob"


@pytest.mark.parametrize(
    "written", ["GitHub:bob", "github:@bob", "bob@example.org", " https://x.org/u/bob?tab=1", "//x.org/bob/"]
)
def test_a_name_with_a_network_a_host_or_a_link_may_mean_another(written: str) -> None:
    assert bare(written) != "bob"
    assert "bob" in others("GitHub", written)
    assert "bob" in others("github", written)


def test_who_writes_a_bare_name_means_nobody_else() -> None:
    assert list(others("forum", "bob")) == []
