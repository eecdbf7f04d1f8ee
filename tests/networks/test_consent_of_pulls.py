"""Whom a pull asks about, whom it leaves out and why, and what withdrawal and erasure do to it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invented import Invented, every
from loopback import Asked, Reply, Server, StillClock
from pulled_home import PulledHome
from pulled_home import served as in_home
from test_weather import run

from evenscore import pulling
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS as CONNECTORS
from evenscore.connectors.records import Ignored, Malformed
from evenscore.erasure import erase
from evenscore.pulling import outcome
from evenscore.pulling.store import Store

NETWORKS = every()
QUICK = ("bluesky", "github")
KINDS = pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.slow) for kind in sorted(NETWORKS)]
)


@pytest.fixture
def served(kind: str, tmp_path: Path) -> Iterator[PulledHome]:
    network: Invented = NETWORKS[kind]()
    clock = StillClock()
    with Server(network.answer, clock).running() as server:
        yield PulledHome(tmp_path, network, server, clock)


@KINDS
def test_nobody_stands_so_nothing_is_asked(served: PulledHome) -> None:
    served.stand()
    assert served.pull().state == outcome.NOBODY
    assert served.server.log == []


@KINDS
def test_who_has_withdrawn_is_asked_about_no_more(served: PulledHome) -> None:
    served.pull()
    ids = known_ids(served, 0)
    served.say(0, served.people[0], "withdraw")
    before = len(served.server.log)
    served.clock.sleep(30 * 86400)
    assert served.pull().state in (outcome.WHOLE, outcome.NOBODY)
    asked = "\n".join(one.line for one in served.server.log[before:])
    for name in [served.people[0], *ids]:
        assert f"'{name}'" not in asked and f"/{name}" not in asked.replace(f"/{name}/tool", ""), asked


@KINDS
def test_an_erasure_removes_what_the_raw_pages_say(served: PulledHome) -> None:
    served.pull()
    ids = known_ids(served, 0)
    served.extract()
    settings = served.settings
    erase.forget(settings, ["p_0"], by="a test")
    found = [
        path
        for path in served.places.pulled("net").rglob("*")
        if path.is_file() and any(f'"{name}"' in path.read_text() for name in [served.people[0], *ids])
    ]
    assert found == []
    assert any(served.places.raw_pages("net").iterdir())
    served.extract()


@KINDS
def test_what_somebody_who_was_erased_does_is_not_kept_as_it_came_either(served: PulledHome) -> None:
    """Others' posts go on telling of them: what would not land is left out at the door, and counted."""
    first = served.pull()
    ben = {served.people[1], *known_ids(served, 1)}
    served.extract()
    erase.forget(served.settings, ["p_1"], by="a test")
    served.clock.sleep(30 * 86400)
    again = served.pull()
    assert again.state == first.state
    served.extract("2026-04-14")
    named = [row for row in served.landed() if {row["actor_id"], row["target_id"]} & ben]
    assert named == []
    settings = served.settings
    source, network = settings.source("net"), CONNECTORS[served.invented.kind]
    for path in served.places.raw_pages("net").iterdir():
        acts = [
            row
            for line in path.read_text().splitlines()
            for dataset, row in rows_of(network, json.loads(line), source)
            if dataset == "activity" and row["verb"] != "mention"
        ]
        assert not [row for row in acts if row["actor_id"] in ben]


def with_short_numbers(network: Invented) -> Invented:
    """The same, whose people have numbers that tell nobody by themselves."""

    def written(value: Any, made: str = "70100", of: str = "400") -> Any:
        return json.loads(json.dumps(value).replace(made, of))

    def answer(asked: Asked) -> Reply:
        path, params = written([asked.path, asked.params], "400", "70100")
        reply = network.answer(replace(asked, path=path, params=params))
        return replace(reply, body=written(reply.body))

    return replace(network, answer=answer, people=tuple(written(network.people)))


@pytest.mark.parametrize("kind", ["zulip", "stackexchange"])
def test_whom_a_short_number_alone_names_is_taken_out_of_the_pages_and_kept_out_too(kind: str, tmp_path: Path) -> None:
    """`4002` is in many a text: only what is made of an item tells whose it is."""

    def of_ben(home: PulledHome) -> int:
        source, network = home.settings.source("net"), CONNECTORS[kind]
        lines = [line for path in home.places.raw_pages("net").iterdir() for line in path.read_text().splitlines()]
        told = [row for line in lines for _, row in rows_of(network, json.loads(line), source)]
        return sum("4002" in (row.get("actor_id"), row.get("account_id")) for row in told if row.get("verb") != "like")

    with in_home(tmp_path, with_short_numbers(NETWORKS[kind]())) as home:
        home.pull()
        home.extract()
        before = len(home.landed())
        assert of_ben(home)
        page = next(home.places.raw_pages("net").iterdir())
        page.write_bytes(page.read_bytes() + b'{"sender_id": 4002, "evenscore": {"endp\n')  # whose, nobody can tell
        erase.forget(home.settings, ["p_1"], by="a test")
        assert b'"endp\n' not in page.read_bytes()
        cursors = "".join(path.read_text() for path in (home.places.pulled("net") / "cursors").iterdir())
        known = Store(home.places, "net").people()
        assert not of_ben(home) and '"4002"' not in cursors and known.keys() <= {home.people[0]}
        home.clock.sleep(30 * 86400)
        home.pull()
        assert not of_ben(home)
        home.extract("2026-04-14")
        assert 0 < len(home.landed()) < before


@pytest.mark.parametrize("kind", ["github"])
def test_the_verb_pulls_on_after_an_erasure(served: PulledHome) -> None:
    """Its workers may not open the ledger, nor the list of who has left: one thread holds the home folder."""
    served.pull()
    served.extract()
    erase.forget(served.settings, ["p_1"], by="a test")
    (done,) = pulling.pull_all(served.settings)
    assert done.state == outcome.WHOLE


def rows_of(network: Any, record: dict[str, Any], source: Source) -> list[tuple[str, dict[str, Any]]]:
    try:
        return list(network.rows(record, source))
    except (Ignored, Malformed):
        return []


def known_ids(home: PulledHome, number: int) -> list[str]:
    """The stable id that the network told of one who stands."""
    name = home.people[number]
    known = Store(home.places, "net").people().get(name, {"values": {}})
    return [str(known["values"]["id"])] if "id" in known["values"] else []


@KINDS
def test_a_budget_stops_clean_and_the_next_pull_goes_on(served: PulledHome, tmp_path: Path) -> None:
    _, _, undisturbed = run(tmp_path / "undisturbed", served.invented)
    first = served.pull(budget=2)
    assert (first.state, first.is_success, len(served.server.log)) == (outcome.PAUSED, True, 2)
    assert served.pull().state == outcome.WHOLE
    assert len(served.server.log) == len(undisturbed.log)


@KINDS
def test_no_secret_stands_anywhere_but_in_the_requests(served: PulledHome, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "ann@x.test:s3cr3t-token"
    done = served.pull(secret=secret)
    kept = [path for path in served.places.home.rglob("*") if path.is_file() and b"s3cr3t" in path.read_bytes()]
    assert kept == []
    assert "s3cr3t" not in str(done.as_plain()) + "".join(capsys.readouterr())
    sent = [
        one for one in served.server.log if one.headers.keys() & {"authorization", "user-api-key", "x-goog-api-key"}
    ]
    assert sent or any("key" in one.params for one in served.server.log)


FLAGS = {
    "bluesky": {"getLikes: !no-unauthenticated", "getPostThread: blocked"},
    "mastodon": {"statuses: visibility direct", "statuses: visibility private", "favourited_by: indexable is false",
                 "context: indexable is false"},
    "discourse": {"posts: a private message", "posts: a whisper"},
    "github": {"reviews: a review that is not submitted"},
    "gitlab": {"issues-notes: a system note", "issues-notes: internal", "issues: confidential"},
    "lemmy": {"comments: its author is gone", "posts: post deleted"},
    "zulip": {"messages: a direct message", "users: a guest"},
    "youtube": {"videos: a video that is unlisted", "videos: gone from the network"},
    "reddit": {"submitted: a private subreddit"},
    "activitystreams": {"outbox: not addressed to everybody"},
}  # fmt: skip
"""What each invented network sends along that its people, or the network, do not want to be shown."""


@pytest.mark.parametrize("kind", sorted(FLAGS))
def test_what_is_not_to_be_shown_is_left_out_and_counted_with_its_reason(served: PulledHome, kind: str) -> None:
    done = served.pull()
    assert set(done.account.left_out) == FLAGS[kind]
    pages = "".join(path.read_text() for path in served.places.raw_pages("net").iterdir())
    assert "secret" not in pages


@pytest.mark.parametrize(
    ("labels", "hides"),
    [
        ([{"val": "!no-unauthenticated"}], True),
        ({"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}, True),
        ({"values": [{"val": "porn"}]}, False),
        ([], False),
        (None, False),
    ],
)
def test_on_bluesky_a_label_hides_whoever_gave_it(labels: Any, hides: bool) -> None:
    """In a view of somebody it is a list; in the profile that is their own record, as Jetstream tells it, an object."""
    bluesky, did = CONNECTORS["bluesky"], "did:plc:annaannaannaannaannaanna"
    source = Source(name="net", kind="bluesky", path="-", network="bluesky")
    assert bluesky.hides({"did": did, "labels": labels}) == ("!no-unauthenticated" if hides else None)
    record = {"$type": "app.bsky.actor.profile", "labels": labels}
    commit = {"operation": "update", "collection": "app.bsky.actor.profile", "rkey": "self", "record": record}
    event = {"did": did, "time_us": 1_773_576_000_000_000, "kind": "commit", "commit": commit}
    told = dict(bluesky.rows(event, source))["accounts"]
    assert (told["account_id"], told["captured_at"]) == (did, "2026-03-15T12:00:00Z")
    assert told["no_unauthenticated"] is hides
