"""A source of activity as the configuration names it, and where each network's API is."""

import glob
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from evenscore.base.paths import HomePaths
from evenscore.names.account_ids import CASE_COUNTS, AccountIds

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A word that is safe as a folder, a task label and a table part."""

RESERVED_NETWORKS = ("all", "deliveries", "rejected")
"""Words that stand where a network's name would: all networks together, and two folders of the landing zone."""

WILDCARD = re.compile(r"[*?\[]|\{date\}")


class Frozen(BaseModel):
    """What is read once and changed by nobody; a word that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_switch(cls, value: Any, info: ValidationInfo) -> Any:
        """Python would take true for 1, and a check for one that lets everything pass."""
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("true and false are no value of this setting")
        return value


URLS = {
    "github": "https://api.github.com",
    "bluesky": "https://public.api.bsky.app",
    "stackexchange": "https://api.stackexchange.com",
    "hackernews": "https://hn.algolia.com",
    "gitlab": "https://gitlab.com",
    "reddit": "https://oauth.reddit.com",
    "youtube": "https://www.googleapis.com",
    "discourse": "",
    "mastodon": "",
    "lemmy": "",
    "zulip": "",
    "activitystreams": "",
}
"""Where the API of each network is that can be pulled; empty where each server has its own."""


class Source(Frozen):
    """Where one stream of activity comes from. Paths are relative to the configuration file's folder.

    A source that names no path, of a network that can be pulled, is pulled: its files are what the network answers.
    """

    name: Name
    kind: Literal[
        "files", "gharchive", "github", "discourse", "bluesky", "mastodon", "stackexchange", "hackernews",
        "gitlab", "lemmy", "zulip", "youtube", "slack", "reddit", "activitystreams"
    ]  # fmt: skip
    path: str = Field(min_length=1)
    """A file or a glob. `{date}` stands for a UTC day (2026-03-01): such a file covers exactly that day."""
    url: str | None = Field(default=None, pattern=r"^https?://[^\s?#@]+$")
    """Where the network's API is, of a source that is pulled; None of any other."""
    places: tuple[str, ...] = ()
    """Which of a network's places are pulled: a repository, a project, a site; each kind says in its page."""
    directory: str | None = Field(default=None, pattern=r"^https?://[^\s?#@]+$")
    """Bluesky: where it is told which server holds a person's records."""
    contact: str | None = None
    """Whom a network's operators may ask about the requests; networks want to know."""
    network: Name | None = None
    """The network of every row; `files` may leave it out when the rows carry a `network` column."""
    dataset: Literal["activity", "accounts", "aliases"] = "activity"
    """Which canonical shape `files` holds. The other kinds know their own."""
    case_counts: bool = False
    """Whether `Bob` and `bob` are two accounts on this source's network. They are one nearly everywhere."""
    polices_votes: bool = False
    """Whether the network behind this source removes bought votes: then those of the unnamed weigh a little."""
    last_day: date | None = None
    """Its last day, of a source that has ended: it owes none after it, and what it brought fades like anything."""

    @property
    def account_ids(self) -> AccountIds:
        """The normal form of account ids on this source's network."""
        return AccountIds(CASE_COUNTS | ({self.called} if self.case_counts or self.kind in CASE_COUNTS else set()))

    @property
    def called(self) -> str:
        """The name of its network, where its rows do not say another: that of its kind unless it is given one."""
        return self.network or self.kind

    @property
    def read_as(self) -> str:
        """What its files are taken for: the same bytes say something else under another setting."""
        return f"{self.kind} {self.dataset} of {self.network or 'the networks in its rows'}"

    @property
    def is_pulled(self) -> bool:
        """Whether its files are what a network answers."""
        return self.url is not None

    @property
    def asked_places(self) -> tuple[str, ...]:
        """Its places as they stand in an address: the path of a project of GitLab is one part of it."""
        return tuple(one.replace("/", "%2F") if self.kind == "gitlab" else one for one in self.places)

    def is_asked(self, day: date) -> bool:
        """Whether its network is asked for a day: it is pulled, and has not ended before."""
        return self.is_pulled and (self.last_day is None or day <= self.last_day)

    @model_validator(mode="after")
    def _names_its_network(self) -> "Source":
        if self.kind == "discourse" and self.network is None:
            raise ValueError("a discourse source must name its network (each forum is one of its own)")
        if self.is_pulled and self.kind == "github" and len(self.places) != 1:
            raise ValueError('a github source that is pulled names one repository: places = ["owner/name"]')
        if self.is_pulled and self.kind == "gitlab" and not self.places:
            raise ValueError("a gitlab source that is pulled names its projects by number in places")
        if self.network in RESERVED_NETWORKS:
            raise ValueError(f"network = {self.network!r} is a reserved word; call the network something else")
        return self


def with_place(source: Any, home: Path) -> Any:
    """A source as it is written; of one that is to be pulled, where its pages are and where its network is."""
    if not isinstance(source, dict) or source.get("kind") not in URLS:
        if isinstance(source, dict) and "url" in source:
            raise ValueError(f"sources: {source.get('name')!r} has a url, and is of no kind that can be pulled")
        return source
    if "path" in source:
        if "url" in source:
            raise ValueError(f"sources: {source.get('name')!r} has a path and a url: it is read from one of them")
        return source
    url = source.get("url") or URLS[source["kind"]]
    if not url:
        raise ValueError(f"sources: {source.get('name')!r} names neither a path to read nor the url of its server")
    pages = HomePaths(home).raw_pages(str(source.get("name")))
    return {**source, "url": url, "path": f"{glob.escape(str(pages))}/*.ndjson"}
