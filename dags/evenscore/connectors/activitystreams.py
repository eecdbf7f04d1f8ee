"""ActivityStreams 2.0: a person's public outbox, and activities as files. Only what is addressed to everybody counts.

Everything may be a text, an object or a list of either; nobody relies on `totalItems`, which is often a lie.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin

from evenscore.base.sources import Source
from evenscore.connectors.as2_shapes import (
    ACT,
    ACTORS,
    PROGRAMS,
    SAID,
    TAKING_BACK,
    VERBS,
    actor_of,
    address,
    addressed_to,
    date_of,
    event_at,
    every,
    inner_of,
    is_at,
    is_first_hand,
    kind_of,
    one,
    words_of,
)
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import Next, Page
from evenscore.connectors.paging import to_url as at_url
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import ASKED, Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Malformed, Row, need, seek

AS2 = {"Accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json'}
PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
DISLIKES = frozenset({"👎", "👎🏻", "👎🏼", "👎🏽", "👎🏾", "👎🏿"})
"""What a like says that is none: some servers send every reaction as one."""
HIDING = {"discoverable": False, "indexable": False, "toot:discoverable": False, "toot:indexable": False,
          "suspended": True, "_misskey_requireSigninToViewContents": True}  # fmt: skip
"""The flags by which somebody asks not to be found, or to be shown to those alone who have signed in."""


def _listed(body: Any) -> list[Any] | None:
    """The items of a collection, a page of one, or the page that stands in it."""
    if not isinstance(body, dict) or "Collection" not in kind_of(body):
        return None
    holders = [holder for holder in (body, body.get("first")) if isinstance(holder, dict)]
    found = (every(holder[key]) for holder in holders for key in ("orderedItems", "items") if key in holder)
    return [{"id": item} if isinstance(item, str) else item for item in next(found, ())]


def _further(page: Page) -> Next | None:
    first = None if kind_of(page.body).endswith("Page") else page.body.get("first")  # some pages name it, too
    following = page.body.get("next") or (first.get("next") if isinstance(first, dict) else first)
    target = address(following)
    return at_url(urljoin(page.url, target)) if target else None


class ActivityStreams(Network):
    """Outboxes of one server, by their owner's address."""

    kind: ClassVar[str] = "activitystreams"
    headers: ClassVar[Mapping[str, str]] = AS2
    may_lack_dates: ClassVar[bool] = True
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "Create of a Note, Article, Page or the like",
        "reply": "the same with inReplyTo",
        "repost": "Announce",
        "like": "Like, EmojiReact",
        "dislike": "Dislike",
        "follow": "Follow",
        "mention": "tags of type Mention",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "whatever is not addressed to everybody",
        "whose an object is, where neither the act nor its own server's outbox says so: it then counts for nobody",
        "servers that answer signed requests alone",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("actor", "{account}", ACCOUNT, "the person, their flags and their outbox", 1, shows_profile=True),
        Endpoint("outbox", "{outbox}", ACCOUNT, "what they did in public", 20, items=_listed, next=_further,
                 instant=instant_of("published"), is_newest_first=True, recheck=WINDOW),
    )  # fmt: skip

    def account_of(self, item: Row) -> dict[str, str]:
        """The address is for good."""
        return {"id": str(need(item, "id")), "outbox": str(address(need(item, "outbox")))}

    def hides(self, item: Row) -> str | None:
        """The flags by which somebody asks not to be found."""
        if kind_of(item) == "Tombstone":
            return "gone"
        found = (flag for flag, asks in HIDING.items() if item.get(flag) is asks)
        return next((f"{flag} is {str(HIDING[flag]).lower()}" for flag in found), None)

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What is addressed to some people only; what is addressed to nobody is no secret where it is no text."""
        if endpoint == "actor":
            return None
        inner = inner_of(item)
        if TAKING_BACK & {kind_of(item), kind_of(inner)}:
            return None
        # Whatever is innermost and addressed at all decides: an act is no more for everybody than what it is about.
        told = next(filter(None, map(addressed_to, (inner_of(inner), inner, item))), set[str]())
        is_text = kind_of(item) in {"Create", "Update", "Announce", *SAID}
        return "not addressed to everybody" if (told or is_text) and not PUBLIC & told else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {"actor": self._actor, "outbox": self._activity}

    def recognised(self, record: Row) -> str | None:
        """An actor by its type; anything else that has one is an activity, or an object of one."""
        return None if not kind_of(record) else "actor" if kind_of(record) in ACTORS else "outbox"

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Texts and acts, alone or in the act that made them; no server can tell whose those of another are."""
        is_taking_back = kind_of(record) in TAKING_BACK
        for thing in () if is_taking_back else (record, inner_of(record)):
            event, said = address(thing), kind_of(thing) in SAID
            who = (address(thing.get("attributedTo")) if said else None) or actor_of(record if said else thing)
            is_told = said or kind_of(thing) in {"Announce", *VERBS}
            if is_told and event and who and is_first_hand(event, who, seek(record, ASKED)):
                yield event if said else f"{ACT}{event}", who

    def _actor(self, item: Row, asked: Row, _source: Source) -> Rows:
        at = asked.get("at") or item.get("updated") or item.get("published")
        if at is None:
            raise Ignored("an actor of whom it is not said when")
        yield from profile(iso(at), need(item, "id"), [], is_private=self.hides(item) is not None,
                           is_bot=kind_of(item) in PROGRAMS)  # fmt: skip

    def _activity(self, item: Row, asked: Row, _source: Source) -> Rows:
        kind, inner = kind_of(item), one(item.get("object"))
        if kind in SAID:
            yield from self._said(item, item, asked)
        elif kind in ("Create", "Update") and kind_of(inner) in SAID:
            yield from self._said(inner, item, asked)
        elif kind == "Announce" and inner_of(item).get("actor") and kind_of(inner) != "Announce":
            yield from self._activity(inner, asked, _source)  # a group hands on what its members did
        elif kind in ("Announce", *VERBS):
            target = address(inner) if kind == "Follow" else self._of(inner)
            said = str(item.get("content") or item.get("_misskey_reaction"))
            is_dislike = kind in ("Like", "EmojiReact") and said in DISLIKES
            verb = "dislike" if is_dislike else VERBS.get(kind, "repost")
            self._require_own(item, event_at(item), actor_of(item), asked)
            yield activity(event_at(item), verb, actor_of(item), address(inner), target, date_of(item))
        elif kind in TAKING_BACK:
            event, who = address(item if kind == "Tombstone" else inner), actor_of(item) or seek(asked, "about", "id")
            if event and who:
                self._require_own(item, event, who, asked)
            raise Ignored(kind, event)
        elif not kind:
            raise Malformed("an activity without a type")
        else:
            raise Ignored(kind)

    def _require_own(self, act: Row, event: str, who: str | None, asked: Row) -> None:
        """Raise Ignored for what somebody says of an event that is another's.

        Whose it is tells its owner's outbox; of what none has told, its address does, which is where it can be taken
        down, and anybody may tell that it is there.
        """
        owner = self.authors.get(event) or self.authors.get(f"{ACT}{event}")
        is_own = owner == who and is_first_hand(event, who, asked) if owner else is_at(event, who)
        if not is_own and (owner or kind_of(act) in TAKING_BACK):
            raise Ignored(f"{kind_of(act)} of what is somebody else's")

    def _of(self, thing: Any) -> str | None:
        """Whose an object is: what it says itself, or what another item of the source has told of its address."""
        said = address(thing.get("attributedTo")) if isinstance(thing, dict) else None
        return said or self.authors.get(str(address(thing)))

    def _said(self, thing: Row, act: Row, asked: Row) -> Rows:
        """A text, by its own address: the same whether it comes alone or in the act that made it."""
        told = (one for key in ("attributedTo", "actor") for one in every(thing.get(key)))
        authors = list(filter(None, map(address, told)))
        event, who = event_at(thing), next(iter(authors), None) or actor_of(act)
        if authors and (actor_of(act) or who) not in authors:
            raise Ignored(f"{kind_of(act)} of what is somebody else's")
        self._require_own(act, event, who, asked)
        parent, at = thing.get("inReplyTo"), date_of(thing, act)
        text = "\n\n".join(filter(None, (words_of(thing, "name"), cooked_text(str(words_of(thing, "content") or "")))))
        about = ("reply", who, address(parent), self._of(parent)) if address(parent) else ("post", who, event, None)
        yield activity(event, *about, at, text)
        tags = (address(tag.get("href")) for tag in every(thing.get("tag")) if kind_of(tag) == "Mention")
        for named in dict.fromkeys(filter(None, tags)):
            yield activity(f"{event}-m-{named}", "mention", who, event, named, at)
