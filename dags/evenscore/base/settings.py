"""One frozen settings object, read once from `evenscore.toml`."""

import glob
import os
import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from evenscore.base import databases
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.names.account_ids import CASE_COUNTS, AccountIds

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A word that is safe as a folder, a task label and a table part."""

RESERVED_NETWORKS = ("all", "deliveries", "rejected")
"""Words that stand where a network's name would: all networks together, and two folders of the landing zone."""

MOST_DAYS = 100_000
"""For ever, of what is kept so many days: any night has a date that lies so many days before it."""
UNOPENABLE = "?#\\"
"""What DuckDB and its dbt adapter read in a database's path as the end of it, or as a border of folders."""
MEMORY = re.compile(r"[1-9][0-9]*(\.[0-9]+)? ?(MB|MiB|GB|GiB)")
WILDCARD = re.compile(r"[*?\[]|\{date\}")


class _Frozen(BaseModel):
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


class Source(_Frozen):
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


class Consent(_Frozen):
    """The consent ledger."""

    ledger: Path


class Topics(_Frozen):
    """The topics that people may be scored on."""

    list: Path | None = None
    """A CSV or Parquet file; without one there are no topic scores."""


class Checks(_Frozen):
    """Thresholds of the checks that an operator may tune."""

    max_rejected_share: float = Field(default=0.05, ge=0, le=1)
    """A run that rejects a larger share of one source's records than this stops."""
    hold_move_points: float = Field(default=20, gt=0, le=100)
    """A score that moved this far, or half of what its community spans, within the window is held for a reviewer."""
    hold_window_nights: int = Field(default=3, ge=1, le=28)
    provisional_nights: int = Field(default=21, ge=0, le=365)
    """Nothing is published of somebody first engaged with less than so many nights ago: the first weeks are noise."""


ScoringVersion = Literal[1, 2, 3]
SCORING_VERSIONS = get_args(ScoringVersion)


class Scoring(_Frozen):
    """Which scoring version is published."""

    version: ScoringVersion = 3
    """A night that was published with another version keeps that one: history is never scored anew."""
    candidate: ScoringVersion | None = None
    """A version that is built beside the published one, for `evenscore compare`."""
    seeds: tuple[str, ...] = ()
    """Where trust starts: `network:account` of members whom the community trusts; none = the best-established ones."""
    lookback_nights: int = Field(default=60, ge=28, le=400)
    """How many earlier nights are looked at (and, where none was published, reconstructed from the landing zone)."""


class Publish(_Frozen):
    """The door out."""

    kept_runs: int = Field(default=30, ge=2)


class Retention(_Frozen):
    """How long what a night leaves behind is kept; see docs/leaving.md."""

    raw_days: int = Field(default=730, ge=30, le=MOST_DAYS)
    """Landed rows and rejected records, from their day. Evidence fades by half in 120 days and never wholly: fewer days
    than 730 move scores."""
    published_nights: int = Field(default=400, ge=60, le=MOST_DAYS)
    """Published nights, pages, run folders, evaluations, comparisons and logs."""

    def first_raw_day(self, as_of_date: date) -> date:
        """The first day whose landed rows count on a night, and are kept after it."""
        return as_of_date - timedelta(self.raw_days)

    def first_night(self, as_of_date: date) -> date:
        """The first night of which what readers saw is kept after another."""
        return as_of_date - timedelta(self.published_nights)


class Machine(_Frozen):
    """What a night may take of its machine."""

    memory_limit: str | None = None
    """The memory of the process of a night, as 4GB: a database takes what Python leaves of it, half at least, and what
    does not fit is spilled below the home. None: a database takes four fifths of the machine's, or the container's."""
    spark: Path | None = None
    """The folder of a Python environment that has PySpark and dbt-spark: they build what grows with events
    (docs/spark.md). None: DuckDB does."""

    @field_validator("memory_limit")
    @classmethod
    def _is_a_size(cls, value: str | None) -> str | None:
        if value is not None and not MEMORY.fullmatch(value):
            raise ValueError(f"{value!r} is no size: write a number and MB or GB, such as 4GB")
        return value


class Settings(_Frozen):
    """Everything a run may ask about its surroundings."""

    home: Path
    config: Path
    last_night: date | None = None
    """The last day of which anything will ever come; the schedule skips later ones. None: it has no end."""
    sources: tuple[Source, ...] = Field(min_length=1)
    consent: Consent
    topics: Topics = Topics()
    checks: Checks = Checks()
    scoring: Scoring = Scoring()
    publish: Publish = Publish()
    retention: Retention = Retention()
    machine: Machine = Machine()

    @model_validator(mode="before")
    @classmethod
    def _pulled_sources_have_their_place(cls, values: Any) -> Any:
        sources = values.get("sources") if isinstance(values, dict) else None
        if isinstance(sources, list | tuple):
            values = {**values, "sources": [_with_place(one, values["home"]) for one in sources]}
        return values

    @model_validator(mode="after")
    def _seeds_name_network_and_account(self) -> "Settings":
        for seed in self.scoring.seeds:
            if not all(seed.partition(":")):
                raise ValueError(f"scoring.seeds: {seed!r} is not a network:account")
        return self

    @model_validator(mode="after")
    def _first_weeks_end(self) -> "Settings":
        if self.checks.provisional_nights >= self.retention.raw_days:
            raise ValueError(
                f"checks.provisional_nights: {self.checks.provisional_nights} nights are never over where rows are "
                f"kept for {self.retention.raw_days} days (retention.raw_days): nobody would be published"
            )
        return self

    @model_validator(mode="after")
    def _source_names_are_unique(self) -> "Settings":
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"sources: the name {twice[0]!r} is given twice")
        return self

    @model_validator(mode="after")
    def _repositories_do_not_share_a_network(self) -> "Settings":
        networks = [source.network or "github" for source in self.sources if source.kind == "github"]
        if len(networks) != len(set(networks)):
            raise ValueError(
                "sources: two github sources on one network: pull requests are numbered within a repository, "
                "so give each repository's source a network of its own"
            )
        return self

    @property
    def places(self) -> HomePaths:
        """The paths below the home folder."""
        return HomePaths(self.home)

    @property
    def ledger(self) -> Path:
        """The consent ledger's absolute path."""
        return self.resolve(self.consent.ledger)

    @property
    def account_ids(self) -> AccountIds:
        """The normal form of account ids on the configured networks."""
        return AccountIds(CASE_COUNTS.union(*(source.account_ids.case_counts for source in self.sources)))

    @property
    def topic_list(self) -> Path | None:
        """The topic list's absolute path; None where no topics are configured."""
        return self.resolve(self.topics.list) if self.topics.list else None

    def resolve(self, path: Path | str) -> Path:
        """A path of the configuration, made absolute against the configuration file's folder."""
        return (self.config.parent / path).absolute()

    def folder(self, source: Source) -> Path:
        """The folder below which a source's files lie: that of its path up to the first wildcard."""
        if source.is_pulled:
            return self.places.raw_pages(source.name)
        return self.resolve(Path(f"{WILDCARD.split(source.path)[0]}_").parent)  # `data/` is itself the folder

    def source(self, name: str) -> Source:
        """The source called `name`; a UsageError names the known ones."""
        for source in self.sources:
            if source.name == name:
                # What one source says of its network goes for the others too.
                return source.model_copy(update={"case_counts": source.called in self.account_ids.case_counts})
        known = ", ".join(source.name for source in self.sources)
        raise UsageError(f"{self.config}: no source is called {name!r} (known: {known})")


def _with_place(source: Any, home: Path) -> Any:
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


def load_settings(home: Path, config: Path | None = None) -> Settings:
    """Read the settings for one home folder.

    Without `config`, the file that EVENSCORE_CONFIG names is read, else `./evenscore.toml` if it is there, else the
    demo community's own configuration. Relative paths in it start at its own folder, whoever reads it.
    Raises UsageError naming the file and the setting.
    """
    home = home.absolute()
    if home.exists() and not home.is_dir():
        raise UsageError(f"{home}: the home is not a folder")
    require_openable(home)
    path = config or _found_here(home)
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte-order mark
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from error
    try:
        settings = Settings(home=home, config=path.absolute(), **values)
    except ValidationError as error:
        raise UsageError(f"{path}: {_first_problem(error)}") from error
    except TypeError as error:
        raise UsageError(f"{path}: home and config are not settings of the file") from error
    _require_paths(settings)
    databases.keep_within(settings.machine.memory_limit, settings.places.spilled_in_memory)
    return settings


def require_openable(home: Path) -> None:
    """Raise UsageError where DuckDB would put its files elsewhere, or a line of a log would break."""
    found = [character for character in str(home) if character in UNOPENABLE or not character.isprintable()]
    if found:
        raise UsageError(
            f"{home}: the home's path holds {found[0]!r}, which no database can be opened under; choose another --home"
        )


def default_config(home: Path, folder: Path) -> Path:
    """The configuration that is meant where none is named: EVENSCORE_CONFIG, else `evenscore.toml`, both seen from
    `folder`, else the demo's own where it is there."""
    if named := os.environ.get("EVENSCORE_CONFIG"):
        return folder / named
    own, demo = folder / "evenscore.toml", HomePaths(home).demo / "evenscore.toml"
    return demo if demo.exists() and not own.exists() else own


def _found_here(home: Path) -> Path:
    """The default configuration as seen from the present folder. Raises UsageError where nothing names or makes one."""
    found = default_config(home, Path())
    if not os.environ.get("EVENSCORE_CONFIG") and not found.exists():
        raise UsageError(
            "evenscore.toml: not found here, and there is no demo community yet: "
            "`evenscore init` writes one to start from, `evenscore demo` makes the demo community"
        )
    return found


PLAIN_WORDS = {"extra_forbidden": "no such setting", "missing": "is missing"}


def _first_problem(error: ValidationError) -> str:
    problem: Any = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    message = PLAIN_WORDS.get(problem["type"], re.sub(r"^Value error, ", "", problem["msg"]))
    return f"{where}: {message}" if where else message


def _require_paths(settings: Settings) -> None:
    if not settings.ledger.is_file():
        raise UsageError(f"{settings.config}: consent.ledger: no file at {settings.ledger}")
    if settings.topic_list and not settings.topic_list.is_file():
        raise UsageError(f"{settings.config}: topics.list: no file at {settings.topic_list}")
    for source in settings.sources:
        if source.is_pulled:
            continue  # the first pull makes its folder
        path = settings.resolve(source.path)
        found = settings.folder(source).is_dir() if WILDCARD.search(source.path) else path.is_file()
        if not found:
            raise UsageError(f"{settings.config}: sources.{source.name}.path: nothing at {path}")
