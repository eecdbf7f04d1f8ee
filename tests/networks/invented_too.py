"""The other invented networks, in the shapes of their interfaces: each page is short, so that each walk has several."""

import json
from datetime import datetime
from typing import Any

from invented import Invented
from loopback import Asked, Reply, earlier, instant

NAMES = {1001: "ann", 1002: "ben", 1003: "cid", 1004: "dee"}
NUMBERS = {name: number for number, name in NAMES.items()}
Thing = dict[str, Any]


def epoch(day: int, minute: int = 0) -> int:
    return int(datetime.fromisoformat(instant(day, minute=minute)).timestamp())


def stackexchange(page: int = 4, more: int = 0) -> Invented:
    gone = set[Any]()

    def owner(number: int) -> Thing:
        return {
            "user_id": 700000 + number,
            "user_type": "registered",
            "display_name": NAMES[number],
            "reputation": number,
        }

    questions = [{"question_id": 10 + number, "owner": owner(1001), "creation_date": epoch(1 + number), "title": f"why &amp; {number}",
                  "body": "<p>how</p>"} for number in range(9)]  # fmt: skip
    questions += [{"question_id": 10_000 + number, "owner": owner(1001), "creation_date": past(number), "title": "old", "body": "text"}
                  for number in range(more)]  # fmt: skip
    answers = [{"answer_id": 50_000 + number, "question_id": 10_000 + number, "owner": owner(1003), "creation_date": past(number - 1)}
               for number in range(0, more, 10)]  # fmt: skip
    answers += [
        {"answer_id": 50 + number, "question_id": 10 + number, "owner": owner(1003), "creation_date": epoch(10, number)}
        for number in range(6)
    ]
    answers.append(
        {
            "answer_id": 90,
            "question_id": 11,
            "owner": {"user_type": "does_not_exist", "display_name": "user9"},
            "creation_date": epoch(11),
        }
    )
    mine = [
        {"answer_id": 70, "question_id": 999, "owner": owner(1002), "creation_date": epoch(12), "is_accepted": True}
    ]
    comments = [
        {
            "comment_id": 80,
            "post_id": 10,
            "owner": owner(1003),
            "reply_to_user": owner(1001),
            "creation_date": epoch(13),
        }
    ]
    votes = [
        {
            "reputation_history_type": "post_upvoted",
            "post_id": 10,
            "user_id": 701001,
            "creation_date": epoch(9),
            "reputation_change": 10,
        }
    ]

    votes += [
        {**votes[0], "reputation_history_type": kind, "post_id": post, "creation_date": epoch(day)}
        for kind, post, day in (("post_downvoted", 11, 10), ("answer_accepted", 12, 11))
    ]

    def answering(asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        ids = parts[2].split(";")
        found: list[Thing] = []
        if parts[1] == "users" and len(parts) == 3:
            found = [{**owner(number), "creation_date": epoch(1)} for number in NAMES if str(700000 + number) in ids]
        elif parts[1] == "users" and parts[3] == "reputation-history":
            found = votes if ids == ["701001"] else []
        elif parts[1] == "users":
            every = questions if parts[3] == "questions" else mine
            found = [one for one in every if str(one["owner"].get("user_id")) in ids]
        elif parts[1] == "questions":
            found = [one for one in answers if str(one["question_id"]) in ids]
        else:
            found = [one for one in comments if str(one["post_id"]) in ids]
        found = sorted(found, key=lambda one: -one.get("creation_date", 0))
        found = [one for one in found if one.get("question_id") not in gone]
        number = int(asked.one("page", "1"))
        more = number * page < len(found)
        body = {
            "items": found[(number - 1) * page : number * page],
            "has_more": more,
            "quota_remaining": 99,
            **({"backoff": 3} if more else {}),
        }
        return Reply(body)

    people, strangers = ("701001", "701002"), ("701003", "701004")
    return Invented("stackexchange", people, answering, 'places = ["somewhere"]', strangers, "page", gone)


def past(number: int) -> int:
    return int(datetime.fromisoformat(earlier(number)).timestamp())


def hackernews(page: int = 3, more: int = 0) -> Invented:
    stories = [{"objectID": str(100 + number), "author": "ann", "created_at": instant(1 + number), "created_at_i": epoch(1 + number),
                "title": f"story {number}", "num_comments": 2 if number == 0 else 0} for number in range(7)]  # fmt: skip
    stories[0]["points"] = 3
    stories += [{"objectID": str(10_000 + number), "author": "ann", "created_at": earlier(number), "created_at_i": past(number),
                 "title": f"story {number}", "num_comments": int(number % 10 == 0)} for number in range(more)]  # fmt: skip
    comments = [{"objectID": str(200 + number), "author": who, "created_at": instant(9, minute=number), "created_at_i": epoch(9, number),
                 "comment_text": "a &#x27;word&#x27;", "parent_id": 100, "story_id": 100} for number, who in enumerate(("cid", "ben"))]  # fmt: skip

    def answering(asked: Asked) -> Reply:
        tags = asked.one("tags")
        found = (
            comments
            if "story_100" in tags.split(",")
            else []
            if "story_" in tags
            else [one for one in [*stories, *comments] if f"author_{one['author']}," in tags]
        )
        before = asked.one("numericFilters")
        found = [one for one in found if not before or one["created_at_i"] <= int(before.partition("<=")[2])]
        hits = sorted(found, key=lambda one: -one["created_at_i"])[:page]
        return Reply({"hits": hits, "nbHits": len(found), "hitsPerPage": page})

    return Invented("hackernews", ("ann", "ben"), answering, strangers=("cid", "author_cid"), cursor="numericFilters")


def gitlab(page: int = 3, more: int = 0) -> Invented:
    gone = set[Any]()

    def person(name: str) -> Thing:
        return {"id": 700000 + NUMBERS[name], "username": name, "state": "active"}

    def thing(number: int, name: str, **more: Any) -> Thing:
        at = instant(1 + number, minute=number % 60)
        return {"id": 40 + number, "iid": number, "project_id": 5, "author": person(name), "title": f"thing {number}", "description": "text",
                "created_at": at, "updated_at": at, "user_notes_count": 0, "upvotes": 0, "downvotes": 0, **more}  # fmt: skip

    older = [thing(100 + number, "ann", created_at=earlier(number), updated_at=earlier(number), upvotes=int(number % 10 == 0))
             for number in range(more)][::-1]  # fmt: skip
    recent = [thing(number, "ann" if number % 2 else "cid") for number in range(1, 9)]
    recent[0] |= {"user_notes_count": 4, "upvotes": 1, "downvotes": 1}
    issues = [*older, *recent]
    issues.append(thing(9, "ann", confidential=True, title="secret"))
    merges = [thing(1, "ben", merged_at=instant(9), merged_by=person("ann"))]
    notes = [{"id": 300 + number, "author": person("cid"), "body": f"note {number}", "system": number == 1, "internal": number == 2,
              "created_at": instant(5, minute=number), "noteable_type": "Issue", "noteable_iid": 1, "project_id": 5} for number in range(5)]  # fmt: skip
    notes[2]["body"] = "secret"
    awards = [{"id": 500, "name": "thumbsup", "user": person("ben"), "created_at": instant(6), "awardable_type": "Issue"},
              {"id": 501, "name": "eyes", "user": person("cid"), "created_at": instant(6), "awardable_type": "Issue"},
              {"id": 502, "name": "thumbsdown", "user": person("cid"), "created_at": instant(6), "awardable_type": "Issue"}]  # fmt: skip

    def answering(asked: Asked) -> Reply:
        rest = asked.path.removeprefix("/api/v4/")
        if rest.startswith("users"):
            known = asked.one("username") or NAMES.get(int(rest.partition("/")[2] or 0) - 700000, "")
            found = [{**person(known), "created_at": instant(1)}] if known in NUMBERS else []
            return Reply(found) if rest == "users" else Reply(found[0]) if found else Reply({"message": "404"}, 404)
        tail = rest.split("/", 2)[2]
        lists = {"issues": issues, "merge_requests": merges, "issues/1/notes": notes, "issues/1/award_emoji": awards}
        if tail == "merge_requests/1/approvals":
            return Reply({"approved_by": [{"user": person("cid"), "approved_at": instant(8)}, {"user": person("ann")}]})
        found = [
            one
            for one in lists.get(tail, [])
            if (not asked.one("updated_after") or one["updated_at"] >= asked.one("updated_after"))
            and one["id"] not in gone
        ]
        number = int(asked.one("page", "1"))
        query = "&".join(f"{name}={value[0]}" for name, value in asked.params.items() if name != "page")
        link = (
            {"Link": f'<http://{asked.headers["host"]}{asked.path}?{query}&page={number + 1}>; rel="next"'}
            if number * page < len(found)
            else {}
        )
        return Reply(found[(number - 1) * page : number * page], headers={**link, "X-Total": str(len(found))})

    return Invented("gitlab", ("ann", "ben"), answering, 'places = ["5"]', ("cid", "701003"), "page", gone)


def lemmy(page: int = 50, more: int = 0) -> Invented:
    home, gone = "https://lemmy.test", set[Any]()

    def person(name: str) -> Thing:
        return {"id": NUMBERS[name], "name": name, "actor_id": f"{home}/u/{name}", "published": "2025-01-01T00:00:00", "banned": name == "dee",
                "deleted": False, "bot_account": False}  # fmt: skip

    def a_post(number: int, **more: Any) -> Thing:
        post = {"id": number, "name": f"post {number}", "ap_id": f"{home}/post/{number}", "creator_id": 1001, "published": instant(1 + number % 14)[:-1],
                "deleted": False, "removed": False, **more}  # fmt: skip
        return {
            "post": post,
            "creator": person("ann"),
            "community": {"id": 1},
            "counts": {
                "comments": 2 if number == 3 else int(number % 10 == 0 and number >= 1_000),
                "upvotes": 3 if number == 3 else 1,
                "downvotes": int(number == 3),
            },
        }

    def a_comment(number: int, name: str, path: str) -> Thing:
        comment = {"id": number, "content": "word", "ap_id": f"{home}/comment/{number}", "creator_id": NUMBERS[name], "path": path,
                   "published": instant(10)[:-1], "deleted": False, "removed": False}  # fmt: skip
        return {"comment": comment, "creator": person(name), "post": a_post(3)["post"], "community": {"id": 1}}

    posts = sorted(
        [
            *(a_post(number) for number in range(60)),
            a_post(70, deleted=True, name="secret"),
            *(a_post(1_000 + number, published=earlier(number)[:-1]) for number in range(more)),
        ],
        key=lambda one: one["post"]["published"],
        reverse=True,
    )
    comments = [a_comment(7, "ben", "0.7"), a_comment(8, "cid", "0.7.8"), a_comment(9, "dee", "0.9")]

    def answering(asked: Asked) -> Reply:
        name, number = asked.one("username"), int(asked.one("page", "1"))
        if asked.path == "/api/v3/user":
            if name not in NUMBERS:
                return Reply({"error": "couldnt_find_that_username_or_email"}, 404)
            mine = [one for one in posts if one["post"]["id"] not in gone] if name == "ann" else []
            said = [one for one in comments if one["creator"]["name"] == name]
            shown, counts = (
                slice((number - 1) * page, number * page),
                {"post_count": len(mine), "comment_count": len(said)},
            )
            view = {"person_view": {"person": person(name), "counts": counts}}
            return Reply({**view, "posts": mine[shown], "comments": said[shown]})
        return Reply({"comments": comments if asked.one("post_id") == "3" and number == 1 else []})

    return Invented("lemmy", ("ann", "ben"), answering, "", ("cid", "dee"), "page", gone)


def zulip(page: int = 8, more: int = 0) -> Invented:
    def message(number: int, who: int, **more: Any) -> Thing:
        return {"id": number, "sender_id": 700000 + who, "type": "stream", "stream_id": 5, "subject": f"topic {number % 3}", "display_recipient": "general",
                "content": f"word {number}", "timestamp": epoch(1 + number * 14 // 33, number % 60), "reactions": [], **more}  # fmt: skip

    older = [message(number - more, 1001 + number % 3, timestamp=past(more - number)) for number in range(more)]
    messages = [message(number, 1001 + number % 3) for number in range(1, 31)]
    messages[10]["content"] = "see @**Ben|701002** and @_**Cid|701003**"
    messages[11]["reactions"] = [{"emoji_name": "+1", "user_id": 701003}, {"emoji_name": "eyes", "user_id": 701002},
                                 {"emoji_name": "-1", "user_id": 701003}]  # fmt: skip
    messages.append(message(31, 1003, type="private", display_recipient=[{"id": 701001}], content="secret"))
    messages.append(message(32, 1003, content="other"))

    def answering(asked: Asked) -> Reply:
        if asked.path.endswith("/users"):
            return Reply(
                {
                    "members": [
                        {"user_id": 700000 + number, "is_bot": False, "is_active": True, "is_guest": number == 1004}
                        for number in NAMES
                    ]
                }
            )
        anchor = asked.one("anchor")
        below = [one for one in [*older, *messages] if anchor == "newest" or one["id"] < int(anchor)]
        shown = below[-page:]
        return Reply(
            {
                "messages": shown,
                "found_oldest": len(below) <= page,
                "found_newest": anchor == "newest",
                "result": "success",
            }
        )

    return Invented("zulip", ("701001", "701002"), answering, cursor="anchor", strangers=("701003",))


def youtube(page: int = 4, more: int = 0) -> Invented:
    channels = {f"UC{name}": name for name in NUMBERS}

    def comment(number: str, who: str) -> Thing:
        return {
            "id": number,
            "snippet": {"authorChannelId": {"value": f"UC{who}"}, "publishedAt": instant(9), "textOriginal": "word"},
        }

    videos = [{"id": f"v{number}", "snippet": {"channelId": "UCann", "publishedAt": instant(1 + number), "title": f"video {number}"},
               "statistics": {"commentCount": "3" if number == 0 else "0"}, "status": {"privacyStatus": "unlisted" if number == 5 else "public"}} for number in range(9)]  # fmt: skip
    videos[5]["snippet"]["title"] = "secret"
    videos[8]["gone"] = True
    old = [{**videos[0], "id": f"w{number}", "snippet": {**videos[0]["snippet"], "publishedAt": earlier(number), "title": "old"},
            "statistics": {"commentCount": str(int(number % 10 == 0))}} for number in range(more)][::-1]  # fmt: skip
    videos = [*old, *videos]
    thread = {"id": "t1", "snippet": {"videoId": "v0", "topLevelComment": comment("t1", "ben"), "totalReplyCount": 2, "isPublic": True},
              "replies": {"comments": [comment("t1.a", "cid")]}}  # fmt: skip

    def paged(items: list[Thing], asked: Asked) -> Reply:
        start = int(asked.one("pageToken", "0"))
        more = {"nextPageToken": str(start + page)} if start + page < len(items) else {}
        return Reply({"items": items[start : start + page], **more})

    def answering(asked: Asked) -> Reply:
        method = asked.path.rpartition("/")[2]
        ids = asked.one("id").split(",")
        if method == "channels":
            found = [{"id": one, "snippet": {"publishedAt": instant(1), "customUrl": f"@{name}"}, "status": {"privacyStatus": "public"},
                      "statistics": {"videoCount": str(len(videos) if name == "ann" else 0)},
                      "contentDetails": {"relatedPlaylists": {"uploads": f"UU{name}"}}} for one, name in channels.items() if one in ids]  # fmt: skip
            return Reply({"items": found})
        if method == "playlistItems":
            mine = videos if asked.one("playlistId") == "UUann" else []
            listed = [
                {
                    "id": f"p{one['id']}",
                    "snippet": {"publishedAt": one["snippet"]["publishedAt"], "resourceId": {"videoId": one["id"]}},
                }
                for one in mine[::-1]
            ]
            return paged(listed, asked)
        if method == "videos":
            return Reply({"items": [one for one in videos if one["id"] in ids and "gone" not in one]})
        if method == "commentThreads":
            return paged([thread], asked)
        return paged([comment("t1.a", "cid"), comment("t1.b", "dee")], asked)

    return Invented("youtube", ("UCann", "UCben"), answering, strangers=("UCcid", "UCdee"), cursor="pageToken")


def reddit(page: int = 4, more: int = 0) -> Invented:
    def a_post(number: int, **more: Any) -> Thing:
        return {"kind": "t3", "data": {"name": f"t3_p{number}", "id": f"p{number}", "author": "ann", "title": f"post {number}", "selftext": "text",
                "created_utc": float(epoch(1 + number)), "num_comments": 2 if number == 1 else 0, "subreddit_type": "public", **more}}  # fmt: skip

    old = [
        a_post(100 + number, created_utc=float(past(number)), num_comments=int(number % 10 == 0))
        for number in range(more)
    ][::-1]
    posts = [*old, *(a_post(number) for number in range(9)), a_post(12, subreddit_type="private", title="secret")]
    crossed = a_post(20, author="ben", crosspost_parent="t3_p1", crosspost_parent_list=[posts[more + 1]["data"]])
    inner = {"kind": "t1", "data": {"name": "t1_c2", "id": "c2", "author": "[deleted]", "body": "[removed]", "link_id": "t3_p1", "parent_id": "t1_c1",
             "created_utc": float(epoch(10)), "replies": ""}}  # fmt: skip
    outer = {"kind": "t1", "data": {"name": "t1_c1", "id": "c1", "author": "cid", "body": "word", "link_id": "t3_p1", "parent_id": "t3_p1",
             "created_utc": float(epoch(9)), "replies": {"kind": "Listing", "data": {"children": [inner]}}}}  # fmt: skip

    def listing(items: list[Thing], asked: Asked) -> Reply:
        start = next((place + 1 for place, one in enumerate(items) if one["data"]["name"] == asked.one("after")), 0)
        shown = items[start : start + page]
        after = shown[-1]["data"]["name"] if start + page < len(items) else None
        return Reply(
            {"kind": "Listing", "data": {"children": shown, "after": after}},
            headers={"X-Ratelimit-Remaining": "59.0", "X-Ratelimit-Reset": "30"},
        )

    def answering(asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        if parts[0] == "user" and parts[2] == "about":
            name = parts[1]
            data = {"id": f"id{name}", "name": name, "created_utc": float(epoch(1))}
            return (
                Reply({"kind": "t2", "data": data})
                if name in NUMBERS
                else Reply({"message": "Not Found", "error": 404}, 404)
            )
        if parts[0] == "user":
            submitted = {"ann": posts[::-1], "ben": [crossed]}.get(parts[1], [])
            return listing(submitted if parts[2] == "submitted" else [], asked)
        if parts[0] == "api":
            return listing(
                [one for one in [*posts, crossed] if one["data"]["name"] in asked.one("id").split(",")][:page], asked
            )
        post = {"kind": "Listing", "data": {"children": [posts[more + 1]]}}
        return Reply([post, {"kind": "Listing", "data": {"children": [outer]}}])

    return Invented("reddit", ("ann", "ben"), answering, strangers=("cid", "dee"), cursor="after")


def activitystreams(page: int = 3, more: int = 0) -> Invented:
    public = "https://www.w3.org/ns/activitystreams#Public"

    def answering(asked: Asked) -> Reply:
        home = f"http://{asked.headers['host']}"
        me = f"{home}/users/ann"

        def act(number: int, kind: str, inner: Any, to: Any = public) -> Thing:
            return {
                "id": f"https://as.test/a/{number}",
                "type": kind,
                "actor": me,
                "published": instant(1 + number),
                "to": to,
                "object": inner,
            }

        notes = [act(number, "Create", {"id": f"{home}/n/{number}", "type": ["Note"], "attributedTo": [me], "content": f"<p>note {number}</p>",
                 "published": instant(1 + number), "to": ["as:Public"]}) for number in range(7)]  # fmt: skip
        old = [
            {**act(100 + number, "Announce", "https://as.test/n/99"), "published": earlier(number)}
            for number in range(more)
        ]
        acts = [*old[::-1], *notes, act(8, "Announce", "https://as.test/n/99"), act(9, "Like", {"id": "https://as.test/n/98", "attributedTo": "https://as.test/u/ben"}, []),
                act(10, "Create", {"id": "https://as.test/n/10", "type": "Note", "content": "secret"}, ["https://as.test/u/cid"]),
                act(11, "Undo", "https://as.test/a/3")]  # fmt: skip
        acts = acts[::-1]
        theirs, bens = f"{home}/n/3", f"{home}/users/ben"
        answer = {"id": "https://as.test/n/20", "type": "Note", "content": "@ann yes", "inReplyTo": theirs, "tag": [{"type": "Mention", "href": me}]}  # fmt: skip
        by_ben = [
            {**act(number, kind, inner), "actor": bens}
            for number, (kind, inner) in enumerate(
                (("Create", answer), ("Like", theirs), ("Dislike", theirs), ("Announce", theirs), ("Follow", me)), 12
            )
        ]
        if asked.path == "/users/ben":
            return Reply({"id": bens, "type": "Person", "outbox": f"{bens}/outbox"})
        if asked.path == "/users/ben/outbox":
            return Reply({"type": "OrderedCollection", "orderedItems": by_ben[::-1]})
        if asked.path == "/users/ann":
            return Reply({"id": me, "type": "Person", "outbox": f"{home}/users/ann/outbox", "discoverable": True})
        if asked.path == "/users/ann/outbox" and "page" not in asked.params:
            first = {
                "type": "OrderedCollectionPage",
                "orderedItems": acts[:page],
                "next": f"{home}/users/ann/outbox?page=2",
            }
            return Reply({"type": "OrderedCollection", "totalItems": 0, "first": first})
        if asked.path == "/users/ann/outbox":
            number = int(asked.one("page"))
            shown = acts[(number - 1) * page : number * page]
            following = (
                {"next": f"{home}/users/ann/outbox?page={number + 1}"} if shown else {}
            )  # the last leads to an empty one
            return Reply({"type": "OrderedCollectionPage", "orderedItems": shown, **following})
        return Reply({"error": "gone"}, 404)

    return Invented(
        "activitystreams",
        ("{url}/users/ann", "{url}/users/ben"),
        answering,
        "case_counts = true",
        strangers=("cid",),
        cursor="page",
    )


NETWORKS_TOO = {
    made().kind: made for made in (stackexchange, hackernews, gitlab, lemmy, zulip, youtube, reddit, activitystreams)
}


if __name__ == "__main__":
    print(json.dumps(sorted(NETWORKS_TOO)))
