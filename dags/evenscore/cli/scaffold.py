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
"""CLASS: what its API tells of people's posts. Say here what is odd about it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from evenscore.connectors.endpoints import ACCOUNT, Endpoint, by_cursor, instant_of, iso
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Row, need
from evenscore.base.settings import Source


class CLASS(Network):
    """One server."""

    kind: ClassVar[str] = "NAME"
    verbs: ClassVar[Mapping[str, str]] = {"post": "posts"}
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
    )

    def account_of(self, item: Row) -> dict[str, str]:
        """The platform's id that is for good."""
        return {"id": str(need(item, "id"))}

    def hides(self, item: Row) -> str | None:
        """Of a profile, the flag by which somebody asks not to be shown."""
        return "private" if item.get("private") is True else None

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """Of anything else, why it is neither kept nor counted."""
        return "a direct message" if item.get("direct") is True else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint, what makes rows of (item, what it was asked about, source)."""
        return {"users": self._user, "posts": _post}

    def _user(self, item: Row, asked: Row, _source: Source) -> Rows:
        yield from profile(asked["at"], need(item, "id"), [item.get("name")], is_private=self.hides(item) is not None)


def _post(item: Row, _asked: Row, _source: Source) -> Rows:
    event = f"post-{need(item, 'id')}"
    yield activity(event, "post", need(item, "author_id"), event, None, iso(need(item, "created_at")), item.get("text"))
'''

INVENTED = '''\
"""An invented NAME of the shape that the real one answers in; every test of networks runs on it."""

from typing import Any

from invented import Invented
from loopback import Asked, Reply, earlier, instant

PEOPLE = {"700001": "ann", "700002": "ben", "700003": "cid"}


def made(page: int = 4, more: int = 0) -> Invented:
    """`more` further posts of Ann's from before March: what a pull costs is measured on a thousand."""
    posts: list[dict[str, Any]] = [
        {"id": number, "author_id": "700001", "created_at": instant(1 + number), "text": f"post {number}"}
        for number in range(11)
    ]
    posts += [{**posts[0], "id": 1000 + number, "created_at": earlier(number)} for number in range(more)]
    posts.append({"id": 90, "author_id": "700001", "created_at": instant(9), "text": "secret", "direct": True})
    posts.sort(key=lambda one: str(one["created_at"]), reverse=True)

    def answering(asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        found = [number for number, name in PEOPLE.items() if parts[1] in (number, name)]
        if not found:
            return Reply({"error": "not found"}, 404)
        if len(parts) == 2:
            return Reply({"id": found[0], "name": PEOPLE[found[0]]})
        mine, start = [one for one in posts if one["author_id"] == found[0]], int(asked.one("cursor", "0"))
        more = {"cursor": str(start + page)} if start + page < len(mine) else {}
        return Reply({"posts": mine[start : start + page], **more})

    return Invented("NAME", ("ann", "ben"), answering, strangers=("cid", "700003"), cursor="cursor")
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
    title = name.capitalize()
    files = {
        f"dags/evenscore/connectors/{name}.py": CONNECTOR,
        f"tests/networks/invented_{name}.py": INVENTED,
        f"docs/networks/{name}.md": PAGE,
    }
    for path, text in files.items():
        atomic_io.write_bytes(root / path, text.replace("CLASS", title).replace("NAME", name).encode())
    changed = [
        _insert(root / path, before, text.replace("CLASS", title).replace("NAME", name))
        for path, before, text in PLACES
    ]
    return Made(tuple(root / path for path in files), tuple(dict.fromkeys(changed)))


PLACES = (
    ("dags/evenscore/base/settings.py", "\n    ]  # fmt: skip\n    path", ',\n        "NAME"'),
    (
        "dags/evenscore/base/settings.py",
        '    **dict.fromkeys(("discourse"',
        '    "NAME": "https://api.NAME.example",\n',
    ),
    ("dags/evenscore/connectors/__init__.py", "\nNETWORKS: dict", "from evenscore.connectors.NAME import CLASS\n"),
    ("dags/evenscore/connectors/__init__.py", "        Slack(),\n", "        CLASS(),\n"),
    (
        "docs/configuration.md",
        "| `zulip` |",
        "| `NAME` | what CLASS's API answers ([NAME](networks/NAME.md)) | `NAME` unless named |\n",
    ),
    ("docs/networks.md", "- [Zulip]", "- [CLASS](networks/NAME.md)\n"),
)
"""Where a network's name is to stand besides: in which file, before what, and how."""


def _insert(path: Path, before: str, text: str) -> Path:
    content = path.read_text()
    if before not in content:
        raise UsageError(f"{path}: holds no {before.strip()!r} to put a new network before; add it by hand")
    atomic_io.write_bytes(path, content.replace(before, f"{text}{before}", 1).encode())
    return path
