"""The gate under test: the real dbt models, night by night, in a scratch home whose upstream is the simulation."""

import time
from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evenscore.base import databases, warehouse
from evenscore.base.bundled import scale, thresholds
from evenscore.base.settings import Settings
from evenscore.laboratory.simulation import relations
from evenscore.laboratory.simulation.evidence import SPANS, VERSION
from evenscore.laboratory.simulation.models import Models
from evenscore.laboratory.simulation.night import FIRST_DATE, Night, day_of, night_of
from evenscore.laboratory.simulation.standing import bounded
from evenscore.laboratory.simulation.verdicts import Held, Incident, Verdict
from evenscore.laboratory.simulation.world import NETWORKS
from evenscore.night.reviewed_inputs import DECISIONS
from evenscore.publication.nameless import lay_functions
from evenscore.reviews.decisions import Decision, that_count

MOVER_SHARE, JUMPER_SHARE = "ring_rise_share", "impossible_share"
"""Events are laid out of whoever climbed or moved as far as the first rule that reads them asks; posts, and what stood
before a first score, of whoever moved as far as the least that is held."""


class Gate:
    """The real detector, stepped one simulated night at a time."""

    def __init__(self, settings: Settings, accounts: int) -> None:
        self._settings = settings
        self._accounts = accounts
        self._models = Models(settings)
        self._version = VERSION
        self._waiting: set[int] = set()
        self._decisions: list[Decision] = []
        with self._connect() as con:
            lay_functions(con, self._settings.account_ids)
            for statement in relations.ONCE:
                con.execute(statement)
            con.execute(f"create table base.people as {relations.PEOPLE}", {"accounts": accounts})

    def shards(self, count: int) -> NDArray[np.int64]:
        """The part of its networks that each account belongs to, as the gate's cohorts take it."""
        with self._connect() as con:
            query = f"select md5_number_lower(person_id) % {count} as shard from base.people order by account"
            return np.asarray(con.execute(query).fetchnumpy()["shard"], np.int64)

    def remember(self, night: Night) -> None:
        """Take in a night on which nobody judged: its scores stand as they were."""
        with self._connect() as con:
            self._register(con, night)
            values = {"day": day_of(night.night), "version": night.version}
            con.execute(f"insert into base.published_scores by name {relations.HISTORY}", values)
            con.execute("insert into raw.published_nights values ($day, $version)", values)

    def judge(self, night: Night) -> Verdict:
        """Build the gate on one night, publish what it accepts, and say what it said."""
        with self._connect() as con:
            self._register(con, night)
            for table in relations.NIGHTLY:
                self._make(con, table, night.night, night.version)
            for table in relations.LOOKED_BACK:
                rows = f"from base.{table} semi join raw.look_back using (as_of_date)"
                con.execute(f"create or replace view raw.{table} as {rows}")
            self._score(con, night)
            self._lay_decisions(con, night.night)
        started = time.monotonic()
        self._models.build()
        seconds = time.monotonic() - started
        with self._connect() as con:
            verdict = self._read(con, night.night, seconds)
            self._publish(con, night)
        self._version = night.version
        self._waiting = {held.account for held in verdict.held}
        return verdict

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Hand in what reviewers decided; what counts of all that they said is laid out for each night."""
        self._decisions += decisions

    def _lay_decisions(self, con: duckdb.DuckDBPyConnection, night: int) -> None:
        con.execute("delete from raw.decisions")
        rows = [made.model_dump(include=set(DECISIONS)) for made in that_count(self._decisions, day_of(night))]
        if rows:
            con.register("decided", pa.Table.from_pylist(rows))
            con.execute("insert into raw.decisions by name from decided")

    def call_real(self, incidents: Sequence[str], night: int) -> None:
        """Hand in which incidents reviewers call real moves."""
        with self._connect() as con:
            for name in incidents:
                con.execute("insert into raw.incident_releases values ($1, $2)", [name, day_of(night)])

    def shown(self, nights: int) -> NDArray[np.float32]:
        """What readers saw of each account on the nights from 0 on: nights x accounts; NaN where there was no score."""
        found = np.full((nights, self._accounts), np.nan, np.float32)
        query = "select as_of_date, person_id[2:]::bigint, score from base.published_scores where as_of_date >= $1"
        with self._connect() as con:
            columns = con.execute(query, [FIRST_DATE]).fetchnumpy()
        names = list(columns)
        night = (columns[names[0]] - np.datetime64(FIRST_DATE)).astype("timedelta64[D]").astype(int)
        found[night, columns[names[1]]] = np.ma.filled(columns[names[2]].astype(float), np.nan)
        return found

    def _connect(self) -> Any:
        return warehouse.connect(self._settings.places)

    def _make(self, con: duckdb.DuckDBPyConnection, table: str, night: int, version: int) -> None:
        known = {
            "day": day_of(night),
            "first_day": FIRST_DATE,
            "accounts": self._accounts,
            "networks": list(NETWORKS),
            "version": version,
            "previous_version": self._version,
            **self._settings.checks.model_dump(),
            "lookback_nights": self._settings.scoring.lookback_nights,
        }
        query = relations.NIGHTLY[table]
        values = {name: value for name, value in known.items() if f"${name}" in query}
        con.execute(f"create or replace table {table} as {query}", values)

    def _publish(self, con: duckdb.DuckDBPyConnection, night: Night) -> None:
        for table, query in relations.PUBLISH.items():
            values = {"day": day_of(night.night)} if "$day" in query else {}
            rows = f"({query.format(version=night.version)})"
            found = [name for name, *_ in con.execute(f"describe {rows}", values).fetchall()]
            shared = ", ".join(name for name in databases.columns_of(con, table) if name in found)
            con.execute(f"insert into {table} by name select {shared} from {rows}", values)
        window = {"day": day_of(night.night), "hold_window_nights": self._settings.checks.hold_window_nights}
        con.execute(relations.FORGOTTEN, window)
        con.execute("insert into raw.published_nights values ($1, $2)", [day_of(night.night), night.version])

    def _score(self, con: duckdb.DuckDBPyConnection, night: Night) -> None:
        for version in {night.version, self._version}:
            prefix = "" if version == night.version else "last_"
            query = relations.INFLUENCE.format(score=f"{prefix}new_score", old_score=f"{prefix}old_score")
            table = f"scores.score_person__influence_v{version}"
            con.execute(f"create or replace table {table} as {query}", {"day": day_of(night.night)})

    def _register(self, con: duckdb.DuckDBPyConnection, night: Night) -> None:
        con.register("tonight", pa.table(self._columns(night)))
        con.register("parts", pa.table(_parts(night)))
        held = np.fromiter(self._waiting, np.int64, len(self._waiting))
        known = thresholds()
        movers, jumpers = (
            np.union1d(np.flatnonzero(night.climbed >= known[share] * known["least_spread_points"]), held)
            for share in (MOVER_SHARE, JUMPER_SHARE)
        )
        con.register("movers", pa.table({"account": movers}))
        con.register("jumpers", pa.table({"account": jumpers}))
        events, nights = night.log.of(movers)
        columns = {name: getattr(events, name) for name in ("target", "engager", "post", "count")}
        con.register("events", pa.table({**columns, "network": _names(events.network), "night": nights}))

    def _columns(self, night: Night) -> dict[str, Any]:
        """One row an account, in the order of their numbers."""
        new = night.standing(night.version)
        scores = {
            f"{last}{name}_score": standing(version).score.astype(float)
            for last, version in (("", night.version), ("last_", self._version))
            for name, standing in (("new", night.standing), ("old", night.old_standing))
        }
        return scores | {
            "account": np.arange(self._accounts, dtype=np.int64),
            "half_band": new.half_band,
            "evidence_count": new.actions,
            "engager_count": new.engagers,
            "is_sufficient": new.is_sufficient,
            "is_eligible": night.is_eligible,
            "first_night": night.log.first_received.astype(np.int32),
            "first_acted": night.log.first_acted.astype(np.int32),
        }

    def _read(self, con: duckdb.DuckDBPyConnection, night: int, seconds: float) -> Verdict:
        jumps = con.execute(
            "select person_id[2:]::bigint, rule, cause, episode_date, decision, candidate_score "
            "from marts.score_jumps where decision in ('pending', 'rejected') order by all"
        ).fetchall()
        held = tuple(Held(row[0], row[1], row[2], night_of(row[3]), row[4], row[5]) for row in jumps)
        frozen = "select person_id[2:]::bigint from gate.gate_person__verdict where verdict = 'frozen' order by all"
        incidents = "select incident_id, kind, scope from gate.gate_incident__tonight order by all"
        return Verdict(
            night,
            np.array(sorted(found.account for found in held), np.int64),
            np.array([account for (account,) in con.execute(frozen).fetchall()], np.int64),
            held,
            tuple(Incident(*row) for row in con.execute(incidents).fetchall()),
            seconds,
        )


def _parts(night: Night) -> dict[str, Any]:
    """One row an account and network that anything was ever received on."""
    account, network = np.nonzero(night.log.last_received > np.iinfo(np.int16).min)
    evidence = night.evidence
    return {
        "account": account,
        "network": _names(network.astype(np.int8)),
        **{
            f"{span}{suffix}": of[0, number, account, network].astype(float)
            for suffix, of in (
                ("", evidence.sums),
                ("_bounded", bounded(evidence, scale(night.version))),
                ("_loss", evidence.losses),
            )
            for number, span in enumerate(SPANS)
        },
        "eve_action_count": night.eve.actions[account, network],
        "last_date": np.datetime64(FIRST_DATE) + night.log.last_received[account, network].astype("timedelta64[D]"),
    }


def _names(networks: NDArray[np.int8]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(networks), pa.array(NETWORKS))
