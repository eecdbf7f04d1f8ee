"""The command line: every step of the nightly DAG as a verb that needs no Airflow.

Exit codes: 0 published; 1 failed, nothing published; 2 usage or configuration error; 3 stopped by a check, and the
last good scores are still published.
"""

import functools
import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import duckdb
from click.core import ParameterSource

from evenscore import explain as explanation
from evenscore import runs, steps, summary
from evenscore.demo import make_community
from evenscore.doctor import examine
from evenscore.errors import EvenscoreError, UsageError
from evenscore.evaluation.question import GROUPS, Question
from evenscore.places import Places
from evenscore.runs import Night
from evenscore.settings import Settings, load_settings
from evenscore.warehouse import SCORING_VERSIONS

Verb = Callable[..., None]


class Day(click.ParamType[date]):
    """A UTC day, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the day; a usage error names what was given."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day (YYYY-MM-DD)", param, ctx)


SHARED = (
    click.option(
        "--home",
        type=click.Path(path_type=Path),
        # Not `envvar`: click would let the variable beat a --home that stands before the verb.
        default=lambda: Path(os.environ.get("EVENSCORE_HOME") or "var"),
        help="Where all state lives.  [default: EVENSCORE_HOME, else var]",
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="Sources, ledger, scoring and publish targets.  [default: evenscore.toml, else the demo's]",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print machine-readable results."),
    click.option("--verbose", is_flag=True, help="Add the traceback to errors."),
)
"""The options of every verb; given before the verb they hold for it too."""


def shared(function: Verb) -> Verb:
    """Give a verb the options that all share."""
    return functools.reduce(lambda given, option: option(given), reversed(SHARED), function)


def guarded(verb: Verb) -> Verb:
    """A verb that ends in one clear line and its exit code, whatever goes wrong; it receives `home` and `config`."""

    @shared
    @functools.wraps(verb)
    def wrapped(verbose: bool, **options: Any) -> None:
        try:
            verb(**options)
        except EvenscoreError as error:
            _give_up(error, error.exit_code, verbose)
        except (OSError, duckdb.Error) as error:
            _give_up(error, EvenscoreError.exit_code, verbose)

    return wrapped


def surroundings(verb: Verb) -> Verb:
    """A guarded verb that receives the `settings` of its home folder."""

    @guarded
    @functools.wraps(verb)
    def wrapped(home: Path, config: Path | None, **options: Any) -> None:
        verb(settings=load_settings(home, config), **options)

    return wrapped


def _give_up(error: Exception, exit_code: int, verbose: bool) -> None:
    if verbose:
        traceback.print_exc()
    click.echo(f"evenscore: {' '.join(str(error).split())}", err=True)
    sys.exit(exit_code)


def _print(value: Any, as_json: bool, text: str) -> None:
    click.echo(json.dumps(value, default=str) if as_json else text)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="evenscore")
@shared
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:
    """Nightly influence scores that hold still, explain themselves, and exist only for people who asked for one."""
    typed = {
        name: value for name, value in given.items() if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    ctx.default_map = dict.fromkeys(main.commands, typed)


@main.command()
@click.option("--date", "as_of_date", type=Day(), required=True, help="The UTC day to score.")
@click.option("--until", type=Day(), help="The last day of a range; its nights run in order.")
@surroundings
def night(settings: Settings, as_json: bool, as_of_date: date, until: date | None) -> None:
    """Extract, build, check, publish and report one night, or each night of a range.

    \b
    Example: evenscore night --date 2026-03-13 --until 2026-03-15
    """
    _run_nights(settings, _days(as_of_date, until), as_json)


def _days(first: date, last: date | None) -> list[date]:
    last = last or first
    if last < first:
        raise UsageError(f"--until {last}: lies before --date {first}")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _run_nights(settings: Settings, days: list[date], as_json: bool) -> None:
    for day in days:
        facts = summary.summarise(settings, steps.run_night(settings, day))
        _print(facts, as_json, summary.in_full(facts) if len(days) == 1 else summary.in_one_line(facts))


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
    community = make_community(Places(home.absolute()).demo)
    if not as_json:
        people, rows = f"{community.people} people", f"{community.activity_rows:,} activities"
        click.echo(f"demo community: {people}, {rows}, {community.folder}")
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
    lines = [
        f"{name}: " + ", ".join(f"{count:,} {what}" for what, count in rows.items()) for name, rows in counts.items()
    ]
    _print(counts, as_json, "\n".join(lines))


@step
def build(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Check the landing zone, then build staging, features and scores with dbt.

    \b
    Example: evenscore build --date 2026-03-15
    """
    steps.build_all(settings, runs.latest_run(settings.places, as_of_date))
    _print({"built": as_of_date}, as_json, f"{as_of_date}: built {', '.join(steps.LAYERS)}")


@step
def check(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Judge the built night beside earlier nights; a critical failure exits 3.

    \b
    Example: evenscore check --date 2026-03-15
    """
    night = runs.latest_run(settings.places, as_of_date)
    steps.check(settings, night)
    facts = summary.summarise(settings, night)
    _print(facts, as_json, summary.in_full(facts))


@step
def publish(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Publish the checked night: audit a candidate, then swap one pointer.

    \b
    Example: evenscore publish --date 2026-03-15
    """
    night = runs.latest_run(settings.places, as_of_date)
    steps.publish(settings, night)
    facts = summary.summarise(settings, night)
    _print(facts, as_json, f"{as_of_date}: {facts['outcome']}, {facts['database']}")


@step
def report(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Write the page of a night.

    \b
    Example: evenscore report --date 2026-03-15
    """
    path = steps.report(settings, runs.latest_run(settings.places, as_of_date))
    _print({"report": path}, as_json, str(path))


@step
def status(settings: Settings, as_json: bool, as_of_date: date) -> None:
    """Say how the latest run of a night went; exits as that run did.

    \b
    Example: evenscore status --date 2026-03-15
    """
    facts = summary.summarise(settings, runs.latest_run(settings.places, as_of_date))
    _print(facts, as_json, summary.in_full(facts))
    sys.exit(summary.EXIT_CODES[facts["outcome"]])


@main.command()
@click.option("--from", "first", type=Day(), required=True, help="The first night to compute again.")
@click.option("--until", type=Day(), help="The last.  [default: the latest published night]")
@surroundings
def rebuild(settings: Settings, as_json: bool, first: date, until: date | None) -> None:
    """Compute nights again from the landing zone alone, in order; what comes out the same is left as it is.

    \b
    Example: evenscore rebuild --from 2026-03-09
    """
    for day in _days(first, until or steps.latest_published(settings)):
        facts = summary.summarise(settings, steps.rebuild_night(settings, day))
        _print(facts, as_json, summary.in_one_line(facts))


@main.command()
@click.argument("person")
@click.option("--date", "as_of_date", type=Day(), help="The night.  [default: the latest]")
@surroundings
def explain(settings: Settings, as_json: bool, person: str, as_of_date: date | None) -> None:
    """Explain a published score: band, where its points come from, networks counted and not counted.

    \b
    Example: evenscore explain p_maya --date 2026-03-15
    """
    found = explanation.explain(settings.places, person, as_of_date)
    _print(found, as_json, "\n\n".join(explanation.in_words(score) for score in found))


@main.command()
@click.option("--from", "first", type=Day(), help="The first day of activity to use.  [default: the first there is]")
@click.option("--until", "last", type=Day(), help="The last.  [default: the last there is]")
@click.option("--cut-offs", "cut_off_count", type=click.IntRange(1, 100), default=12, show_default=True)
@click.option("--grant-everybody", "is_everybody_granted", is_flag=True, help="Score everybody: research data only.")
@click.option("--pairs", type=click.Path(path_type=Path), help="CSV: person_a, person_b, label (the more influential).")
@click.option("--labels", type=click.Path(path_type=Path), help="CSV: account_id, label (fraud, trusted or other).")
@click.option("--only", multiple=True, type=click.Choice(GROUPS), help="Only these measures; repeat for more.")
@click.option("--seed", type=int, default=1, show_default=True, help="Where the random draws start.")
@click.option("--version", type=click.Choice([str(v) for v in SCORING_VERSIONS]), help="[default: the published one]")
@surroundings
def evaluate(settings: Settings, as_json: bool, version: str | None, **asked: Any) -> None:
    """Measure how well the scores do beside simple rankings; writes a page and the published table `evaluation`.

    \b
    Example: evenscore evaluate --only quality --only fakes
    """
    from evenscore.evaluation import evaluate as evaluation  # seconds to import: only where it is asked for

    version_number = next((v for v in SCORING_VERSIONS if str(v) == version), settings.scoring.version)
    found = evaluation.evaluate(settings, Question(version=version_number, **asked))
    _print(evaluation.in_plain(found), as_json, evaluation.in_words(found))


@main.command()
@click.option("--date", "as_of_date", type=Day(), help="A published night.  [default: the latest]")
@click.option("--candidate", type=int, help="A version.  [default: scoring.candidate, else scoring.version]")
@surroundings
def compare(settings: Settings, as_json: bool, as_of_date: date | None, candidate: int | None) -> None:
    """Put a candidate scoring version beside the published one: who moves, how far, beside normal nightly noise.

    Writes a page and everybody's moves as CSV and Parquet; nothing that readers see is touched.

    \b
    Example: evenscore compare --date 2026-03-15 --candidate 1
    """
    from evenscore.comparison import compare as comparison  # seconds to import: only where it is asked for
    from evenscore.comparison import wording

    found = comparison.compare(settings, as_of_date, candidate)
    places = {"page": str(found.page), "people": str(found.people)}
    _print(found.facts | places, as_json, wording.in_full(found.facts, **places))


@main.command()
@click.option("--from", "first", type=Day(), help="The first cut-off.  [default: a third into what has landed]")
@click.option("--until", "last", type=Day(), help="The last.  [default: 28 days before the last that has landed]")
@click.option("--cut-offs", "count", type=click.IntRange(3, 100), default=12, show_default=True)
@click.option("--pairs", type=click.Path(path_type=Path), help="CSV: person_a, person_b, more_influential.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write.  [default: fits/ below the home folder]")
@surroundings
def fit(settings: Settings, as_json: bool, out: Path | None, **asked: Any) -> None:
    """Fit the next scoring version's weights on whom people went on to engage with, and freeze the reference panel.

    Writes a scale, a panel without anybody's id and a report; no file of an existing version is touched.

    \b
    Example: evenscore fit --cut-offs 12 --out fitted
    """
    from evenscore import fit as fitted  # seconds to import: only where it is asked for

    found = fitted.fit(settings, **asked)
    paths = fitted.write(found, out or settings.places.fit(found.version))
    facts = found.facts | {"files": [str(path) for path in paths]}
    _print(facts, as_json, "\n".join([fitted.in_full(found), *map(str, paths)]))


@main.command()
@surroundings
def doctor(settings: Settings, as_json: bool) -> None:
    """Look over configuration, sources, ledger, disk, locks and versions, and say what to do.

    \b
    Example: evenscore doctor
    """
    findings = examine(settings)
    lines = [f"{'ok' if finding.is_well else 'PROBLEM':<8} {finding.subject}: {finding.says}" for finding in findings]
    _print([vars(finding) for finding in findings], as_json, "\n".join(lines))
    if not all(finding.is_well for finding in findings):
        sys.exit(EvenscoreError.exit_code)
