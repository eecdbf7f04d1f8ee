"""The topics of a text: found where the list is sure, and silence where it is not."""

import csv
import io
from collections import defaultdict

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenscore.laboratory.demo.topics import POST_NOISE, POSTS, REPLIES, REPLY_NOISE, TOPIC_NAMES, topic_list
from evenscore.scoring.topics import Found, Term, find_topics, own_words

GIVEN = [Term("chess", "rook", False), Term("chess", "Queen's Gambit", False), Term("birds", "feeder", False)]
NAMED = [Term(name, name, True) for name in ("Bitcoin", "Bitcoin Cash", "Target", "The Onion", "C", "24", "iOS", "P2P")]
LIKE_DEMO = [
    Term(row["topic_id"], term, False)
    for row in csv.DictReader(io.StringIO(topic_list()))
    for term in row["terms"].split("|")
]


def topics_of(text: str, terms: list[Term]) -> list[str]:
    return [found.topic_id for found in find_topics([text], terms)]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("my rook is gone", ["chess"]),
        ("ROOK!", ["chess"]),
        ("The queen's-gambit, again", ["chess"]),
        ("rookie brook", []),
        ("the rook's Queen's Gambit, the rook of a feeder", ["chess", "birds"]),
        ("a rook at the feeder", ["chess", "birds"]),
        ("", []),
    ],
)
def test_a_given_term_is_found_as_whole_words_however_it_is_written(text: str, topics: list[str]) -> None:
    assert topics_of(text, GIVEN) == topics


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("I think Bitcoin is slow", ["Bitcoin"]),
        ("he pays in Bitcoin", ["Bitcoin"]),
        ("Bitcoin is slow", []),
        ("I run Bitcoin Knots", []),
        ("he split off Bitcoin Cash", ["Bitcoin Cash"]),
        ("he split off bitcoin cash", ["Bitcoin Cash"]),
        ("the target is missed. Target it", []),
        ("peel the onion", []),
        ("read The Onion, or the Onion", []),
        ("written in C for 24 hours", []),
        ("the IOS version", ["iOS"]),
        ("two of Point P2P (P2P)", []),
    ],
)
def test_a_mere_name_counts_only_where_it_is_written_as_one(text: str, topics: list[str]) -> None:
    assert topics_of(text, NAMED) == topics


@pytest.mark.parametrize("noise", [*POST_NOISE, *REPLY_NOISE, "this", "nice", "so true!!", "😀", "ok thanks"])
def test_noise_is_on_no_topic(noise: str) -> None:
    assert topics_of(noise, LIKE_DEMO) == []


@pytest.mark.parametrize(
    "text",
    [
        '[quote="x, post:1"]\nmy rook\n[/quote]\nlol',
        '[quote="x"][quote="y"]my rook[/quote] rook[/quote] lol',
        '[quote="x"] cut off in the middle of a rook',
        "> my rook\nlol",
        "```\nrook = 1\n```",
        "call `rook` now",
        "see https://example.org/rook and [link]",
        "@rook what do you say?",
    ],
)
def test_what_somebody_else_said_is_not_on_their_topic(text: str) -> None:
    assert topics_of(text, GIVEN) == []


@pytest.mark.parametrize("depth", [1, 2, 8])
def test_what_is_said_beside_a_quote_is_ones_own_however_deep_that_is(depth: int) -> None:
    quoted = "[quote=x]" * depth + "lol" + "[/quote] lol" * depth
    assert topics_of(f"lol {quoted} my rook", GIVEN) == ["chess"]


def test_a_term_of_two_topics_is_evidence_of_neither() -> None:
    terms = [Term("birds", "migration", False), Term("data", "Migration", False), Term("data", "index", False)]
    assert topics_of("the migration", terms) == []
    assert topics_of("the migration of an index", terms) == ["data"]


def test_the_term_that_is_told_is_the_first_of_its_topic() -> None:
    terms = [Term("chess", "pawn", False), Term("chess", "rook", False)]
    assert list(find_topics(["lol", "rook takes pawn"], terms)) == [Found(1, "chess", "rook", "rook takes pawn")]


def test_a_list_without_terms_finds_nothing() -> None:
    assert list(find_topics(["a rook"], [])) == []
    assert list(find_topics(["a rook"], [Term("odd", "!?", False)])) == []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert len(own_words(text)) <= 3 * len(text) + 3
    assert set(topics_of(text, LIKE_DEMO)) <= {name.replace(" ", "_") for name in TOPIC_NAMES}


@pytest.mark.parametrize(
    "piece", ["[quote", "[quote]", "[quote]a[/quote]", "```", "`", "a" * 50, "x:", "> ", "Ab ", "rook "]
)
def test_a_long_odd_text_is_read_in_no_time(piece: str) -> None:
    topics_of(piece * (100_000 // len(piece)), LIKE_DEMO)


def test_every_text_of_the_demo_is_on_its_own_topic_or_on_none() -> None:
    wrong, silent, count = 0, 0, 0
    for number, name in enumerate(TOPIC_NAMES):
        for text in np.concatenate([POSTS[number], REPLIES[number]]):
            topics = topics_of(text, LIKE_DEMO)
            wrong += topics not in ([], [name.replace(" ", "_")])
            silent += not topics
            count += 1
    assert wrong == 0
    assert silent <= 0.05 * count


def test_labelled_pairs_of_eight_thousand_topics_are_right_where_a_name_is_found(shared_data) -> None:
    topics = pq.read_table(shared_data / "topics/topics.parquet").to_pylist()
    labels = defaultdict(dict)
    for pair in pq.read_table(shared_data / "topics/entity_topic_labels.parquet").to_pylist():
        labels[pair["entity_name"]][pair["topic_id"]] = pair["label"]
    entities = sorted(labels.keys() - {"_display_unknown_"})
    terms = [Term(topic["topic_id"], topic["display_name"], True) for topic in topics]
    found = find_topics([f"I wrote about {entity} and more" for entity in entities], terms)
    judged = [labels[entities[one.text_number]].get(one.topic_id) for one in found]
    assert judged.count(1) > 500
    assert judged.count(1) / (judged.count(0) + judged.count(1)) > 0.95
