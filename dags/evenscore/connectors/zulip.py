"""Zulip: messages of public channels, with the reactions that stand in them. Direct messages are never kept.

The first message of a topic is a post, the others are replies. Reactions bear no date: they are dated like the message.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import SITE, Endpoint
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import Next, Page
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Row, each, need, need_id, text

WINDOW = timedelta(days=14)
"""For so long a message's reactions, which stand in it, are looked at again by a re-check."""
LIKES = frozenset(
    {"+1", "thumbs_up", "heart", "tada", "octopus", "rocket", "smile", "100", "clap", "working_on_it", "check"}
)
DISLIKES = frozenset({"-1", "thumbs_down"})
PUBLIC = json.dumps([{"operator": "channels", "operand": "public"}])
DIRECT = ("private", "direct")
"""The types of a direct message: today's and what the API calls it elsewhere."""
SYSTEM = "zulipinternal"
"""The realm of the programs that tell of channels, of topics that were moved or resolved, in everybody's topics."""
RESOLVED = re.compile("^✔( ?✔)* ")
"""What stands before the name of a topic that is resolved."""
NAMED = re.compile(r"(?<!_)@\*\*[^*|]+\|(\d+)\*\*|class=\"user-mention\"[^>]*data-user-id=\"(\d+)\"")
"""A mention that bears its id; a silent one (`@_**`) is none."""
MUTE = re.compile(r"(?m)^(`{3,}|~{3,})[\s\S]*?(?:^\1[`~]*\s*$|\Z)|^>.*$|(?<!`)(`+)(?!`).*?(?<!`)\2(?!`)")
"""Code and quotes, as they are written: they name nobody."""
EMPTIED = re.compile(r"(?:<p>)?\(deleted\)(?:</p>)?")
"""What Zulip writes into a message that its sender has emptied, where nobody may delete one."""
MARKDOWN = "text/x-markdown"


def _newest(body: Any) -> list[Any] | None:
    """The messages of a page, which begins with its oldest, in the order in which the pages come."""
    found = body["messages"]
    return found[::-1] if isinstance(found, list) else None


def _older(page: Page) -> Next | None:
    """Messages are read from the newest down."""
    numbers = [item["id"] for item in each(page.items)]
    return (
        Next({"anchor": str(min(numbers)), "include_anchor": "false"})
        if numbers and not page.body.get("found_oldest")
        else None
    )


class Zulip(Network):
    """One organisation, as far as its public channels go."""

    kind: ClassVar[str] = "zulip"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "the first message of a topic",
        "reply": "further messages",
        "like": "glad reactions, dated like the message",
        "dislike": "thumbs down",
        "mention": "mentions with an id",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "direct messages and private channels: never read",
        "when something was deleted: it vanishes from the list without a word",
        "the dates of reactions",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("users", "/api/v1/users", SITE, "who is there, and which accounts are programs", 10_000,
                 items="members", nothing=()),
        Endpoint("messages", "/api/v1/messages", SITE, "messages of public channels, and their reactions", 1_000,
                 params={"anchor": "newest", "num_before": "1000", "num_after": "0", "narrow": "{narrow}",
                         "apply_markdown": "false"},
                 items=_newest, next=_older, instant=instant_of("timestamp"), is_newest_first=True,
                 recheck=WINDOW, nothing=()),
    )  # fmt: skip

    def authorise(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """`address-of-the-bot:key`."""
        return {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}, {}

    def given(self, source: Source) -> dict[str, str]:
        """The narrow that asks for public channels alone."""
        return {"narrow": PUBLIC}

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """Direct messages, whatever was asked for; and what a program wrote on the network's behalf."""
        if item.get("type") in DIRECT or isinstance(item.get("display_recipient"), list):
            return "a direct message"
        if item.get("sender_realm_str") == SYSTEM:
            return "a message of the system"
        if item.get("invite_only") is True or item.get("is_private") is True:
            return "a private channel"
        return "a guest" if endpoint == "users" and item.get("is_guest") is True else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {"messages": self._message, "users": _user}

    def recognised(self, record: Row) -> str | None:
        """A message by its sender."""
        return "messages" if "sender_id" in record else "users" if "user_id" in record else None

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Of a message, by its number, the topic that it is in by now, and who wrote it."""
        is_there = "sender_id" in record and not EMPTIED.fullmatch(str(record.get("content")))
        if is_there and not self.left_out("messages", record):
            yield str(int(record["id"])), f"{_topic(record)}|{record['sender_id']}"

    def settled(self, told: dict[str, str | None]) -> Mapping[str, str | None]:
        """A topic is the sender's whose message has the lowest number, which stands there, too."""
        found = dict[str, str | None]()
        for number in sorted(map(int, told), reverse=True):
            topic, _, who = str(told[str(number)]).rpartition("|")
            found[topic] = f"{who}|{number}"
        return found

    def _message(self, item: Row, _asked: Row, source: Source) -> Rows:
        number, who, at = need_id(item, "id"), need(item, "sender_id"), iso(need(item, "timestamp"))
        first, _, first_id = str(self.authors.get(_topic(item)) or f"{who}|{number}").partition("|")
        said = str(item.get("content") or "")
        event, topic = f"message-{number}", _topic(item)
        if EMPTIED.fullmatch(said):
            raise Ignored("emptied", event)
        is_first = str(number) == first_id
        yield activity(event, "post" if is_first else "reply", who, topic, None if is_first else first, at,
                       said if item.get("content_type") == MARKDOWN else cooked_text(said))  # fmt: skip
        for named in dict.fromkeys(one or other for one, other in NAMED.findall(MUTE.sub("", said))):
            yield activity(f"{event}-m-{named}", "mention", who, topic, named, at)
        for reaction in item.get("reactions") or ():
            name, liker = (
                str(reaction.get("emoji_name")),
                reaction.get("user_id") or (reaction.get("user") or {}).get("id"),
            )
            if liker is not None and name in LIKES | DISLIKES:
                verb = "like" if name in LIKES else "dislike"
                yield activity(f"{verb}:{number}:{liker}:{name}", verb, liker, event, who, at)


def _topic(item: Row) -> str:
    """A topic is known by its name, whatever its case, and keeps it when it is resolved."""
    return f"topic-{need_id(item, 'stream_id')}-{RESOLVED.sub('', text(item, 'subject') or '').casefold()}"


def _user(item: Row, asked: Row, _source: Source) -> Rows:
    number: Any = need(item, "user_id")
    yield from profile(asked["at"], number, [], created_at=iso(item.get("date_joined")),
                       is_bot=item.get("is_bot") is True,
                       is_private=item.get("is_active") is False)  # fmt: skip
