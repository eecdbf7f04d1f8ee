"""GitHub over its REST API: what a repository holds, who reacted to consenting people's objects, who starred it.

Issues, comments, reviews and merges are read as the objects on disk are; this file adds what only the API tells.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.base import Parsed
from evenscore.connectors.endpoints import ACCOUNT, PLACE, WINDOW, Endpoint, children
from evenscore.connectors.github import GitHub
from evenscore.connectors.github_accounts import accounts, is_program, login
from evenscore.connectors.instants import instant_of
from evenscore.connectors.paging import by_link
from evenscore.connectors.pulled import ASKED, Network, Rows, covering, profile
from evenscore.connectors.records import Ignored, Row, given, need, need_id, require_ids, seek

LIKES = frozenset({"+1", "heart", "hooray", "rocket", "laugh"})
DISLIKES = frozenset({"-1"})
STARRED = {"Accept": "application/vnd.github.star+json"}
BY_UPDATE = {"per_page": "100", "sort": "updated", "direction": "asc"}
NEWEST = {"per_page": "100", "direction": "desc"}
CALLED = {"called": "user.login"}
"""Whose an object is, by name too: an erasure finds people by their names, for a short number is in every text."""
LISTED: dict[str, Any] = {"next": by_link, "instant": instant_of("updated_at"), "recheck": WINDOW}


def _thread(item: Row) -> Any:
    """Reviews are not counted, but whoever submits one changes when the pull request was updated."""
    return children("updated_at", place="_", number="number", owner="user.id", **CALLED)({**item, "_": _place(item)})


def _reacted(item: Row, key: str) -> Any:
    return children("reactions.total_count", place="_", id=key, owner="user.id", **CALLED)({**item, "_": _place(item)})


def _place(item: Row) -> Any:
    return seek(item, ASKED, "about", "place")


class GitHubApi(GitHub, Network):
    """One repository, and the profiles of those who stand."""

    kind: ClassVar[str] = "github"
    headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    least_wait: ClassVar[float] = 60.0
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "issues, pull requests",
        "reply": "comments, review comments",
        "review": "submitted reviews",
        "merge": "merged pull requests",
        "like": "reactions +1, heart, hooray, rocket, laugh",
        "dislike": "reaction -1",
        "star": "stars, with their date",
        "fork": "forks",
        "mention": "@name in prose",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "when somebody took a star or a reaction back",
        "the dates of follows",
        "discussions (GraphQL); from files on disk they are read",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("user", "/users/{account}", ACCOUNT, "the account's id, kind and follower count", 1,
                 path_by_id="/user/{id}", shows_profile=True),
        Endpoint("issues", "/repos/{place}/issues", PLACE, "issues, and which of them have reactions",
                 params={**BY_UPDATE, "state": "all"}, since="since", **LISTED),
        Endpoint("pulls", "/repos/{place}/pulls", PLACE, "pull requests",
                 params={**NEWEST, "state": "all", "sort": "updated"}, is_newest_first=True, **LISTED),
        Endpoint("issue-comments", "/repos/{place}/issues/comments", PLACE, "comments",
                 params=BY_UPDATE, since="since", **LISTED),
        Endpoint("review-comments", "/repos/{place}/pulls/comments", PLACE, "comments on lines of code",
                 params=BY_UPDATE, since="since", **LISTED),
        Endpoint("issue-events", "/repos/{place}/issues/events", PLACE, "merges",
                 params={"per_page": "100"}, is_newest_first=True, next=by_link, instant=instant_of("created_at")),
        Endpoint("reviews", "/repos/{place}/pulls/{number}/reviews", "pulls", "reviews of consenting people's pulls",
                 params={"per_page": "100"}, next=by_link, owner="user.id",
                 about=_thread),
        Endpoint("stargazers", "/repos/{place}/stargazers", PLACE, "stars",
                 params={"per_page": "100"}, headers=STARRED, next=by_link,
                 instant=instant_of("starred_at")),
        Endpoint("forks", "/repos/{place}/forks", PLACE, "forks", params={"per_page": "100", "sort": "newest"},
                 is_newest_first=True, overlap=timedelta(0), next=by_link, instant=instant_of("created_at"),
                 recheck=WINDOW),
        *(
            Endpoint(f"{parent}-reactions", "/repos/{place}" + path, parent, f"reactions to consenting people's {what}",
                     params={"per_page": "100"}, next=by_link, owner="user.id",
                     about=partial(_reacted, key=key))
            for parent, path, key, what in (
                ("issues", "/issues/{id}/reactions", "number", "issues and pull requests"),
                ("issue-comments", "/issues/comments/{id}/reactions", "id", "comments"),
                ("review-comments", "/pulls/comments/{id}/reactions", "id", "review comments"),
            )
        ),
    )  # fmt: skip

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file of objects, pulled or delivered."""
        return covering(GitHub.parse(self, path, source), path)

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """The rows of an object that only the API tells, or else of one as it also stands in files."""
        asked = record.get(ASKED)
        endpoint = asked.get("endpoint") if isinstance(asked, dict) else None
        is_own = endpoint == "pull" or endpoint in self.readers()
        if asked:
            require_ids(record)
        yield from Network.rows(self, record, source) if is_own else GitHub.rows(self, record, source)

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What only its author may see yet."""
        is_draft = endpoint == "reviews" and str(item.get("state")).casefold() == "pending"
        return "a review that is not submitted" if is_draft else None

    def account_of(self, item: Row) -> dict[str, str]:
        """The number is for good, the login is not."""
        return {"id": str(need(item, "id")), "login": str(need(item, "login"))}

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """What only the API tells."""
        reactions = {f"{parent}-reactions": _reaction for parent in ("issues", "issue-comments", "review-comments")}
        return {"user": _user, "stargazers": _star, "forks": _fork, **reactions}


def _user(item: Row, asked: Row, _source: Source) -> Rows:
    counts = {name: item.get(name) for name in ("followers", "following") if isinstance(item.get(name), int)}
    yield from profile(asked["at"], need(item, "id"), [need(item, "login")], created_at=item.get("created_at"),
                       is_bot=is_program(item), **counts)  # fmt: skip


def _star(item: Row, asked: Row, source: Source) -> Rows:
    if "starred_at" not in item and "login" in item:
        raise Ignored("a star without its date")
    if "starred_at" in item and given(item, "user") is None:
        raise Ignored("a star of a deleted account")
    place, user = seek(asked, "about", "place"), need_id(item, "user", "id")
    star = {**_of_repository(place), "event_id": f"star-{place}-{user}", "verb": "star",
            "actor_id": login(item, "user"), "occurred_at": need(item, "starred_at")}  # fmt: skip
    yield from _with_names(star, item, "user", source)


def _fork(item: Row, asked: Row, source: Source) -> Rows:
    place = seek(asked, "about", "place")
    fork = {**_of_repository(place), "event_id": f"fork-{need_id(item, 'id')}", "verb": "fork",
            "actor_id": login(item, "owner"), "occurred_at": need(item, "created_at")}  # fmt: skip
    yield from _with_names(fork, item, "owner", source)


def _with_names(row: Row, item: Row, user: str, source: Source) -> Rows:
    """A row, and what its account is called and is."""
    activity = {"network": source.network or "github", **row}
    yield "activity", activity
    yield from accounts(activity, item, (item.get(user),))


def _of_repository(place: Any) -> Row:
    return {"object_id": place, "target_id": str(place).partition("/")[0]}


def _reaction(item: Row, asked: Row, source: Source) -> Rows:
    content = need(item, "content")
    if content not in LIKES | DISLIKES:
        raise Ignored(f"reaction {content}")
    parent = {"issues-reactions": "issue", "issue-comments-reactions": "ic", "review-comments-reactions": "rc"}
    reaction = {
        "event_id": f"reaction-{need_id(item, 'id')}",
        "verb": "like" if content in LIKES else "dislike",
        "actor_id": login(item, "user"),
        "object_id": f"{parent[asked['endpoint']]}-{seek(asked, 'about', 'id')}",
        "target_id": seek(asked, "about", "owner"),
        "occurred_at": need(item, "created_at"),
    }
    yield from _with_names(reaction, item, "user", source)
