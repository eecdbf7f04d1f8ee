"""Trials: the real dbt models, built in a scratch home on raw tables that a trial may bend.

The scratch home reads the landing zone and nothing else of the real one: what readers see, and the warehouse of the
nights, are out of its reach.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from evenscore.base import warehouse
from evenscore.base.paths import HomePaths
from evenscore.base.settings import ScoringVersion, Settings
from evenscore.laboratory.evaluation.baselines import add_rivals
from evenscore.laboratory.scratch import scratch_home
from evenscore.night import dbt_build
from evenscore.night.inputs import prepare_inputs
from evenscore.state import runs
from evenscore.state.runs import Night

BENT = ("activity", "accounts", "consent", "landed_files", "deliveries")
"""The raw tables that a trial may bend; `base` keeps them as they were laid out."""

Perturbation = Callable[[duckdb.DuckDBPyConnection], None]
"""Changes raw tables before a trial is built, or what was built before the rest is built on it."""


def as_it_is(con: duckdb.DuckDBPyConnection) -> None:
    """Perturbation nothing."""


def grant_everybody(con: duckdb.DuckDBPyConnection) -> None:
    """Score every account that anything was ever aimed at, under the person whom the ledger names for it, if it does.

    Accounts that only act receive nothing and pass on no trust: to grant them too would change no score.
    """
    con.execute(
        """
        create or replace table base.consent as
        with ledger as (
            select network, account_id, min(person_id) as person_id from base.consent group by all
        )
        select distinct
            coalesce(ledger.person_id, activity.network || ':' || target_id) as person_id,
            activity.network,
            target_id as account_id,
            'personal' as persona,
            'grant' as action,
            'public_score' as purpose,
            true as is_adult,
            timestamptz '1970-01-01' as recorded_at
        from base.activity
        left join ledger on activity.network = ledger.network and activity.target_id = ledger.account_id
        where target_id is not null
        """
    )
    con.execute("update base.accounts set is_private = false")


PARTS = """
    select
        person_id || '/' || persona as person,
        network,
        as_of_date,
        scoring_version,
        crowd_short,
        crowd_long,
        trusted_short,
        trusted_long
    from features.feat_person__engagers
    where evidence_through_date = as_of_date
"""
"""Each network's part of the evidence behind each score."""

REMEMBERED = {
    "people": """
        select consent.person_id, consent.person_id || '/' || consent.persona as person, network, account_id,
            row_number() over (
                partition by person order by coalesce(received_count, 0) desc, network, account_id
            ) as place
        from conformed.consent as consent
        left join (
            select network, target_id as account_id, count(*) as received_count
            from base.activity
            where occurred_at::date between $night::date - 89 and $night
            group by network, target_id
        ) using (network, account_id)
    """,
    # How a network's people mostly act, and by which source it is delivered.
    "habits": """
        select network, verb, source, source_kind
        from (
            select network, verb, row_number() over (partition by network order by count(*) desc, verb) as place
            from conformed.activity
            group by network, verb
        )
        inner join (
            select network, min(source) as source, min_by(source_kind, source) as source_kind
            from base.landed_files
            where dataset = 'activity'
            group by network
        ) using (network)
        where place = 1
    """,
    "objects": """
        select network, target_id as account_id, list(distinct object_id order by object_id desc)[:20] as object_ids
        from base.activity
        where object_id is not null and actor_id is distinct from target_id and occurred_at::date <= $night
        group by network, target_id
    """,
    "services": "select network, account_id from conformed.programs",
    # Of a network that is frozen tonight, on its last whole day: as the score goes by it.
    "trust": """
        select scoring_version, person_id, persona, network, engager_id, trust_weight
        from conformed.trust_weights as trust
        inner join conformed.pairs using (pair_id)
        inner join conformed.network_nights as nights using (network)
        where nights.as_of_date = $night and trust.as_of_date = nights.complete_through_date
    """,
    "parts": PARTS,
}
"""What later trials need of an undisturbed one."""


@dataclass(frozen=True)
class Scratch:
    """A scratch home that is laid out and ready for trials."""

    settings: Settings
    beside: tuple[int, ...] = ()
    """Other scoring versions that every trial builds too."""

    @contextlib.contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The scratch warehouse."""
        with warehouse.connect(self.settings.places) as con:
            con.execute("set enable_progress_bar = false")
            yield con

    @property
    def score(self) -> str:
        """The dbt model of the scores."""
        return _model(self.settings.scoring.version)

    @property
    def scores(self) -> list[str]:
        """The dbt models of the scores of every version that is looked at."""
        return [self.score, *map(_model, self.beside)]

    def build(
        self, dates: Sequence[date], night: date, bend: Perturbation = as_it_is, rebend: Perturbation | None = None
    ) -> None:
        """Build the scores of some dates as a night of `night` would; `rebend` changes trust weights half-way."""
        with self.connect() as con:
            for table in BENT:
                con.execute(f"create or replace table raw.{table} as from base.{table}")
            con.execute("create or replace table raw.look_back as select unnest($1::date[]) as as_of_date", [dates])
            con.execute("update raw.run set as_of_date = $1, latest_published_date = $1", [night])
            bend(con)
        self._dbt(f"{' '.join(f'+{score}' for score in self.scores)} programs")
        if rebend:
            with self.connect() as con:
                rebend(con)
            self._dbt(" ".join(f"feat_pair__actions+,+{score}" for score in self.scores))

    def standings(self, ranked: Sequence[date] = ()) -> pd.DataFrame:
        """The scores that were built, one row a person, persona and date, beside what rival rankings say.

        PageRank takes a while: it is there on the dates `ranked`.
        """
        with self.connect() as con:
            found = add_rivals(con, _table(self.score), ranked)
            for version in self.beside:
                query = f"""
                    select person_id || '/' || persona as person, as_of_date::timestamp as as_of_date,
                        raw_score as version_{version}
                    from {_table(_model(version))} where evidence_through_date = as_of_date
                """
                found = found.merge(con.execute(query).df(), on=["person", "as_of_date"], how="left")
            return found

    def remember(self, night: date) -> None:
        """Keep in `base` what later trials need of the one just built: who is who, habits, objects, trust."""
        with self.connect() as con:
            for name, query in REMEMBERED.items():
                con.execute(f"create or replace table base.{name} as {query}", {"night": night} if "$" in query else {})

    def frozen(self) -> list[date]:
        """The nights that were built on which a network that delivers less than whole days stands still (law L13)."""
        with self.connect() as con:
            rows = con.execute(
                "select distinct as_of_date from conformed.network_nights semi join raw.look_back using (as_of_date) "
                "where complete_through_date < as_of_date order by all"
            ).fetchall()
        return [night for (night,) in rows]

    def accounts(self) -> pd.DataFrame:
        """Who is who: network, account_id, person; `place` is 1 for the account that is lately engaged with most."""
        with self.connect() as con:
            return con.execute("select network, account_id, person, place from base.people order by all").df()

    def _dbt(self, selector: str) -> None:
        options = ["--select", selector, "--exclude-resource-type", "test"]
        dbt_build.build(self.settings, "a trial", options, names_engagers=True, beside=self.beside)


def _model(version: int) -> str:
    return f"score_person__influence.v{version}"


def _table(model: str) -> str:
    return f"scores.{model.replace('.', '_')}"


@contextlib.contextmanager
def scratch(
    settings: Settings,
    version: ScoringVersion,
    until: date,
    is_everybody_granted: bool,
    beside: tuple[int, ...] = (),
) -> Iterator[Scratch]:
    """A scratch home with all that had landed by the day `until`; trials build the versions `beside` too."""
    scoring = settings.scoring.model_copy(update={"version": version, "candidate": None})
    asked = settings.model_copy(update={"scoring": scoring})
    with (
        runs.only_one(HomePaths(settings.places.evaluations)),
        scratch_home(asked, settings.places.evaluation_scratch) as own,
    ):
        with runs.only_one(settings.places):  # an erasure must not run meanwhile
            _lay_out(own, until, is_everybody_granted)
        yield Scratch(own, beside)


def _lay_out(own: Settings, until: date, is_everybody_granted: bool) -> None:
    prepare_inputs(own, Night(until, "evaluation"))
    with warehouse.connect(own.places) as con:
        con.execute("create schema base")
        for table in BENT:
            con.execute(f"create table base.{table} as from raw.{table}")
        for view in ("activity", "accounts", "consent"):
            con.execute(f"drop view raw.{view}")
        if is_everybody_granted:
            grant_everybody(con)
