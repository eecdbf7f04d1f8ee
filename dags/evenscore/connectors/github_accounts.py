"""The accounts in what GitHub tells: by which name, whether they are programs, and who is nobody.

What was pulled names people by their number, which is for good: a login that is freed may be somebody else's tomorrow.
Files on disk name them by login, as they always have; sightings tell that both are one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from evenscore.connectors.aliases import sighting
from evenscore.connectors.pulled import ASKED
from evenscore.connectors.records import Row, given, need_id, seek

GHOST = "ghost"
"""The placeholder that GitHub shows for every deleted account: many people, so nobody."""
PROGRAM_KINDS = frozenset({"bot", "app", "integration"})
KIND_KEYS = ("type", "user_type", "account_type", "actor_type", "__typename")
"""Where GitHub's several interfaces say of what kind an account is."""
PROGRAM_FLAGS = ("is_bot", "bot")


def login(record: Row, *path: str) -> str | None:
    """The account of the user object at a path; None when it is deleted (a null or the ghost)."""
    user = given(record, *path)
    if user is None or not person(need_id(record, *path, "login")):
        return None
    return need_id(record, *path, "id" if ASKED in record else "login")


def known_login(record: Row, *path: str) -> str | None:
    """The account at a path, where one is told."""
    return _account(seek(record, *path), ASKED in record)


def _account(user: Any, is_asked: bool) -> str | None:
    name = user.get("login") if isinstance(user, dict) else None
    if not isinstance(name, str) or not name or not person(name):
        return None
    if not is_asked:
        return name
    number = user.get("id")
    return None if number is None else str(number)


def person(account: str) -> str | None:
    """The account, unless it is the placeholder of deleted ones."""
    return None if account.casefold() == GHOST else account


def is_program(user: Any) -> bool:
    """Whether GitHub says of a user object that it is a program's, in whichever of its ways."""
    if not isinstance(user, dict):
        return False
    name = str(user.get("login") or "").casefold()
    if name.endswith("[bot]") or name.startswith("app/"):
        return True
    for key in KIND_KEYS:
        if (kind := user.get(key)) and str(kind).casefold() in PROGRAM_KINDS:
            return True
    return any(user.get(flag) is True for flag in PROGRAM_FLAGS)


def accounts(activity: Row, record: Row, users: Iterable[Any]) -> Iterator[tuple[str, Row]]:
    """What the user objects of a record tell: which accounts are programs, and what each account is called."""
    told = [user for user in users if isinstance(user, dict)]
    programs = [user for user in told if is_program(user)]
    if programs:
        yield from _programs(activity, programs, ASKED in record)
    for user in told:
        name, number = user.get("login"), user.get("id")
        if name and person(str(name)):
            yield from sighting("account", name, number, activity)
            if ASKED in record:
                yield from sighting("account", str(number or ""), number, activity)


def _programs(activity: Row, users: list[Row], is_asked: bool) -> Iterator[tuple[str, Row]]:
    """A snapshot of each account of which GitHub says that it is a program's."""
    found = {_account(user, is_asked) for user in users}
    for account in sorted(filter(None, found)):
        captured = {"account_id": account, "captured_at": activity["occurred_at"], "is_bot": True}
        yield "accounts", {"network": activity["network"], **captured}
