"""What a new network needs, written into a checkout: connector, invented network, page, and its name everywhere."""

import re
from dataclasses import dataclass
from pathlib import Path

from evenscore.base import atomic_io
from evenscore.base.errors import UsageError
from evenscore.connectors import CONNECTORS
from evenscore.pulling import network_pages

ROOT = Path(__file__).parents[3]
"""The checkout that this code stands in."""
NAME = re.compile(r"[a-z][a-z0-9]{1,30}")

CONNECTOR = '''\
"""CLASS: what people post there, and who answers them. Say here what is odd about it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, Endpoint, children
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import by_cursor
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Row, need, need_id


class CLASS(Network):
    """One server."""

    kind: ClassVar[str] = "NAME"
    verbs: ClassVar[Mapping[str, str]] = {"post": "posts", "reply": "answers"}
    unread: ClassVar[tuple[str, ...]] = ("what its API does not tell",)
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("users", "/users/{account}", ACCOUNT, "the account's id and flags", 1, shows_profile=True),
        Endpoint(
            "posts",
            "/users/{id}/posts",
            ACCOUNT,
            "posts, the newest first",
            params={"limit": "100"},
            items="posts",
            next=by_cursor("cursor"),
            instant=instant_of("created_at"),
            is_newest_first=True,
        ),
        Endpoint(
            "answers",
            "/posts/{post}/answers",
            "posts",
            "who answered consenting people's",
            params={"limit": "100"},
            items="answers",
            next=by_cursor("cursor"),
            about=children("answer_count", post="id", whose="author.id"),
            owner="author.id",
        ),
    )

    def account_of(self, item: Row) -> dict[str, str]:
        """The platform's id that is for good."""
        return {"id": str(need(item, "id"))}

    def hides(self, item: Row) -> str | None:
        """Of a profile, the flag by which somebody asks not to be shown."""
        return "private" if item.get("private") is True else None

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """Of anything else, why it is neither kept nor counted: what it is, or who comes along with it."""
        if item.get("direct") is True:
            return "a direct message"
        author = item.get("author")
        return self.hides(author) if isinstance(author, dict) else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint, what makes rows of (item, what it was the answer to, source)."""
        return {"users": self._user, "posts": _post, "answers": _answer}

    def _user(self, item: Row, asked: Row, _source: Source) -> Rows:
        yield from profile(asked["at"], need(item, "id"), [item.get("name")], is_private=self.hides(item) is not None)


def _post(item: Row, _asked: Row, _source: Source) -> Rows:
    event, at = f"post-{need_id(item, 'id')}", iso(need(item, "created_at"))
    yield activity(event, "post", need(item, "author", "id"), event, None, at, item.get("text"))


def _answer(item: Row, asked: Row, _source: Source) -> Rows:
    event, at, about = f"answer-{need_id(item, 'id')}", iso(need(item, "created_at")), asked["about"]
    post, whose = f"post-{about['post']}", about["whose"]
    yield activity(event, "reply", need(item, "author", "id"), post, whose, at, item.get("text"))
'''

INVENTED = '''\
"""An invented NAME of the shape that the real one answers in; every test of networks runs on it."""

from typing import Any

from invented import Invented
from loopback import Asked, Reply, earlier, instant

PEOPLE = {"700001": "ann", "700002": "ben", "700003": "cid", "700004": "dee"}
Thing = dict[str, Any]


def made(page: int = 4, more: int = 0) -> Invented:
    """`more` further posts of Ann's from before March: what a pull costs is measured on a thousand."""

    def person(number: str) -> Thing:
        return {"id": number, "name": PEOPLE[number], "private": PEOPLE[number] == "dee"}

    def thing(number: int, whose: str, at: str, **rest: Any) -> Thing:
        return {"id": number, "author": person(whose), "created_at": at, "text": f"text {number}", **rest}

    posts = [thing(number, "700001", instant(1 + number), answer_count=0) for number in range(11)]
    posts += [thing(1000 + one, "700001", earlier(one), answer_count=int(one % 10 == 0)) for one in range(more)]
    posts.append(thing(90, "700001", instant(9), text="secret", direct=True))
    posts.sort(key=lambda one: str(one["created_at"]), reverse=True)
    answers = [thing(2000 + number, "700003", instant(6, minute=number)) for number in range(5)]
    answers.append(thing(2005, "700004", instant(7), text="secret"))
    next(one for one in posts if one["id"] == 3)["answer_count"] = len(answers)

    def answering(asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        if parts[0] == "posts":
            return paged(answers if parts[1] == "3" else [], asked, "answers")
        found = [number for number, name in PEOPLE.items() if parts[1] in (number, name)]
        if not found:
            return Reply({"error": "not found"}, 404)
        if len(parts) == 2:
            return Reply(person(found[0]))
        return paged([one for one in posts if one["author"]["id"] == found[0]], asked, "posts")

    def paged(things: list[Thing], asked: Asked, key: str) -> Reply:
        start = int(asked.one("cursor", "0"))
        more = {"cursor": str(start + page)} if start + page < len(things) else {}
        return Reply({key: things[start : start + page], **more})

    strangers = ("cid", "700003", "dee", "700004")
    return Invented("NAME", ("ann", "ben"), answering, strangers=strangers, cursor="cursor")
'''

PAGE = f"""\
# CLASS

{network_pages.BEGIN}
{network_pages.END}

## Token

Where it comes from, and which rights it needs: `EVENSCORE_TOKEN_<SOURCE>`.

## Limits and terms

What its limits are and how it says so; what its terms ask, and the day on which you read them.
"""


@dataclass(frozen=True)
class Made:
    """What was written, and what was changed."""

    written: tuple[Path, ...]
    changed: tuple[Path, ...]


def new_network(name: str, root: Path = ROOT) -> Made:
    """Write what a network needs. Raises UsageError for a name that will not do, or where this is no checkout."""
    if not NAME.fullmatch(name) or name in CONNECTORS:
        raise UsageError(f"new network {name}: give it a plain word (a-z, 0-9) that no kind of source has yet")
    if not (root / "docs/networks.md").exists():
        raise UsageError(f"{root}: is no checkout of evenscore; a network is added to its code")
    files = {
        f"dags/evenscore/connectors/{name}.py": CONNECTOR,
        f"tests/networks/invented_{name}.py": INVENTED,
        f"docs/networks/{name}.md": PAGE,
    }
    changed = {path: (root / path).read_text() for path, _, _ in (*PLACES, *LISTS)}
    for path, before, text in PLACES:
        changed[path] = _with_inserted(root / path, changed[path], before, _said(text, name))
    for path, pattern, text in LISTS:
        changed[path] = _with_listed(root / path, changed[path], pattern, _said(text, name))
    made = {path: _said(text, name) for path, text in files.items()}
    for path, text in {**made, **changed}.items():  # only where all have their place
        atomic_io.write_bytes(root / path, text.encode())
    return Made(tuple(root / path for path in made), tuple(root / path for path in changed))


def _said(text: str, name: str) -> str:
    return text.replace("CLASS", name.capitalize()).replace("NAME", name)


PLACES = (
    ("dags/evenscore/base/sources.py", "\n    ]  # fmt: skip\n    path", ',\n        "NAME"'),
    ("dags/evenscore/base/sources.py", '}\n"""Where the API of each network is', '    "NAME": "",\n'),
    ("dags/evenscore/connectors/__init__.py", "        Slack(),\n", "        CLASS(),\n"),
)
"""Where a network's name is to stand besides: in which file, before what, and how."""
LISTS = (
    (
        "dags/evenscore/connectors/__init__.py",
        "from evenscore.connectors.",
        "from evenscore.connectors.NAME import CLASS\n",
    ),
    (
        "docs/configuration.md",
        r"\| `\w+` \|.*\(networks/",
        "| `NAME` | what CLASS's API answers, pulled or as files ([NAME](networks/NAME.md)) | `NAME` unless named |\n",
    ),
    ("docs/networks.md", r"- \[.*\(networks/", "- [CLASS](networks/NAME.md)\n"),
)
"""Lists in which it has its place by the alphabet: in which file, how a line of it begins, and the line."""


def _with_inserted(path: Path, content: str, before: str, text: str) -> str:
    if before not in content:
        raise UsageError(f"{path}: holds no {before.strip()!r} to put a new network before; add it by hand")
    return content.replace(before, f"{text}{before}", 1)


def _with_listed(path: Path, content: str, pattern: str, line: str) -> str:
    lines = content.splitlines(keepends=True)
    listed = [number for number, one in enumerate(lines) if re.match(pattern, one)]
    if not listed:
        raise UsageError(
            f"{path}: holds no list of lines like {line.strip()!r} to put a new network into; add it by hand"
        )
    after = (number for number in listed if lines[number].casefold() > line.casefold())
    lines.insert(next(after, listed[-1] + 1), line)
    return "".join(lines)
