"""Verbs that run a night, all of it or one step."""

import sys
from datetime import date, timedelta
from pathlib import Path

import click

from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.terminal import say
from evenscore.cli.root import Day, Verb, guarded, main, show, surroundings
from evenscore.laboratory.demo import make_community
from evenscore.night import steps, summary
from evenscore.night.data_docs import write_data_docs
from evenscore.state import runs
from evenscore.state.runs import Night


def telling(verb: Verb) -> Verb:
    """A verb that tells of a night's checks."""
    return click.option("--all-checks", is_flag=True, help="Print the checks that were met, too.")(verb)


@main.command()
@click.option("--date", "as_of_date", type=Day(), help="The UTC day to score.  [default: yesterday]")
@click.option("--until", type=Day(), help="The last day of a range; its nights run in order.")
@telling
@surroundings
def night(settings: Settings, as_json: bool, as_of_date: date | None, until: date | None, all_checks: bool) -> None:
    """Pull, extract, build, check, publish and report one night, or each night of a range.

    Exits 3 where a pull was incomplete: the rest is published, that network's part keeps its last grounds.

    \b
    Example: evenscore night --date 2026-03-13 --until 2026-03-15
    """
    if until and as_of_date is None:
        raise UsageError(f"--until {until}: a range begins somewhere; name its first day with --date")
    _run_nights(settings, _days(as_of_date or runs.yesterday(), until), as_json, all_checks)


def _days(first: date, last: date | None) -> list[date]:
    """The days of a range, none of which may run unless the last one is over."""
    runs.require_ended(first)
    if last is None:
        return [first]
    if last < first:
        raise UsageError(f"--until {last}: lies before --date {first}")
    runs.require_ended(last, "--until")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _run_nights(settings: Settings, days: list[date], as_json: bool, all_checks: bool = False) -> None:
    """One night after another; exits as the worst of them did."""
    worst = 0
    for day in days:
        facts = summary.summarise(settings, steps.run_night(settings, day))
        show(facts, as_json, summary.in_full(facts, all_checks) if len(days) == 1 else summary.in_one_line(facts))
        worst = max(worst, summary.exit_code(facts))
    if worst:
        sys.exit(worst)


@main.command()
@click.option(
    "--nights", type=click.IntRange(0, 75), default=7, show_default=True, help="How many of its last nights to run."
)
@guarded
def demo(home: Path, config: Path | None, as_json: bool, nights: int) -> None:
    """Make the demo community and run its last nights.

    \b
    Example: evenscore demo --nights 3
    """
    if config:
        raise UsageError(f"--config {config}: the demo community brings its own; run `evenscore night` for another")
    community = make_community(HomePaths(home.absolute()).demo)
    if not as_json:
        people, rows = f"{community.people} people", f"{community.activity_rows:,} activities"
        say(f"demo community: {people}, {rows}, {community.folder}")
    if nights:
        first = community.last_date - timedelta(days=nights - 1)
        settings = load_settings(home, community.folder / "evenscore.toml")
        _run_nights(settings, _days(first, community.last_date), as_json)


def step(verb: Verb) -> Verb:
    """A single step of one night."""
    return main.command()(
        click.option("--date", "as_of_date", type=Day(), required=True, help="The UTC day.")(surroundings(verb))
    )


@step
def extract(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Land what the sources have delivered; begins a run.

    \b
    Example: evenscore extract --date 2026-03-15
    """
    night = Night.of(as_of_date)
    with runs.only_one(settings.places):
        counts = {source.name: steps.extract(settings, night, source.name) for source in settings.sources}
    lines = [f"{name}: {summary.counted(rows)}" for name, rows in counts.items()]
    lines += [f"note: {note}" for note in summary.summarise(settings, night)["notes"]]
    show(counts, as_json, "\n".join(lines))


@step
def build(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Check the landing zone, then build features and scores with dbt.

    \b
    Example: evenscore build --date 2026-03-15
    """
    steps.build_all(settings, runs.latest_run(settings.places, as_of_date))
    show({"built": as_of_date}, as_json, f"{as_of_date}: built")


@step
@telling
def check(settings: Settings, as_json: bool, as_of_date: date, all_checks: bool) -> None:
    """Judge the built night beside earlier nights; a critical failure exits 3.

    \b
    Example: evenscore check --date 2026-03-15
    """
    night = runs.latest_run(settings.places, as_of_date)
    steps.check(settings, night)
    facts = summary.summarise(settings, night)
    show(facts, as_json, summary.in_full(facts, all_checks))


@step
def publish(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Publish the checked night: audit a candidate, then swap one pointer.

    \b
    Example: evenscore publish --date 2026-03-15
    """
    night = runs.latest_run(settings.places, as_of_date)
    steps.publish(settings, night)
    facts = summary.summarise(settings, night)
    show(facts, as_json, f"{as_of_date}: {facts['outcome']}, {facts['database']}")


@step
@click.option("--data-docs", is_flag=True, help="Also write Great Expectations' own pages; they need the internet.")
def report(settings: Settings, as_json: bool, as_of_date: date, data_docs: bool) -> None:
    """Write the page of a night, and the index of all nights.

    \b
    Example: evenscore report --date 2026-03-15
    """
    night = runs.latest_run(settings.places, as_of_date)
    written = {"report": steps.report(settings, night), "index": settings.places.report_index}
    if data_docs:
        written["data_docs"] = write_data_docs(settings, night)
    show(written, as_json, "\n".join(map(str, written.values())))


@main.command()
@click.option("--date", "as_of_date", type=Day(), help="The UTC day.  [default: the latest night]")
@telling
@surroundings
def status(settings: Settings, as_json: bool, as_of_date: date | None, all_checks: bool) -> None:
    """Say how the latest run of a night went; exits as that run did.

    \b
    Example: evenscore status --date 2026-03-15
    """
    asked = as_of_date or runs.latest_night(settings.places)
    facts = summary.summarise(settings, runs.latest_run(settings.places, asked))
    show(facts, as_json, summary.in_full(facts, all_checks))
    sys.exit(summary.exit_code(facts))


@main.command()
@click.option("--from", "first", type=Day(), required=True, help="The first night to compute again.")
@click.option("--until", type=Day(), help="The last.  [default: the latest published night]")
@surroundings
def rebuild(settings: Settings, as_json: bool, first: date, until: date | None) -> None:
    """Compute nights again from the landing zone alone, in order; what comes out the same is left as it is.

    \b
    Example: evenscore rebuild --from 2026-03-09
    """
    runs.require_ended(first)
    for day in _days(first, until or steps.latest_published(settings)):
        facts = summary.summarise(settings, steps.rebuild_night(settings, day))
        show(facts, as_json, summary.in_one_line(facts))
