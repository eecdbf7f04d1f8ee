"""Invented networks of the shapes that the real ones answer in: small enough to read, with two who stand and some more.

Ann and Ben stand in the ledger; Cid does not, Dee hides by the network's own flag. Nothing here is anybody's.
Each may be made larger: `more` further objects of Ann's from before March, every tenth of which somebody answered or liked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from loopback import Asked, Reply, earlier, instant

LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass
class Invented:
    """One invented network: how its source is configured, who stands, and what it answers."""

    kind: str
    people: tuple[str, ...]
    answer: Callable[[Asked], Reply]
    settings: str = ""
    strangers: tuple[str, ...] = ()
    """Names and ids of those about whom nothing may be asked."""
    cursor: str = ""
    """The parameter by which it pages."""
    gone: set[Any] = field(default_factory=set)
    """The numbers of objects that have vanished meanwhile, of networks that count their pages."""


# --- bluesky -----------------------------------------------------------------------------------------------------------

ANN, BEN, CID, DEE = (f"did:plc:{name * 6}" for name in ("anna", "benn", "cidd", "deee"))
HANDLES = {ANN: "ann.test", BEN: "ben.test", CID: "cid.test", DEE: "dee.test"}


def tid(at: str) -> str:
    number, key = int(datetime.fromisoformat(at).timestamp() * 1e6) << 10, ""
    for _ in range(13):
        number, rest = divmod(number, 32)
        key = LETTERS[rest] + key
    return key


def person(did: str) -> dict[str, Any]:
    labels = [{"val": "!no-unauthenticated", "src": did}] if did == DEE else []
    return {"did": did, "handle": HANDLES[did], "labels": labels, "createdAt": "2025-01-01T00:00:00.000Z",
            "followersCount": 2}  # fmt: skip


def post(did: str, at: str, text: str = "hello", **more: Any) -> dict[str, Any]:
    uri = f"at://{did}/app.bsky.feed.post/{tid(at)}"
    return {"uri": uri, "cid": "bafy", "value": {"$type": "app.bsky.feed.post", "createdAt": at, "text": text, **more}}


def bluesky(page: int = 3, more: int = 0) -> Invented:
    posts = [post(ANN, instant(day, minute=number)) for day in range(1, 15) for number in range(2)]
    older = [post(ANN, earlier(number)) for number in range(more)]
    mention = [
        {
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": BEN}],
            "index": {"byteStart": 0, "byteEnd": 4},
        }
    ]
    posts.append(post(ANN, instant(14, 13), "@ben hi", facets=mention))
    answer = post(CID, instant(3), "yes", reply={"parent": {"uri": posts[0]["uri"]}, "root": {"uri": posts[0]["uri"]}})
    quote = post(BEN, instant(4), "look", embed={"$type": "app.bsky.embed.record", "record": {"uri": posts[0]["uri"]}})
    follow = {"uri": f"at://{BEN}/app.bsky.graph.follow/{tid(instant(2))}", "cid": "b",
              "value": {"$type": "app.bsky.graph.follow", "createdAt": instant(2), "subject": ANN}}  # fmt: skip
    likers = {posts[0]["uri"]: [BEN, CID, DEE], posts[5]["uri"]: [CID], **{one["uri"]: [CID] for one in older[::10]}}
    listed = {
        (ANN, "app.bsky.feed.post"): [*posts, *older],
        (BEN, "app.bsky.graph.follow"): [follow],
        (BEN, "app.bsky.feed.post"): [quote],
    }

    def view(record: dict[str, Any]) -> dict[str, Any]:
        uri = record["uri"]
        counts = {"likeCount": len(likers.get(uri, [])), "repostCount": int(uri == posts[1]["uri"])}
        counts |= {"replyCount": int(uri == posts[0]["uri"]), "quoteCount": int(uri == posts[0]["uri"])}
        return {"uri": uri, "cid": "b", "author": person(uri.split("/")[2]), "record": record["value"], **counts}

    def counted(did: str) -> dict[str, int]:
        kinds = {"postsCount": "app.bsky.feed.post", "followsCount": "app.bsky.graph.follow"}
        return {name: len(listed.get((did, kind), [])) for name, kind in kinds.items()}

    def paged(items: list[Any], asked: Asked, key: str, **more: Any) -> Reply:
        start = int(asked.one("cursor", "0"))
        body: dict[str, Any] = {key: items[start : start + page], **more}
        if start + page <= len(items):  # the last page may be followed by an empty one
            body["cursor"] = str(start + page)
        return Reply(body)

    def answering(asked: Asked) -> Reply:
        method = asked.path.rpartition(".")[2]
        every = {one["uri"]: one for one in [*posts, *older, quote]}
        if method == "getProfiles":
            by_name = {name: did for did, handle in HANDLES.items() for name in (did, handle)}
            found = [by_name[name] for name in asked.params["actors"] if name in by_name]
            return Reply({"profiles": [{**person(did), **counted(did)} for did in found]})
        if method == "listRecords":
            found = sorted(
                listed.get((asked.one("repo"), asked.one("collection")), []), key=lambda one: one["uri"], reverse=True
            )
            return paged(found, asked, "records")
        if method == "getPosts":
            return Reply({"posts": [view(every[uri]) for uri in asked.params["uris"] if uri in every]})
        uri = asked.one("uri")
        if method == "getLikes":
            likes = [
                {"actor": person(did), "createdAt": instant(9), "indexedAt": instant(9)} for did in likers.get(uri, [])
            ]
            return paged(likes, asked, "likes", uri=uri)
        if method == "getRepostedBy":
            return paged([person(BEN)], asked, "repostedBy", uri=uri)
        if method == "getQuotes":
            return paged([view(quote)], asked, "posts", uri=uri)
        if method == "getPostThread":
            blocked = {
                "$type": "app.bsky.feed.defs#blockedPost",
                "uri": f"at://{DEE}/app.bsky.feed.post/x",
                "blocked": True,
            }
            replies = [{"$type": "app.bsky.feed.defs#threadViewPost", "post": view(answer)}, blocked]
            return Reply({"thread": {"post": view(every[uri]), "replies": replies}})
        return Reply({"error": "NotFound"}, 404)

    return Invented(
        "bluesky", ("ann.test", "ben.test"), answering, strangers=(CID, DEE, "cid.test", "dee.test"), cursor="cursor"
    )


# --- mastodon ----------------------------------------------------------------------------------------------------------


def mastodon(page: int = 4, more: int = 0) -> Invented:
    names = {"900011": "ann", "900022": "ben", "900033": "cid", "900044": "dee"}

    def account(number: str) -> dict[str, Any]:
        return {"id": number, "acct": names[number], "username": names[number], "bot": False, "locked": False,
                "discoverable": True, "indexable": number != "900044", "created_at": "2025-01-01T00:00:00.000Z",
                "followers_count": 5, "following_count": 6, "statuses_count": len(mine_of(number))}  # fmt: skip

    def mine_of(number: str) -> list[dict[str, Any]]:
        return [*notes, *older] if number == "900011" else [boost] if number == "900022" else []

    def status(number: int, of: str, day: int, **more: Any) -> dict[str, Any]:
        return {"id": str(1000 + number), "created_at": instant(day, minute=number % 60), "visibility": "public", "account": account(of),
                "in_reply_to_id": None, "in_reply_to_account_id": None, "content": f"<p>note {number}</p>", "mentions": [],
                "reblog": None, "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "edited_at": None, **more}  # fmt: skip

    notes: list[dict[str, Any]] = []
    older, boost = list[dict[str, Any]](), dict[str, Any]()
    notes += [status(number, "900011", 1 + number // 2) for number in range(22)]
    notes[0] |= {"favourites_count": 3, "replies_count": 2}
    notes[3] |= {"reblogs_count": 1, "mentions": [{"id": "900022", "acct": "ben", "username": "ben"}]}
    notes.append(
        status(
            50, "900011", 12, visibility="direct", content="<p>secret</p>", mentions=[{"id": "900033", "acct": "cid"}]
        )
    )
    notes.append(status(51, "900011", 12, visibility="private"))
    boost = status(60, "900022", 13, reblog=notes[1])
    older = [status(10_000 + number, "900011", 1, created_at=earlier(number), favourites_count=int(number % 10 == 0))
             for number in range(more)]  # fmt: skip
    answers = [
        status(70, "900033", 5, in_reply_to_id="1000", in_reply_to_account_id="900011"),
        status(71, "900044", 5, in_reply_to_id="1000", in_reply_to_account_id="900011"),
    ]

    def paged(items: list[dict[str, Any]], asked: Asked) -> Reply:
        start = int(asked.one("max_id", "0"))
        link = (
            {"Link": f'<http://{asked.headers["host"]}{asked.path}?max_id={start + page}>; rel="next"'}
            if start + page <= len(items)
            else {}
        )
        return Reply(items[start : start + page], headers=link)

    def answering(asked: Asked) -> Reply:
        parts = asked.path.split("/")[3:]
        if parts == ["accounts", "lookup"]:
            found = [number for number, name in names.items() if name == asked.one("acct")]
            return Reply(account(found[0])) if found else Reply({"error": "Record not found"}, 404)
        if parts[0] == "accounts" and len(parts) == 2:
            return Reply(account(parts[1])) if parts[1] in names else Reply({"error": "Record not found"}, 404)
        if parts[0] == "accounts":
            return paged(sorted(mine_of(parts[1]), key=lambda one: one["created_at"], reverse=True), asked)
        if parts[2] == "favourited_by":
            return paged([account(number) for number in ("900022", "900033", "900044")], asked)
        if parts[2] == "reblogged_by":
            return paged([account("900033")], asked)
        return Reply({"ancestors": [], "descendants": answers})

    return Invented(
        "mastodon", ("ann", "ben"), answering, strangers=("cid", "dee", "900033", "900044"), cursor="max_id"
    )


# --- discourse ---------------------------------------------------------------------------------------------------------


def discourse(window: int = 50, more: int = 0) -> Invented:
    names = {1: "ann", 2: "ben", 3: "cid", 4: "dee"}

    def a_post(number: int) -> dict[str, Any]:
        who = 1 + number % 3
        return {"id": number, "username": names[who], "user_id": who, "topic_id": 1 + number // 20, "post_number": 1 + number % 20,
                "post_type": 1, "created_at": instant(1 + number // 20, minute=number % 60), "updated_at": instant(14), "raw": f"post {number}",
                "cooked": f"<p>post {number}</p>", "reply_to_post_number": None, "hidden": False, "user_deleted": False,
                "deleted_at": None, "actions_summary": [{"id": 2, "count": 1}] if number % 50 == 0 else []}  # fmt: skip

    posts = {number: a_post(number) for number in range(1, 241) if not 60 <= number <= 130}  # a window without a post
    posts = {number + more: {**one, "id": number + more} for number, one in posts.items()}
    posts |= {number: {**a_post(number), "created_at": earlier(more - number)} for number in range(1, more + 1)}
    posts[more + 135] |= {"raw": "@ann", "cooked": '<p><a class="mention" href="/u/ann">@ann</a></p>'}
    posts[more + 200] |= {"topic_archetype": "private_message", "raw": "secret"}
    posts[more + 201] |= {"post_type": 4, "raw": "secret"}

    def answering(asked: Asked) -> Reply:
        if asked.path == "/posts.json":
            before = int(asked.one("before", str(more + 240)))
            found = [posts[number] for number in range(before, before - window, -1) if number in posts]
            return Reply({"latest_posts": found})
        if asked.path == "/post_action_users.json":
            return Reply({"post_action_users": [{"id": 2, "username": "ben"}]})
        name = asked.path.removeprefix("/u/").removesuffix(".json")
        number = {one: key for key, one in names.items()}.get(name)
        user = {"id": number, "username": name, "created_at": "2025-01-01T00:00:00.000Z"}
        return Reply({"user": user}) if number else Reply({"errors": ["not found"], "error_type": "not_found"}, 404)

    return Invented(
        "discourse", ("ann", "ben"), answering, 'network = "discourse"', strangers=("cid", "dee"), cursor="before"
    )


# --- github ------------------------------------------------------------------------------------------------------------


def github(page: int = 5, more: int = 0) -> Invented:
    ids = {"ann": 1001, "ben": 1002, "cid": 1003}
    base = "https://api.github.com/repos/ann/tool"

    def user(name: str) -> dict[str, Any]:
        return {
            "login": name,
            "id": ids[name],
            "type": "User",
            "followers": 3,
            "following": 4,
            "created_at": "2025-01-01T00:00:00Z",
        }

    def issue(number: int, who: str, liked: int = 0) -> dict[str, Any]:
        at = instant(1 + number // 2, minute=number % 60)
        return {"id": 5000 + number, "number": number, "title": f"issue {number}", "body": "see @ben" if number == 2 else "text",
                "user": user(who), "created_at": at, "updated_at": at, "url": f"{base}/issues/{number}", "state": "open",
                "comments_url": f"{base}/issues/{number}/comments", "repository_url": base,
                "html_url": f"https://github.com/ann/tool/issues/{number}", "reactions": {"total_count": liked}}  # fmt: skip

    issues = [{**issue(100 + number, "ann", liked=int(number % 10 == 0)), "created_at": earlier(number), "updated_at": earlier(number)}
              for number in range(more)][::-1]  # fmt: skip
    issues += [issue(number, "ann" if number % 2 else "cid", liked=3 * (number == 1)) for number in range(1, 13)]
    pulls = [{**issue(number, "ann"), "url": f"{base}/pulls/{number}", "html_url": f"https://github.com/ann/tool/pull/{number}",
              "merged_at": None, "base": {"repo": {"id": 77}}} for number in range(20, 24)]  # fmt: skip
    comments = [{"id": 7000 + number, "user": user("ben" if number % 2 else "cid"), "body": f"comment {number}", "created_at": instant(6, minute=number),
                 "updated_at": instant(6, minute=number), "issue_url": f"{base}/issues/1", "url": f"{base}/issues/comments/{7000 + number}",
                 "html_url": f"https://github.com/ann/tool/issues/1#issuecomment-{number}", "reactions": {"total_count": 0}} for number in range(11)]  # fmt: skip
    reviews = [{"id": 8000, "user": user("ben"), "body": "fine", "state": "APPROVED", "submitted_at": instant(12), "pull_request_url": f"{base}/pulls/20",
                "html_url": "https://github.com/ann/tool/pull/20#r"}]  # fmt: skip
    reviews.append({**reviews[0], "id": 8001, "body": "secret", "state": "PENDING", "submitted_at": None})
    events = [{"id": 9000, "event": "merged", "actor": user("cid"), "created_at": instant(13), "issue": {"number": 20, "user": user("ann")}},
              {"id": 9001, "event": "labeled", "actor": user("cid"), "created_at": instant(13), "issue": {"number": 20, "user": user("ann")}}]  # fmt: skip
    reactions = [{"id": 600 + place, "user": user(who), "content": content, "created_at": instant(9)} for place, (who, content) in
                 enumerate([("ben", "+1"), ("cid", "eyes"), ("cid", "-1")])]  # fmt: skip
    stars = [{"starred_at": instant(day), "user": user(who)} for day, who in ((1, "ann"), (2, "ben"), (3, "cid"))]
    forks = [{"id": 66, "owner": user("ben"), "created_at": instant(8), "full_name": "ben/tool"}]
    gone = set[Any]()
    lists: dict[str, list[Any]] = {"issues": issues, "pulls": pulls[::-1], "issues/comments": comments, "pulls/comments": [],
                                   "issues/events": events, "stargazers": stars, "forks": forks}  # fmt: skip

    def answering(asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        if parts[0] in ("users", "user"):
            found = [name for name, number in ids.items() if parts[1] in (name, str(number))]
            return Reply(user(found[0])) if found else Reply({"message": "Not Found"}, 404)
        rest = "/".join(parts[3:])
        found = lists.get(rest, [])
        if rest.endswith("reactions"):
            found = reactions
        if rest.endswith("reviews"):
            found = reviews if "/20/" in rest else []
        since = asked.one("since")
        found = [one for one in found if (not since or one["updated_at"] >= since) and one.get("id") not in gone]
        number = int(asked.one("page", "1"))
        shown = found[(number - 1) * page : number * page]
        query = "&".join(f"{name}={value[0]}" for name, value in asked.params.items() if name != "page")
        link = (
            {"Link": f'<http://{asked.headers["host"]}{asked.path}?{query}&page={number + 1}>; rel="next"'}
            if number * page < len(found)
            else {}
        )
        tag = f'W/"{hash(str(shown))}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(status=304, headers={"ETag": tag})
        return Reply(shown, headers={**link, "ETag": tag})

    return Invented("github", ("ann", "ben"), answering, 'places = ["ann/tool"]', ("cid", "1003"), "page", gone)


def every() -> dict[str, Callable[..., Invented]]:
    """All of them, those of the other file included."""
    from invented_too import NETWORKS_TOO

    further = [
        import_module(path.stem).made
        for path in Path(__file__).parent.glob("invented_*.py")
        if path.stem != "invented_too"
    ]
    return {made().kind: made for made in (bluesky, mastodon, discourse, github, *further)} | NETWORKS_TOO
