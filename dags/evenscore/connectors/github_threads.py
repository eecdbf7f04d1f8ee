"""Which threads a repository has, and who began them: what comments, reviews and merges answer stands in other records.

Issues, pull requests and discussions of one repository share one numbering. The repository is known by its number:
names change when it is renamed or transferred, and its addresses with them.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from evenscore.base.errors import InputError
from evenscore.connectors.github_accounts import known_login
from evenscore.connectors.pulled import ASKED
from evenscore.connectors.records import Row, seek, sound_records

REPOSITORY = re.compile(r"^(?P<address>.*?/repos/[^/]+/[^/]+)/")
NUMBERED = re.compile(r"/(issues|pull|pulls|discussions)/(\d+)(?:$|[#?])")
PREFIXES = {"issues": "issue", "pull": "pr", "pulls": "pr", "discussions": "discussion"}
ADDRESSES = ("url", "repository_url", "issue_url", "pull_request_url")
REPOSITORY_IDS = (("base", "repo", "id"), ("repository", "id"), ("repo", "id"))


@dataclass
class Threads:
    """The threads of one repository."""

    objects: dict[int, str] = field(default_factory=dict)
    """What each is called, by its number."""
    authors: dict[str, str | None] = field(default_factory=dict)
    """Who wrote it, and each comment that others may answer (`rc-1`, `dc-1`)."""
    notes: set[str] = field(default_factory=set)
    """What an operator should know of the repository."""

    def object_of(self, number: int, told: str | None) -> str:
        """What a thread is called: by a record of its own, else as `told`; all pull requests are issues."""
        return self.objects.get(number) or told or f"issue-{number}"


def is_pull(record: Row) -> bool:
    """Whether a record is a pull request itself."""
    return "merged_at" in record or _is_at(record, "pulls")


def is_issue(record: Row) -> bool:
    """Whether a record is an issue, or a pull request as the list of issues shows it."""
    return "number" in record and "title" in record and (_is_at(record, "issues") or "comments_url" in record)


def is_discussion(record: Row) -> bool:
    """Whether a record is a discussion itself."""
    return (
        "number" in record and "title" in record and bool(re.search(r"/discussions/\d+$", str(record.get("html_url"))))
    )


def told_object(record: Row) -> str | None:
    """What a record's own addresses call the thread that it stands under."""
    for key in ("html_url", "pull_request_url", "issue_url"):
        found = NUMBERED.search(str(record.get(key) or ""))
        if found and key != "issue_url":
            return f"{PREFIXES[found[1]]}-{found[2]}"
    return None


def _is_at(record: Row, kind: str) -> bool:
    return bool(re.search(rf"/{kind}/\d+$", str(record.get("url") or "")))


@lru_cache(maxsize=4)
def read_threads(files: tuple[tuple[Path, int], ...]) -> Threads:
    """The threads in the files of a source. Raises InputError where they are of two repositories."""
    threads, repositories = Threads(), Repositories()
    for record in sound_records(files):
        repositories.see(record)
        _learn(threads, record)
    repositories.require_one(files[0][0].parent)
    threads.notes |= repositories.notes()
    return threads


def _learn(threads: Threads, record: Row) -> None:
    author, number = known_login(record, "user"), record.get("number")
    if isinstance(number, int) and (is_pull(record) or is_issue(record) or is_discussion(record)):
        is_twin = bool(record.get("pull_request"))
        prefix = "pr" if is_pull(record) or is_twin else "issue" if is_issue(record) else "discussion"
        threads.objects[number] = f"{prefix}-{number}"
        if author or not is_twin:
            threads.authors[threads.objects[number]] = author
    elif "pull_request_url" in record and "state" not in record:
        threads.authors[f"rc-{record.get('id')}"] = author
    elif "discussion_id" in record:
        threads.authors[f"dc-{record.get('id')}"] = author


@dataclass
class Repositories:
    """The repositories that records tell of: by their numbers, and by the addresses that they had."""

    ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """The numbers that stand beside each address."""
    owning: set[str] = field(default_factory=set)
    """The addresses under which threads stand themselves, not only answers to them."""

    def see(self, record: Row) -> None:
        """Note where a record stands: what was pulled, where it was asked for."""
        if asked := seek(record, ASKED, "about", "place"):
            self.owning.add(str(asked))
            return
        address = _address(record)
        if address is None:
            return
        found = self.ids[address]
        found.update(number for path in REPOSITORY_IDS if isinstance(number := seek(record, *path), int))
        if "event" not in record and (is_pull(record) or is_issue(record)):
            self.owning.add(address)

    def require_one(self, folder: Path) -> None:
        """Raise InputError where threads of two repositories would be numbered together."""
        known: dict[int | str, str] = {}
        for address in sorted(self.owning):
            known.update(dict.fromkeys(self.ids[address] or [address], address))
        if len(known) > 1:
            names = " and ".join(sorted(known.values())[:2])
            raise InputError(f"{folder}: holds pull requests of {names}; give each repository a source of its own")

    def notes(self) -> set[str]:
        """What is taken for granted of answers under an address that no thread of the repository has."""
        strange = sorted(self.ids.keys() - self.owning) if self.owning else []
        owner = sorted(self.owning)[0] if self.owning else ""
        return {f"answers under {address} are taken for answers in {owner}, under another name" for address in strange}


def _address(record: Row) -> str | None:
    for key in ADDRESSES:
        found = REPOSITORY.match(str(record.get(key) or ""))
        if found:
            return found["address"].casefold()
    return None
