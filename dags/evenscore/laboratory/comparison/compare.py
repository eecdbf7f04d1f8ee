"""`evenscore compare`: build one night under two scoring versions, and write who moves as tables and as a page."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from pyarrow import csv, parquet

from evenscore.base import atomic_io, warehouse
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import SCORING_VERSIONS, ScoringVersion, Settings
from evenscore.laboratory.comparison.moves import Comparison, gather, summary
from evenscore.laboratory.comparison.page import render
from evenscore.laboratory.scratch import scratch_home
from evenscore.night import dbt_build
from evenscore.night.inputs import prepare_inputs
from evenscore.state import runs
from evenscore.state.runs import Night

NEEDED = ("score_person__accepted", "score_person__contributions")
"""The dbt models that a comparison reads; they are built with all that they stand on."""


@dataclass(frozen=True)
class Written:
    """What a comparison found, and where it was written."""

    facts: dict[str, Any]
    page: Path
    people: Path


def compare(settings: Settings, as_of_date: date | None, candidate: int | None) -> Written:
    """Compare a candidate version with the one that a published night names. Nothing that readers see is touched.

    Raises UsageError when nothing is published for that night, or when there is no other version to compare.
    """
    with runs.only_one(settings.places):
        night, published = published_night(settings.places, as_of_date)
        version = chosen(settings, published, candidate)
        with scratch_home(settings, settings.places.comparison_scratch, sees_published=True) as scratch:
            found = _build(_with_candidate(scratch, version), settings.places, night, published, version)
        return _write(found, settings.places.comparison(night, version))


def published_night(places: HomePaths, as_of_date: date | None) -> tuple[date, int]:
    """A published night, by default the latest, and the version that its rows name."""
    with warehouse.read_published(places) as con:
        found = con.execute(
            "select as_of_date, max(scoring_version) from person_scores "
            "where as_of_date = coalesce($1, (select max(as_of_date) from person_scores)) group by all",
            [as_of_date],
        ).fetchall()
    if not found:
        raise UsageError(f"--date {as_of_date}: nothing is published for that night")
    night, version = found[0]
    return night, version


def chosen(settings: Settings, published: int, candidate: int | None) -> int:
    """The version to compare: the one asked for, else the configured candidate, else the one to be published next."""
    version = (settings.scoring.candidate or settings.scoring.version) if candidate is None else candidate
    known = ", ".join(str(number) for number in SCORING_VERSIONS)
    if version not in SCORING_VERSIONS:
        raise UsageError(f"--candidate {version}: there is no such scoring version (known: {known})")
    if version == published:
        raise UsageError(
            f"--candidate: that night was published with version {published}, name another (known: {known})"
        )
    return version


def _with_candidate(settings: Settings, version: int) -> Settings:
    scoring = settings.scoring.model_copy(update={"candidate": cast(ScoringVersion, version)})
    return settings.model_copy(update={"scoring": scoring})


def _build(scratch: Settings, places: HomePaths, night: date, published: int, version: int) -> Comparison:
    prepare_inputs(scratch, Night.of(night, "comparison"))
    selectors = [f"+{model}" for model in NEEDED]
    dbt_build.build(scratch, "the comparison", ["--select", *selectors, "--exclude-resource-type", "test"])
    with warehouse.connect(scratch.places) as con:
        warehouse.attach_published(con, places, "published")
        return gather(con, published, version, scratch.checks.hold_move_points)


def _write(found: Comparison, folder: Path) -> Written:
    facts = summary(found)
    atomic_io.write_bytes(folder / "people.parquet", _bytes(parquet.write_table, found.people))
    atomic_io.write_bytes(folder / "people.csv", _bytes(csv.write_csv, found.people))
    atomic_io.write_json(folder / "summary.json", facts)
    atomic_io.write_bytes(folder / "page.html", render(found, facts))
    return Written(facts, folder / "page.html", folder / "people.csv")


def _bytes(write: Any, table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    write(table, sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content
