"""Writes the page of a night from what its night recorded, links it with the pages beside it, and lists them all."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from evenscore.base import atomic_io
from evenscore.base.errors import EvenscoreError, InputError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.names.identifier_matcher import IdentifierMatcher
from evenscore.report import stored
from evenscore.report.drawing import keep_fonts_in
from evenscore.report.facts import Facts
from evenscore.report.nights import NightRow, neighbours, pages_of, read_nights
from evenscore.report.page import HERE, render, rendered
from evenscore.report.run_facts import read_run
from evenscore.report.warehouse_facts import read_warehouse
from evenscore.state import runs
from evenscore.state.runs import Night

LISTED_NIGHTS = 90

LINKS = re.compile(rb'<nav class="nights".*?</nav>', re.DOTALL)
"""No value can forge it: every < of a value is escaped."""

NOT_KEPT = (
    "Somebody who is not to be shown any more was on this page, and its run kept no facts to write it again from: "
    "nothing but the run's own record is shown."
)


def write_report(settings: Settings, night: Night) -> Path:
    """Write the page of a night, also of one that was stopped, and list it with the others. Returns its path.

    What was once written is written again from the facts that were kept then; the warehouse is asked for a run that it
    holds alone. Raises EvenscoreError, and leaves the page as it is, where neither has what the page shows.
    """
    return _write(settings, _facts(settings, night))


def write_again(settings: Settings, day: date) -> Path | None:
    """Write a night's page once more from what is kept, or else from its run's own record; None for no run at all."""
    places = settings.places
    night = stored.run_of_page(places, day)
    if night and (facts := stored.kept(places, night.run_id)):
        return _write(settings, facts)
    try:
        night = runs.latest_run(places, day)
    except EvenscoreError:  # its run folders have gone
        return None
    return _write(settings, Facts(read_run(settings, night), missing=(NOT_KEPT,)))


def take_off(settings: Settings, subjects: IdentifierMatcher) -> list[Path]:
    """Take people, and what names their accounts, off every page of a night. Returns the pages that were changed.

    A page whose run kept no facts is written from the run's own record; one of which no run is left is removed.
    """
    places = settings.places
    days = _without(places, subjects)
    days |= {day for day in pages_of(places) if subjects.within_bytes(places.report(day).read_bytes())}
    for day in sorted(days):
        if write_again(settings, day) is None:
            places.report(day).unlink(missing_ok=True)
    return [places.report(day) for day in sorted(days)]


def _without(places: HomePaths, subjects: IdentifierMatcher) -> set[date]:
    """Take people out of the facts that are kept. Returns the nights that had any of them, and those whose page is not
    there: whoever took somebody off it was interrupted."""
    days = set()
    for folder in sorted(places.runs.glob("*/")):
        path = places.page_facts(folder.name)
        if not path.exists():
            continue
        day = date.fromisoformat(folder.name[:10])
        if stored.names(path.read_bytes(), subjects):
            _replace_facts(places, folder.name, subjects)
            days.add(day)
        elif not places.report(day).exists():
            days.add(day)
    return days


def _replace_facts(places: HomePaths, run_id: str, subjects: IdentifierMatcher) -> None:
    try:
        facts = stored.kept(places, run_id)
    except InputError:  # what cannot be read cannot be taken apart: it goes whole
        places.page_facts(run_id).unlink()
    else:
        if facts:
            stored.keep(places, stored.without(facts, subjects))


def render_index(nights: tuple[NightRow, ...]) -> bytes:
    """The bytes of the index; they depend on nothing but the nights, the newest first."""
    recent = [night for night in reversed(nights) if night.scored is not None][-LISTED_NIGHTS:]
    return rendered(
        HERE / "index.html.j2",
        nights=nights,
        scored=tuple((night.as_of_date, night.scored or 0) for night in recent),
        held=tuple((night.as_of_date, night.held or 0) for night in recent),
    )


def _facts(settings: Settings, night: Night) -> Facts:
    places, run = settings.places, read_run(settings, night)
    known = stored.kept(places, night.run_id)
    if known and known.run.stages == run.stages:
        return known
    facts = read_warehouse(settings, run)
    if facts.networks is not None or not run.is_laid_out:
        stored.keep(places, facts)
        return facts
    if known:
        return replace(known, run=run)
    if places.report(night.as_of_date).exists():
        raise EvenscoreError(
            f"{places.report(night.as_of_date)}: left as it is: the run {night.run_id} kept no facts to write it again "
            f"from, and the warehouse holds another; `evenscore rebuild --from {night.as_of_date}` computes the night "
            "anew"
        )
    return facts


def _write(settings: Settings, facts: Facts) -> Path:
    places, day = settings.places, facts.run.as_of_date
    path = places.report(day)
    before, after = neighbours(pages_of(places), day)
    keep_fonts_in(places.fonts)
    atomic_io.write_bytes(path, render(replace(facts, night_before=before, night_after=after)))
    for other in filter(None, (before, after)):
        _link(places, other)
    atomic_io.write_bytes(places.report_index, render_index(read_nights(places)))
    return path


def _link(places: HomePaths, day: date) -> None:
    """Point a page that stands already to those beside it; one whose links are right is not touched."""
    path = places.report(day)
    before, after = neighbours(pages_of(places), day)
    links = rendered(HERE / "nights.html.j2", night_before=before, night_after=after).strip()
    page = path.read_bytes()
    linked = LINKS.sub(lambda _: links, page, count=1)
    if linked != page:
        atomic_io.write_bytes(path, linked)
