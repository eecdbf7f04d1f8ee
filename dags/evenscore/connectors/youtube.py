"""YouTube: the videos of people's channels, and who commented on them. Reads cost one unit of 10,000 a day.

Likes, views and followers are counters that fall, and are not counted as events.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from evenscore.base.sources import Source
from evenscore.connectors.counters import sound
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, Subject, counts
from evenscore.connectors.instants import instant_of
from evenscore.connectors.paging import by_cursor
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Row, need, need_id, seek

V3 = "/youtube/v3/"
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where the day ends by which requests are counted."""
DAILY = re.compile(r"quota ?exceeded|dailylimit", re.IGNORECASE)
NO_COMMENTS = "commentsDisabled|videoNotFound|playlistNotFound"


def _items(body: Any) -> list[Any] | None:
    """The items of a list; where there are none, some lists do not have the key, and say so."""
    found = seek(body, "items")
    if found is None and seek(body, "pageInfo", "totalResults") == 0:
        return []
    return found if isinstance(found, list) else None


PAGED: dict[str, Any] = {"items": _items, "next": by_cursor("nextPageToken", "pageToken")}


def _video(item: Row) -> Subject | None:
    count = int(seek(item, "statistics", "commentCount") or 0)
    return Subject({"video": str(item["id"]), "owner": str(item["snippet"]["channelId"])}, count)


def _thread(item: Row) -> Subject | None:
    count, shown = seek(item, "snippet", "totalReplyCount") or 0, seek(item, "replies", "comments") or []
    if count <= len(shown):
        return None
    author, video = _author(seek(item, "snippet", "topLevelComment")), str(seek(item, "snippet", "videoId"))
    return Subject({"thread": str(item["id"]), "video": video, **({"owner": str(author)} if author else {})}, count)


class YouTube(Network):
    """Channels by their id."""

    kind: ClassVar[str] = "youtube"
    verbs: ClassVar[Mapping[str, str]] = {"post": "videos", "reply": "comments"}
    unread: ClassVar[tuple[str, ...]] = (
        "who liked, viewed or follows: counters that can fall",
        "private and unlisted videos",
        "what they comment on others' videos: no list of it is shown",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("channels", V3 + "channels", ACCOUNT, "the list that holds a channel's videos", 50, batch="actor",
                 params={"part": "snippet,contentDetails,statistics,status", "id": "{actor}", "maxResults": "50"},
                 items=_items, shows_profile=True, answers="id"),
        Endpoint("playlistItems", V3 + "playlistItems", ACCOUNT, "which videos there are", 50,
                 params={"part": "snippet,contentDetails", "playlistId": "{uploads}", "maxResults": "50"}, **PAGED,
                 instant=instant_of("snippet", "publishedAt"), is_newest_first=True, recheck=WINDOW,
                 counted="videoCount", nothing_says=NO_COMMENTS),
        Endpoint("videos", V3 + "videos", "playlistItems", "the videos, and how many comments each has", 50,
                 params={"part": "snippet,statistics,status", "id": "{id}", "maxResults": "50"}, items=_items,
                 batch="id", answers="id",
                 about=lambda item: Subject({"id": str(need(item, "snippet", "resourceId", "videoId"))})),
        Endpoint("commentThreads", V3 + "commentThreads", "videos", "who commented",
                 params={"part": "snippet,replies", "videoId": "{video}", "maxResults": "100"},
                 **PAGED, about=_video, owner="snippet.channelId",
                 weighs=lambda item: 1 + sound(seek(item, "snippet", "totalReplyCount")),
                 nothing_says=NO_COMMENTS),
        Endpoint("comments", V3 + "comments", "commentThreads", "replies beyond the five that a thread shows",
                 params={"part": "snippet", "parentId": "{thread}", "maxResults": "100"},
                 **PAGED, about=_thread, owner="evenscore.about.owner"),
    )  # fmt: skip

    def authorise(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """An API key, in a header."""
        return {"X-Goog-Api-Key": secret}, {}

    def waits(self, said: str, there: datetime) -> datetime | None:
        """A day's quota lasts until midnight."""
        tomorrow = there.astimezone(PACIFIC) + timedelta(days=1)
        return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0) if DAILY.search(said) else None

    def account_of(self, item: Row) -> dict[str, str]:
        """The channel's id is for good, its handle is not."""
        uploads = seek(item, "contentDetails", "relatedPlaylists", "uploads") or f"UU{str(item['id'])[2:]}"
        listed = counts(item.get("statistics") or {}, "videoCount")
        return {"id": str(need(item, "id")), "uploads": str(uploads), **listed}

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What is not public."""
        status = seek(item, "status", "privacyStatus")
        if endpoint != "channels" and status not in (None, "public"):
            return f"a video that is {status}"
        first = seek(item, "snippet", "topLevelComment", "snippet", "moderationStatus")
        held = first or seek(item, "snippet", "moderationStatus")
        if held not in (None, "published"):
            return f"a comment that is {held}"
        return "not public" if seek(item, "snippet", "isPublic") is False else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {"channels": _channel, "playlistItems": _listed, "videos": _posted, "commentThreads": _threads,
                "comments": _comment}  # fmt: skip

    def recognised(self, record: Row) -> str | None:
        """Every object says its kind."""
        kinds = {"video": "videos", "commentThread": "commentThreads", "comment": "comments", "channel": "channels"}
        return kinds.get(str(record.get("kind")).partition("#")[2])

    def event_of(self, record: Row) -> str | None:
        """A video's own, also where it stands in a list of them."""
        return f"video-{seek(record, 'snippet', 'resourceId', 'videoId') or record.get('id')}"


def _author(comment: Any) -> Any:
    return seek(comment, "snippet", "authorChannelId", "value") if isinstance(comment, dict) else None


def _channel(item: Row, asked: Row, _source: Source) -> Rows:
    names, status = [seek(item, "snippet", "customUrl")], seek(item, "status", "privacyStatus")
    yield from profile(asked["at"], need(item, "id"), names, created_at=seek(item, "snippet", "publishedAt"),
                       is_private=status not in (None, "public"))  # fmt: skip


def _listed(_item: Row, _asked: Row, _source: Source) -> Rows:
    raise Ignored("a place in a list of videos")


def _posted(item: Row, _asked: Row, _source: Source) -> Rows:
    video, snippet = f"video-{need_id(item, 'id')}", need(item, "snippet")
    text = "\n\n".join(filter(None, (snippet.get("title"), snippet.get("description"))))
    yield activity(video, "post", need(snippet, "channelId"), video, None, need(snippet, "publishedAt"), text)


def _threads(item: Row, asked: Row, _source: Source) -> Rows:
    """A thread's first comment answers the video; those that it shows answer the comment."""
    top, about = need(item, "snippet", "topLevelComment"), asked.get("about") or {}
    if seek(item, "snippet", "videoId") is None:
        raise Ignored("a comment on a channel")
    yield _said(
        top, f"video-{need_id(item, 'snippet', 'videoId')}", about.get("owner") or seek(item, "snippet", "channelId")
    )
    for reply in seek(item, "replies", "comments") or ():
        yield _said(reply, f"comment-{need_id(top, 'id')}", _author(top))


def _comment(item: Row, asked: Row, _source: Source) -> Rows:
    about = asked.get("about") or {}
    told = need_id(item, "snippet", "parentId") if seek(item, "snippet", "parentId") else about.get("thread")
    parent = told or need_id(item, "id").partition(".")[0]
    yield _said(item, f"comment-{parent}", about.get("owner"))


def _said(item: Row, about: str, of: Any) -> tuple[str, Row]:
    at, shown = need(item, "snippet", "publishedAt"), seek(item, "snippet", "textDisplay")
    text = seek(item, "snippet", "textOriginal") or cooked_text(str(shown or ""))
    return activity(f"comment-{need_id(item, 'id')}", "reply", _author(item), about, of, at, text)
