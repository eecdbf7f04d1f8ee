"""One frozen settings object: everything that a run may ask about its surroundings."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.sources import WILDCARD, Frozen, Source, with_place
from evenscore.names.account_ids import CASE_COUNTS, AccountIds

MOST_DAYS = 100_000
"""For ever, of what is kept so many days: any night has a date that lies so many days before it."""
MEMORY = re.compile(r"[1-9][0-9]*(\.[0-9]+)? ?(MB|MiB|GB|GiB)")


class Consent(Frozen):
    """The consent ledger."""

    ledger: Path


class Topics(Frozen):
    """The topics that people may be scored on."""

    list: Path | None = None
    """A CSV or Parquet file; without one there are no topic scores."""


class Checks(Frozen):
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


class Scoring(Frozen):
    """Which scoring version is published."""

    version: ScoringVersion = 3
    """A night that was published with another version keeps that one: history is never scored anew."""
    candidate: ScoringVersion | None = None
    """A version that is built beside the published one, for `evenscore compare`."""
    seeds: tuple[str, ...] = ()
    """Where trust starts: `network:account` of members whom the community trusts; none = the best-established ones."""
    lookback_nights: int = Field(default=60, ge=28, le=400)
    """How many earlier nights are looked at (and, where none was published, reconstructed from the landing zone)."""


class Publish(Frozen):
    """The door out."""

    kept_runs: int = Field(default=30, ge=2)


class Retention(Frozen):
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


class Machine(Frozen):
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


class Settings(Frozen):
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
            values = {**values, "sources": [with_place(one, values["home"]) for one in sources]}
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
