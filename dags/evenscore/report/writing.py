"""Writes the page of a night, links it with the pages beside it, and lists them all in the index."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from evenscore import durable
from evenscore.places import Places
from evenscore.report.nights import NightRow, neighbours, pages_of, read_nights
from evenscore.report.page import HERE, render, rendered
from evenscore.report.run_facts import read_run
from evenscore.report.warehouse_facts import read_warehouse
from evenscore.runs import Night
from evenscore.settings import Settings

LISTED_NIGHTS = 90

LINKS = re.compile(rb'<nav class="nights".*?</nav>', re.DOTALL)
"""No value can forge it: every < of a value is escaped."""


def write_report(settings: Settings, night: Night) -> Path:
    """Write the page of a night, also of one that was stopped, and list it with the others. Returns its path."""
    places, day = settings.places, night.as_of_date
    path = places.report(day)
    before, after = neighbours(pages_of(places), day)
    facts = read_warehouse(settings, read_run(settings, night))
    durable.write_bytes(path, render(replace(facts, night_before=before, night_after=after)))
    for other in filter(None, (before, after)):
        _link(places, other)
    durable.write_bytes(places.report_index, render_index(read_nights(places)))
    return path


def render_index(nights: tuple[NightRow, ...]) -> bytes:
    """The bytes of the index; they depend on nothing but the nights, the newest first."""
    recent = [night for night in reversed(nights) if night.scored is not None][-LISTED_NIGHTS:]
    return rendered(
        HERE / "index.html.j2",
        nights=nights,
        scored=tuple((night.as_of_date, night.scored or 0) for night in recent),
        held=tuple((night.as_of_date, night.held or 0) for night in recent),
    )


def _link(places: Places, day: date) -> None:
    """Point a page that stands already to those beside it; one whose links are right is not touched."""
    path = places.report(day)
    before, after = neighbours(pages_of(places), day)
    links = rendered(HERE / "nights.html.j2", night_before=before, night_after=after).strip()
    page = path.read_bytes()
    linked = LINKS.sub(lambda _: links, page, count=1)
    if linked != page:
        durable.write_bytes(path, linked)
