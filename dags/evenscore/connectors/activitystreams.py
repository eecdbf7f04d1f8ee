"""ActivityStreams 2.0: a person's public outbox, and activities as files. Only what is addressed to everybody counts.

Everything may be a text, an object or a list of either; nobody relies on `totalItems`, which is often a lie.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from evenscore.base.settings import Source
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import Next, Page
from evenscore.connectors.paging import to_url as at_url
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Malformed, Row, need

AS2 = {"Accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json'}
PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
DISLIKES = frozenset({"👎", "👎🏻", "👎🏼", "👎🏽", "👎🏾", "👎🏿"})
"""What a like says that is none: some servers send every reaction as one."""
HIDING = {"discoverable": False, "indexable": False, "toot:discoverable": False, "toot:indexable": False,
          "suspended": True, "_misskey_requireSigninToViewContents": True}  # fmt: skip
"""The flags by which somebody asks not to be found, or to be shown to those alone who have signed in."""
VERBS = {"Like": "like", "Dislike": "dislike", "Follow": "follow", "EmojiReact": "like"}
SAID = frozenset({"Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Event", "ChatMessage"})
TAKING_BACK = frozenset({"Undo", "Delete", "Tombstone"})
ACTORS = frozenset({"Person", "Group", "Service", "Application", "Organization"})
PROGRAMS = frozenset({"Service", "Application"})
KNOWN = {"Create", "Update", "Announce", *VERBS, *SAID, *TAKING_BACK, *ACTORS}


def one(value: Any) -> Any:
    """The first of what may be a list."""
    return next(iter(value), None) if isinstance(value, list) else value


def address(value: Any) -> str | None:
    """The address of what may be one, an object that has one, or a list of such."""
    found = one(value)
    found = (found.get("id") or found.get("href")) if isinstance(found, dict) else found
    return found if isinstance(found, str) and found else None


def kind_of(thing: Any) -> str:
    """An object's type, of several the one that is known; its name alone, however much of its address is written."""
    told = _all(thing.get("type") or None) if isinstance(thing, dict) else ()
    kinds = [re.split("[#:]", str(name))[-1] for name in told]
    return next((name for name in kinds if name in KNOWN), "".join(kinds[:1]))


def _listed(body: Any) -> list[Any] | None:
    """The items of a collection, a page of one, or the page that stands in it."""
    if not isinstance(body, dict) or "Collection" not in kind_of(body):
        return None
    holders = [holder for holder in (body, body.get("first")) if isinstance(holder, dict)]
    found = (_all(holder[key]) for holder in holders for key in ("orderedItems", "items") if key in holder)
    return [{"id": item} if isinstance(item, str) else item for item in next(found, ())]


def _further(page: Page) -> Next | None:
    first = page.body.get("first")
    following = page.body.get("next") or (first.get("next") if isinstance(first, dict) else first)
    target = address(following)
    return at_url(urljoin(page.url, target)) if target else None


class ActivityStreams(Network):
    """Outboxes of one server, by their owner's address."""

    kind: ClassVar[str] = "activitystreams"
    headers: ClassVar[Mapping[str, str]] = AS2
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
        found = (flag for flag, asks in HIDING.items() if item.get(flag) is asks)
        return next((f"{flag} is {str(HIDING[flag]).lower()}" for flag in found), None)

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What is addressed to some people only; what is addressed to nobody is no secret where it is no text."""
        if endpoint == "actor":
            return None
        inner = _object(item)
        if TAKING_BACK & {kind_of(item), kind_of(inner)}:
            return None
        told = _addressed(inner) if inner.get("to") else _addressed(item) | _addressed(inner)
        is_text = kind_of(item) in {"Create", "Update", "Announce", *SAID}
        # An act is no more for everybody than what it is about.
        return "not addressed to everybody" if (told or is_text) and not PUBLIC & told else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {"actor": self._actor, "outbox": self._activity}

    def recognised(self, record: Row) -> str | None:
        """An actor by its type; anything else that has one is an activity, or an object of one."""
        return None if not kind_of(record) else "actor" if kind_of(record) in ACTORS else "outbox"

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Texts, alone or in the act that made them; no server can tell whose the texts of another are."""
        for thing in (record, _object(record)):
            event, who = address(thing), address(thing.get("attributedTo")) or _who(record)
            if kind_of(thing) in SAID and event and who and urlsplit(event).netloc == urlsplit(who).netloc:
                yield event, who

    def _actor(self, item: Row, asked: Row, _source: Source) -> Rows:
        at = asked.get("at") or item.get("updated") or item.get("published")
        if at is None:
            raise Ignored("an actor of whom it is not said when")
        yield from profile(iso(at), need(item, "id"), [], is_private=self.hides(item) is not None,
                           is_bot=kind_of(item) in PROGRAMS)  # fmt: skip

    def _activity(self, item: Row, _asked: Row, _source: Source) -> Rows:
        kind, inner = kind_of(item), one(item.get("object"))
        if kind in SAID:
            yield from self._said(item, item)
        elif kind in ("Create", "Update") and kind_of(inner) in SAID:
            yield from self._said(inner, item)
        elif kind == "Announce" and _object(item).get("actor") and kind_of(inner) != "Announce":
            yield from self._activity(inner, _asked, _source)  # a group hands on what its members did
        elif kind == "Announce":
            yield activity(_event(item), "repost", _who(item), address(inner), self._of(inner), _at(item))
        elif kind in VERBS:
            target = address(inner) if kind == "Follow" else self._of(inner)
            said = str(item.get("content") or item.get("_misskey_reaction"))
            verb = "dislike" if kind in ("Like", "EmojiReact") and said in DISLIKES else VERBS[kind]
            yield activity(_event(item), verb, _who(item), address(inner), target, _at(item))
        elif kind in TAKING_BACK:
            raise Ignored(kind, address(item if kind == "Tombstone" else inner))
        elif not kind:
            raise Malformed("an activity without a type")
        else:
            raise Ignored(kind)

    def _of(self, thing: Any) -> str | None:
        """Whose an object is: what it says itself, or what another item of the source has told of its address."""
        said = address(thing.get("attributedTo")) if isinstance(thing, dict) else None
        return said or self.authors.get(str(address(thing)))

    def _said(self, thing: Row, act: Row) -> Rows:
        """A text, by its own address: the same whether it comes alone or in the act that made it."""
        event, who = _event(thing), address(thing.get("attributedTo")) or _who(act)
        parent, at = thing.get("inReplyTo"), iso(thing.get("published")) or _at(act)
        text = "\n\n".join(
            filter(None, (_in_words(thing, "name"), cooked_text(str(_in_words(thing, "content") or ""))))
        )
        about = ("reply", who, address(parent), self._of(parent)) if address(parent) else ("post", who, event, None)
        yield activity(event, *about, at, text)
        tags = (address(tag.get("href")) for tag in _all(thing.get("tag")) if kind_of(tag) == "Mention")
        for named in dict.fromkeys(filter(None, tags)):
            yield activity(f"{event}-m-{named}", "mention", who, event, named, at)


def _object(item: Row) -> Row:
    """What an act is about, where it stands in it."""
    return inner if isinstance(inner := one(item.get("object")), dict) else {}


def _addressed(thing: Row) -> set[str]:
    """To whom something is addressed."""
    return {told for key in ("to", "cc", "audience") for to in _all(thing.get(key)) if (told := address(to))}


def _all(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [] if value is None else [value]


def _event(item: Row) -> str:
    event = address(need(item, "id"))
    if event is None:
        raise Malformed("id is empty")
    return event


def _in_words(thing: Row, key: str) -> Any:
    """A text, or the first of those that stand there by their language."""
    found = thing.get(f"{key}Map")
    return thing.get(key) or (next(iter(found.values()), None) if isinstance(found, dict) else None)


def _who(item: Row) -> str | None:
    return address(item.get("actor") or item.get("attributedTo"))


def _at(item: Row) -> str | None:
    return iso(item.get("published") or _object(item).get("published"))
