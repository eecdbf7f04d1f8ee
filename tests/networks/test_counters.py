"""Counters become events: never more than the largest count that was seen, never fewer than none, in whatever order."""

import json
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from evenscore.connectors import counters
from home import Home, Record

SNAPSHOTS = Path(__file__).parents[3] / "shared/data/profiles/hn_snapshots.parquet"
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")


def story(number: int, points: Any) -> Record:
    """A story as the index shows it."""
    found = {"objectID": str(number), "author": "ann", "created_at": "2026-02-20T00:00:00Z", "title": "a story"}
    return {**found, "points": points}


def landed(folder: Path, deliveries: list[list[Record]], network: str = "hackernews") -> dict[str, int]:
    """How many likes of each event have landed after deliveries, one a night."""
    home = Home(folder)
    home.configure(more=f'network = "{network}"')
    home.config.write_text(home.config.read_text().replace('kind = "files"', f'kind = "{network}"'))
    likes: dict[str, int] = {}
    for number, records in enumerate(deliveries):
        home.deliver(f"{number}.ndjson", content="".join(f"{json.dumps(one)}\n" for one in records).encode())
        home.extract(DAYS[number % 3])
        likes = {}
        for row in home.landed():
            if row["verb"] in ("like", "dislike"):
                assert row["actor_id"] is None
                likes[f"{row['verb']} {row['object_id']}"] = likes.get(f"{row['verb']} {row['object_id']}", 0) + 1
    return likes


@pytest.mark.parametrize(
    "counts", [[3, 10, 7], [10, 3, 7], [7, 3, 10], [10, None, 2], [10, -4, 0], [10, True, "12"], [10, 10, 10**9]]
)
def test_the_largest_count_stands_in_whatever_order_they_arrive(counts: list[Any], tmp_path: Path) -> None:
    """The first point is the author's own."""
    assert landed(tmp_path, [[story(1, one)] for one in counts]) == {"like item-1": 9}


def test_counts_of_one_file_fold_too(tmp_path: Path) -> None:
    assert landed(tmp_path, [[story(1, 4), story(1, 9), story(1, 2), story(2, 1), story(3, None)]]) == {
        "like item-1": 8
    }


def test_votes_that_nobody_signs_are_as_many_as_the_server_counts(tmp_path: Path) -> None:
    def view(up: int, down: int) -> Record:
        post = {"id": 1, "name": "a post", "ap_id": "https://x.test/post/1", "published": "2026-02-20T00:00:00"}
        return {
            "post": post,
            "creator": {"actor_id": "https://x.test/u/ann"},
            "counts": {"upvotes": up, "downvotes": down},
        }

    found = landed(tmp_path, [[view(5, 0)], [view(3, 2)], [view(4, 1)]], "lemmy")
    assert found == {"like https://x.test/post/1": 4, "dislike https://x.test/post/1": 2}


@pytest.mark.parametrize("count", [None, -1, 0, True, "7", 3.5, counters.MOST + 1, 10**30])
def test_what_is_no_count_is_none(count: Any) -> None:
    assert counters.sound(count) == 0


def test_as_much_as_a_hundred_thousand_is_a_count() -> None:
    assert [counters.sound(count) for count in (1, 100_000, 100_001)] == [1, 100_000, 0]


@pytest.mark.skipif(not SNAPSHOTS.exists(), reason="the recorded counters are not at hand")
def test_recorded_counters_never_come_to_more_than_their_largest(tmp_path: Path) -> None:
    rows = pq.read_table(SNAPSHOTS).to_pylist()
    objects = sorted({row["object_id"] for row in rows})[:40]
    rows = [story(int(row["object_id"][2:], 16), row["points"]) for row in rows if row["object_id"] in objects]
    random.Random(14).shuffle(rows)
    largest: dict[str, int] = {}
    for row in rows:
        key = f"like item-{row['objectID']}"
        largest[key] = max(largest.get(key, 0), (row["points"] or 1) - 1)
    assert any(one > 10 for one in largest.values())
    third = -(-len(rows) // 3)
    found = landed(tmp_path, [rows[:third], rows[third : 2 * third], rows[2 * third :]])
    assert found == {key: count for key, count in largest.items() if count}
