"""Hacker News: what people posted and commented, and who answered them, by Algolia's index.

It stops at a thousand hits, so a walk goes on before the oldest one. Points are a counter that can fall.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, Subject
from evenscore.connectors.instants import instant_of
from evenscore.connectors.paging import Next, Page
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import Network, Rows, activity
from evenscore.connectors.records import Ignored, Malformed, Row, each, need, need_id

HITS = 1000


def _earlier(page: Page) -> Next | None:
    """Hits from before the oldest one, as long as there are more; those of its own second come again."""
    oldest = min((item["created_at_i"] for item in each(page.items)), default=None)
    told, following = page.body.get("nbHits"), f"created_at_i<={oldest}"
    is_all = len(page.items) >= told if isinstance(told, int) else len(page.items) < HITS
    if oldest is None or is_all:
        return None
    if following == page.params.get("numericFilters"):
        raise Malformed("a page that is of one second alone")
    return Next({"numericFilters": following})


def _answered(item: Row) -> Subject | None:
    count, values = item.get("num_comments"), {"story": str(item["objectID"]), "owner": str(item.get("author"))}
    return Subject(values, count) if count is not None else None


class HackerNews(Network):
    """The one there is."""

    kind: ClassVar[str] = "hackernews"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "stories, polls, jobs",
        "reply": "comments",
        "like": "points beyond the first, as a count: anonymous, dated like the story",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "who voted, and when: points are a counter",
        "who answered their comments on others' stories",
        "what was deleted or is dead",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("search", "/api/v1/search_by_date", ACCOUNT, "stories and comments", HITS,
                 params={"tags": "author_{account},(story,comment,poll,job)", "hitsPerPage": str(HITS)}, items="hits",
                 next=_earlier, instant=instant_of("created_at_i"), is_newest_first=True,
                 recheck=WINDOW, total="nbHits", nothing=()),
        Endpoint("answers", "/api/v1/search_by_date", "search", "who commented on their stories", HITS,
                 params={"tags": "comment,story_{story}", "hitsPerPage": str(HITS)}, items="hits", next=_earlier,
                 about=_answered, owner="author", total="nbHits", nothing=()),
    )  # fmt: skip

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {"search": self._hit, "answers": self._hit, "item": self._item}

    def recognised(self, record: Row) -> str | None:
        """A hit of the index, or an item of the site's own interface."""
        return "search" if "objectID" in record else "item" if "id" in record and "type" in record else None

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Every item."""
        number = record.get("objectID") or record.get("id")
        if number and (author := record.get("author") or record.get("by")):
            yield f"item-{number}", str(author)

    def counted(self, record: Row) -> Iterator[tuple[str, str, Any]]:
        """The points of a story; the first one is its author's own."""
        number, points = record.get("objectID") or record.get("id"), record.get("points", record.get("score"))
        if number and isinstance(points, int):
            yield f"item-{number}", "like", points - 1

    def _hit(self, item: Row, _asked: Row, _source: Source) -> Rows:
        event, text = f"item-{need_id(item, 'objectID')}", item.get("comment_text") or item.get("story_text")
        row = self._row(event, item.get("author"), item.get("parent_id"), need(item, "created_at"),
                        item.get("title") if not item.get("parent_id") else None, text)  # fmt: skip
        yield row
        yield from self.tallied(item, row[1])

    def _item(self, item: Row, _asked: Row, _source: Source) -> Rows:
        if item.get("deleted") or item.get("dead"):
            raise Ignored("deleted" if item.get("deleted") else "dead", f"item-{need_id(item, 'id')}")
        if item["type"] == "pollopt":
            raise Ignored("pollopt")
        at = (
            datetime.fromtimestamp(need(item, "time")).astimezone().isoformat()
            if "time" in item
            else item["created_at"]
        )
        row = self._row(f"item-{need_id(item, 'id')}", item.get("by") or item.get("author"),
                        item.get("parent") or item.get("parent_id"), at, item.get("title"),
                        item.get("text"))  # fmt: skip
        yield row
        yield from self.tallied(item, row[1])

    def _row(self, event: str, who: Any, parent: Any, at: Any, title: Any, text: Any) -> tuple[str, Row]:
        said = "\n\n".join(filter(None, (title, cooked_text(str(text or "")))))
        if parent is None:
            return activity(event, "post", who, event, None, at, said)
        return activity(event, "reply", who, f"item-{parent}", self.authors.get(f"item-{parent}"), at, said)
