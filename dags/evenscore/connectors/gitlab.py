"""GitLab: issues and merge requests of a project, what answers them, and who awarded them what.

Confidential issues, internal notes and what the system wrote are left out, even where a token may see them.
"""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, PLACE, WINDOW, Endpoint, Subject
from evenscore.connectors.instants import instant_of
from evenscore.connectors.paging import by_link
from evenscore.connectors.pulled import ASKED, Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Row, need, need_id, seek

LIKES, DISLIKES = frozenset({"thumbsup", "heart", "tada", "rocket", "smile", "clap", "100"}), frozenset({"thumbsdown"})
TONE = re.compile(r"_tone[1-5]$")
"""How the name of an award ends that has the colour of a skin."""
KINDS = {"issues": "issue", "merge_requests": "mr"}
TYPES = {"Issue": "issue", "MergeRequest": "mr"}
PROGRAM = re.compile(r"(project|group)_\d+_bot(_|\d*$)|service_account_")
"""The names of accounts that belong to a token."""
TAKEN_AWAY = re.compile("block|banned")
"""The states of an account that the server's administrators have closed."""
BY_UPDATE = {"per_page": "100", "order_by": "updated_at", "sort": "asc", "scope": "all"}


def _about(counter: str) -> Callable[[Row], Subject | None]:
    def about(item: Row) -> Subject | None:
        count = sum(item.get(name) or 0 for name in counter.split("+"))
        author = str(seek(item, "author", "id"))
        place = str(seek(item, ASKED, "about", "place"))
        values = {
            "place": place,
            "project": str(item.get("project_id") or place),
            "iid": str(item.get("iid")),
            "owner": author,
            "called": str(seek(item, "author", "username")),
        }
        return Subject(values, count)

    return about


def _updated(item: Row) -> Subject | None:
    """Nobody counts approvals; when a merge request was updated tells that there may be one more."""
    found = _about("iid")(item)
    return found and Subject({**found.values, "at": str(item.get("created_at"))}, str(item.get("updated_at")))


class GitLab(Network):
    """The projects that `places` names, of one server."""

    kind: ClassVar[str] = "gitlab"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "issues, merge requests",
        "reply": "notes",
        "review": "approvals of merge requests; dated like the merge request where their date is not told",
        "merge": "merged merge requests",
        "like": "award thumbsup and other glad ones",
        "dislike": "award thumbsdown",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "who starred, with a date",
        "forks",
        "discussions that are accepted: there are none",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("users", "/api/v4/users", ACCOUNT, "the account's id", 1, params={"username": "{account}"},
                 path_by_id="/api/v4/users/{id}", shows_profile=True),
        *(
            Endpoint(kind, "/api/v4/projects/{place}/" + kind, PLACE, what, params=BY_UPDATE, next=by_link,
                     instant=instant_of("updated_at"), made=instant_of("created_at"), since="updated_after",
                     total="x-total", recheck=WINDOW)
            for kind, what in (("issues", "issues"), ("merge_requests", "merge requests"))
        ),
        *(
            Endpoint(f"{kind}-notes", "/api/v4/projects/{place}/" + kind + "/{iid}/notes", kind,
                     "notes on consenting people's", params={"per_page": "100"}, next=by_link, owner="author.id",
                     about=_about("user_notes_count"))
            for kind in KINDS
        ),
        *(
            Endpoint(f"{kind}-awards", "/api/v4/projects/{place}/" + kind + "/{iid}/award_emoji", kind,
                     "awards to consenting people's", params={"per_page": "100"}, next=by_link, owner="author.id",
                     about=_about("upvotes+downvotes"))
            for kind in KINDS
        ),
        Endpoint("approvals", "/api/v4/projects/{place}/merge_requests/{iid}/approvals", "merge_requests",
                 "who approved consenting people's", 1000, items="approved_by", owner="author.id", about=_updated),
    )  # fmt: skip

    def authorise(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """A personal or project token."""
        return {"PRIVATE-TOKEN": secret, "Authorization": f"Bearer {secret}"}, {}

    def account_of(self, item: Row) -> dict[str, str]:
        """The number is for good, the name is not."""
        return {"id": str(need(item, "id")), "username": str(need(item, "username"))}

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What is confidential or internal, and what people did not write."""
        for flag in ("confidential", "internal"):
            if item.get(flag) is True:
                return flag
        return "a system note" if item.get("system") is True else None

    def hides(self, item: Row) -> str | None:
        """A profile whose activity is private, or that is blocked."""
        closed = TAKEN_AWAY.search(str(item.get("state")))
        return "private_profile" if item.get("private_profile") is True else closed and "blocked"

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {
            "users": self._user,
            **dict.fromkeys(KINDS, _thread),
            **{f"{kind}-notes": self._note for kind in KINDS},
            **{f"{kind}-awards": _award for kind in KINDS},
            "approvals": _approval,
        }

    def _user(self, item: Row, asked: Row, _source: Source) -> Rows:
        is_bot = item.get("bot") is True or _is_program(item)
        yield from profile(asked["at"], need(item, "id"), [item.get("username")], created_at=item.get("created_at"),
                           is_private=self.hides(item) is not None, is_bot=is_bot)  # fmt: skip

    def _note(self, item: Row, asked: Row, _source: Source) -> Rows:
        kind = TYPES.get(str(need(item, "noteable_type")))
        if kind is None:
            raise Ignored(f"a note on {item['noteable_type']}")
        about = asked.get("about") or {}
        owner, project = about.get("owner"), item.get("project_id") or about.get("project") or about.get("place")
        yield from _acted(item["author"], activity(
            f"note-{need_id(item, 'id')}", "reply", _who(item, "author"),
            f"{kind}-{project}-{need_id(item, 'noteable_iid')}", owner, need(item, "created_at"), item.get("body"),
        ))  # fmt: skip


def _is_program(user: Row) -> bool:
    return bool(PROGRAM.match(str(user.get("username"))))


def _who(item: Row, key: str) -> str | None:
    """Whose something is; nobody's, where it was left behind by deleted accounts, which all have one name."""
    number, is_ghost = need_id(item, key, "id"), seek(item, key, "name") == "Ghost User"
    return None if is_ghost and str(seek(item, key, "username")).startswith("ghost") else number


def _acted(user: Row, act: tuple[str, Row]) -> Rows:
    """What somebody did, and that they are a program, where their name says so."""
    yield act
    if _is_program(user):
        yield "accounts", {"account_id": act[1]["actor_id"], "captured_at": act[1]["occurred_at"], "is_bot": True}


def _thread(item: Row, asked: Row, _source: Source) -> Rows:
    kind = KINDS[asked["endpoint"]]
    event, who = f"{kind}-{need_id(item, 'project_id')}-{need_id(item, 'iid')}", _who(item, "author")
    text = "\n\n".join(filter(None, (item.get("title"), item.get("description"))))
    yield from _acted(item["author"], activity(event, "post", who, event, None, need(item, "created_at"), text))
    by = next((key for key in ("merge_user", "merged_by") if seek(item, key, "id")), None)
    if item.get("merged_at") and by:
        yield activity(f"{event}-merge", "merge", _who(item, by), event, who, item["merged_at"])


def _award(item: Row, asked: Row, _source: Source) -> Rows:
    name, about = TONE.sub("", str(need(item, "name"))), asked.get("about") or {}
    if name not in LIKES | DISLIKES:
        raise Ignored(f"award {name}")
    kind = KINDS[asked["endpoint"].removesuffix("-awards")]
    thread = f"{kind}-{about.get('project') or about.get('place')}-{about.get('iid')}"
    verb = "like" if name in LIKES else "dislike"
    award = activity(f"award-{need_id(item, 'id')}", verb, _who(item, "user"), thread, about.get("owner"),
                     need(item, "created_at"))  # fmt: skip
    yield from _acted(item["user"], award)


def _approval(item: Row, asked: Row, _source: Source) -> Rows:
    about, by = asked.get("about") or {}, need_id(item, "user", "id")
    thread = f"mr-{about.get('project') or about.get('place')}-{about.get('iid')}"
    at = item.get("approved_at") or need(about, "at")
    yield activity(f"approval-{thread}-{by}", "review", _who(item, "user"), thread, about.get("owner"), at)
