"""What a stranger's server may say to every connector: nobody else is asked about, nothing is lost in silence."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invented import CID, every
from loopback import Asked, Reply
from pulled_home import PulledHome, altered, served

from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import ACCOUNT, Endpoint
from evenscore.connectors.pulled import ASKED, Network
from evenscore.connectors.records import Ignored, each
from evenscore.pulling import outcome

pytestmark = pytest.mark.usefixtures("without_a_disk")
PULLED = sorted(kind for kind, network in NETWORKS.items() if network.endpoints)
KINDS = pytest.mark.parametrize("kind", PULLED)
FLAT = (
    "bluesky",
    "discourse",
    "github",
    "gitlab",
    "hackernews",
    "lemmy",
    "mastodon",
    "stackexchange",
    "youtube",
    "zulip",
)
"""Networks whose items are the body, or stand in it at once."""
DAY = 86400
SECRET = "s3cr3t/of+the=pull"


def kept(home: PulledHome) -> str:
    """Everything that a pull has left on the disk."""
    folder = home.places.pulled("net")
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


@KINDS
def test_a_secret_that_an_answer_repeats_is_kept_nowhere(kind: str, tmp_path: Path) -> None:
    """In a link to the next page, in an item, as it is and as addresses write it."""
    network = every()[kind]()

    def change(asked: Asked, reply: Reply) -> Reply:
        if "Link" in reply.headers:
            reply.headers["Link"] = reply.headers["Link"].replace(">", f"&access_token={SECRET.replace('/', '%2F')}>")
        for listed in [reply.body, *(reply.body.values() if isinstance(reply.body, dict) else ())]:
            for item in each(listed) if isinstance(listed, list) else ():
                item["self"] = f"https://x/?key={SECRET}&page=2"
        return reply

    with served(tmp_path, altered(network, change)) as home:
        done = home.pull(secret=SECRET)
        assert done.state == outcome.WHOLE, done.in_words()
        assert SECRET not in kept(home) and SECRET.replace("/", "%2F") not in kept(home)
        assert not [one.line for one in home.server.log if "access_token" in one.params]
        assert kind != "mastodon" or "(secret)" in kept(home)


STRAYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "bluesky": ("listRecords", lambda one: one | {"uri": f"at://{CID}/app.bsky.feed.post/3straystray22"}),
    "mastodon": ("/statuses", lambda one: one | {"id": "77077", "favourites_count": 2, "reblogs_count": 1,
                                                 "replies_count": 1,
                                                 "account": one["account"] | {"id": "900033", "acct": "cid"}}),
    "hackernews": ("search_by_date", lambda one: one | {"objectID": "77077", "author": "cid", "num_comments": 3}),
    "lemmy": ("/user", lambda one: one | {"post": one["post"] | {"id": 77077, "ap_id": "https://lemmy.test/post/77077"},
                                          "counts": one["counts"] | {"comments": 3},
                                          "creator": one["creator"] | {"actor_id": "https://lemmy.test/u/cid"}}),
    "reddit": ("/submitted", lambda one: one | {"data": one["data"] | {"name": "t3_77077", "author": "cid",
                                                                       "num_comments": 3}}),
    "stackexchange": ("/questions", lambda one: one | {"question_id": 77077,
                                                       "owner": one["owner"] | {"user_id": 701003}}),
}  # fmt: skip
"""A listing of one person's, and of one of its items the same of somebody else, who does not stand."""


@pytest.mark.parametrize("kind", sorted(STRAYS))
def test_what_is_anothers_in_a_page_of_ones_own_is_asked_about_no_further(kind: str, tmp_path: Path) -> None:
    path, stray = STRAYS[kind]

    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith(path) and reply.status == 200:
            bodies = [reply.body, *(reply.body.values() if isinstance(reply.body, dict) else ())]
            bodies += [one["children"] for one in bodies if isinstance(one, dict) and "children" in one]
            for listed in bodies:
                if isinstance(listed, list) and listed and "comment" not in listed[0]:
                    listed.append(stray(listed[0]))
        return reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        home.pull()
        asked = [one.line for one in home.server.log]
        assert len(asked) > 2
        assert not [line for line in asked if "77077" in line or "stray" in line]


@KINDS
def test_what_is_asked_about_ones_objects_says_whose_they_are(kind: str) -> None:
    """Bluesky's addresses tell it themselves; of a list of uploads YouTube's channels are asked about, not its rows."""
    of_accounts = {one.name for one in NETWORKS[kind].endpoints if one.per == ACCOUNT and not one.shows_profile}
    unsaid = {one.name for one in NETWORKS[kind].endpoints if one.per in of_accounts and not one.owner}
    assert unsaid <= {"getPosts", "videos"}


@pytest.mark.parametrize("kind", FLAT)
def test_what_is_no_object_in_a_list_is_counted(kind: str, tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        for listed in [reply.body, *(reply.body.values() if isinstance(reply.body, dict) else ())]:
            if isinstance(listed, list) and listed and isinstance(listed[0], dict):
                listed.append(None)
        return reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        done = home.pull()
        assert sum(n for what, n in done.account.left_out.items() if what.endswith("no object")), done
        home.extract()


@KINDS
def test_not_changed_is_believed_where_it_was_asked(kind: str, tmp_path: Path) -> None:
    """A cache that says 304 to whom has not said what is known."""
    struck = []

    def change(asked: Asked, reply: Reply) -> Reply:
        if len(struck) < 3 and "if-none-match" not in asked.headers:
            struck.append(asked.line)
            return Reply(status=304)
        return reply

    with served(tmp_path / "quiet", every()[kind]()) as home:
        home.pull()
        quiet = [path.read_bytes().count(b"\n") for path in home.places.raw_pages("net").iterdir()]
    with served(tmp_path / "cached", altered(every()[kind](), change)) as home:
        assert home.pull().state == outcome.WHOLE
        assert quiet == [path.read_bytes().count(b"\n") for path in home.places.raw_pages("net").iterdir()]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_date_that_nothing_can_have_been_made_on_is_none(at: str, tmp_path: Path) -> None:
    """One such item spoils neither its page nor the next night's pull; that it is not read, the pull tells."""

    def change(asked: Asked, reply: Reply) -> Reply:
        for item in each(reply.body) if isinstance(reply.body, list) else ():
            item["created_at"] = (
                at
                if item.get("id") in ("1003", "1050") or asked.path.endswith("900022/statuses")
                else item["created_at"]
            )
        return reply

    with served(tmp_path, altered(every()["mastodon"](), change)) as home:
        for night, is_told in (("2026-03-15", True), ("2026-03-16", False)):
            told = home.pull().account.incomplete
            assert bool(told) == is_told and all(one.endswith(": an item cannot be read") for one in told), told
            home.extract(night)
            home.clock.sleep(DAY)
        assert len({row["event_id"] for row in home.landed() if row["verb"] == "post"}) >= 20


@pytest.mark.parametrize("name", ["7/../../users/cid", "7?admin=1", "7#x", "ünï ✓", "x" * 3_000])
def test_an_id_is_one_part_of_an_address_whatever_stands_in_it(name: str) -> None:
    plain = Endpoint("notes", "/users/{id}/notes", ACCOUNT, "notes").first({"id": name}, None)["path"]
    assert plain.count("/") == 3 and "?" not in plain and "#" not in plain
    place = Endpoint("notes", "/repos/{place}/notes", ACCOUNT, "notes").first({"place": "ann/tool"}, None)["path"]
    assert place == "/repos/ann/tool/notes"
    whole = Endpoint("notes", "{outbox}", ACCOUNT, "notes").first({"outbox": "https://h/u?of=ann"}, None)["path"]
    assert whole == "https://h/u?of=ann"


@pytest.mark.parametrize("kind", ["bluesky", "gitlab"])
def test_who_hides_in_one_of_two_answers_hides(kind: str, tmp_path: Path) -> None:
    """The same person twice in an answer, and the second time they do not hide."""
    flag: dict[str, Any] = {"private_profile": True, "labels": [{"val": "!no-unauthenticated"}]}
    key = {"bluesky": "profiles"}.get(kind)

    def change(asked: Asked, reply: Reply) -> Reply:
        listed = reply.body.get(key) if key and isinstance(reply.body, dict) else reply.body
        if (
            isinstance(listed, list)
            and listed
            and (asked.path.endswith("getProfiles") or asked.path.endswith("/users"))
        ):
            listed[:] = [one for item in listed for one in (item | flag, item)]
        return reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        done = home.pull()
        profile = NETWORKS[kind].endpoints[0].name
        assert sum(n for what, n in done.account.left_out.items() if what.startswith(profile)) >= 2
        people = json.loads((home.places.pulled("net") / "people.json").read_text())
        assert all(any(one["hides"].values()) for one in people.values())


def test_a_status_whose_author_asks_not_to_be_found_there_is_left_out(tmp_path: Path) -> None:
    """The profile says nothing of it, the account that stands in each status does."""

    def change(asked: Asked, reply: Reply) -> Reply:
        for item in each(reply.body) if asked.path.endswith("900011/statuses") else ():
            item["account"]["indexable"] = False
        return reply

    with served(tmp_path, altered(every()["mastodon"](), change)) as home:
        done = home.pull()
        assert done.account.left_out["statuses: indexable is false"] >= 20
        home.extract()
        assert "900011" not in {row["actor_id"] for row in home.landed()}


@pytest.mark.parametrize(("kind", "path"), [("zulip", "/messages"), ("zulip", "/users"), ("hackernews", "/search")])
def test_what_is_always_there_cannot_be_missing(kind: str, path: str, tmp_path: Path) -> None:
    """Where no address is of anybody or anything, whoever answers 404 has moved the interface, or stands before it."""
    missing = altered(every()[kind](), lambda asked, reply: Reply({}, 404) if path in asked.path else reply)
    with served(tmp_path, missing) as home:
        done = home.pull()
    assert done.state == outcome.INCOMPLETE and all(reason.endswith(": 404") for reason in done.account.incomplete)


def test_an_item_that_says_nothing_that_counts_is_counted() -> None:
    """Neither read, left out nor refused, it would vanish without a word."""

    class Silent(Network):
        kind = "mastodon"

        def readers(self) -> dict[str, Any]:
            return {"posts": lambda *_: iter(())}

    with pytest.raises(Ignored, match="posts: nothing that counts"):
        list(Silent().rows({"id": 7, ASKED: {"endpoint": "posts"}}, Source(name="net", kind="mastodon", path="-")))


def test_a_profile_that_cannot_be_read_is_asked_for_again(tmp_path: Path) -> None:
    """Where no row is made of it, too: on Bluesky one says which server holds somebody's records."""
    errors = [Reply({"message": "no"})]

    def change(asked: Asked, reply: Reply) -> Reply:
        return errors.pop() if errors and asked.path.startswith("/did:") else reply

    with served(tmp_path, altered(every()["bluesky"](), change)) as home:
        done = home.pull()
    assert done.state == outcome.WHOLE and done.account.retried["an item cannot be read"] == 1 and not errors


def test_numbers_that_are_none_are_no_json(tmp_path: Path) -> None:
    with served(tmp_path, altered(every()["mastodon"](), lambda asked, reply: Reply(content=b'{"id": NaN}'))) as home:
        done = home.pull()
    assert {reason.partition(": ")[2] for reason in done.account.incomplete} == {"neither a JSON object nor a list"}


def test_a_listing_that_says_more_and_holds_nothing_ends(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith("/questions") and int(asked.one("page", "1")) > 2:
            return Reply({"items": [], "has_more": True})
        return reply

    with served(tmp_path, altered(every()["stackexchange"](), change)) as home:
        done = home.pull(budget=300)
        assert done.state == outcome.INCOMPLETE and len(home.server.log) < 100


TEXTS: dict[str, tuple[str, ...]] = {
    "mastodon": ("content",), "gitlab": ("description", "title"), "github": ("body", "title"), "zulip": ("content",),
    "lemmy": ("name", "body", "content"), "stackexchange": ("title", "body"), "discourse": ("raw", "cooked"),
    "hackernews": ("title", "story_text", "comment_text"), "youtube": ("title", "description", "textOriginal"),
    "reddit": ("title", "selftext", "body"), "bluesky": ("text",),
}  # fmt: skip
"""Under which keys a network's texts stand."""


@pytest.mark.parametrize("kind", sorted(TEXTS))
def test_an_edit_that_empties_a_text_empties_it_at_the_next_recheck(kind: str, tmp_path: Path) -> None:
    is_edited = [False]

    def emptied(value: Any) -> Any:
        if isinstance(value, list):
            return [emptied(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {key: "" if key in TEXTS[kind] and isinstance(one, str) else emptied(one) for key, one in value.items()}

    def change(asked: Asked, reply: Reply) -> Reply:
        if is_edited[0]:
            reply.body = emptied(reply.body)
            for item in each(reply.body) if isinstance(reply.body, list) else ():
                if "updated_at" in item:
                    item["updated_at"] = "2026-03-24T00:00:00Z"
        return reply

    network = every()[kind]()
    listing = network.answer
    every_time = {"params": {"since": [""], "updated_after": [""]}, "headers": {"if-none-match": ""}}
    network.answer = lambda asked: listing(
        replace(asked, **{name: getattr(asked, name) | value for name, value in every_time.items()})
    )
    with served(tmp_path, altered(network, change)) as home:
        home.pull()
        home.extract()
        assert [row for row in home.landed() if row["verb"] == "post" and row["text"]]
        is_edited[0] = True
        home.clock.sleep(8 * DAY)
        done = home.pull()
        assert done.state == outcome.WHOLE, done.in_words()
        home.extract("2026-03-23")
        assert not [row for row in home.landed() if row["verb"] == "post" and row["text"]]


def test_what_cannot_be_asked_about_an_item_is_counted(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith("/videos"):
            reply.body["items"][0]["statistics"] = {"commentCount": "many"}
        return reply

    with served(tmp_path, altered(every()["youtube"](), change)) as home:
        told = home.pull().account.left_out
        assert told["commentThreads: not asked, what videos brought is not as documented"] == 1
