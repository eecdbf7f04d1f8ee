"""Verbs that measure the method, and make its next version."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from evenscore.base.settings import SCORING_VERSIONS, Settings
from evenscore.cli.root import Day, main, show, surroundings
from evenscore.laboratory.evaluation.question import GROUPS, Question


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
    """Measure how well the scores do beside simple rankings and earlier versions: a page, and the table `evaluation`.

    \b
    Example: evenscore evaluate --only quality --only fakes
    """
    from evenscore.laboratory.evaluation import evaluate as evaluation  # seconds to import: only where it is asked for

    version_number = next((v for v in SCORING_VERSIONS if str(v) == version), settings.scoring.version)
    beside = tuple(other for other in SCORING_VERSIONS if other < version_number)
    found = evaluation.evaluate(settings, Question(version=version_number, beside=beside, **asked))
    show(evaluation.in_plain(found), as_json, evaluation.in_words(found))


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
    from evenscore.laboratory.comparison import compare as comparison  # seconds to import: only where it is asked for
    from evenscore.laboratory.comparison import wording

    found = comparison.compare(settings, as_of_date, candidate)
    places = {"page": str(found.page), "people": str(found.people)}
    show(found.facts | places, as_json, wording.in_full(found.facts, **places))


@main.command()
@click.option("--from", "first", type=Day(), help="The first cut-off.  [default: a third into what has landed]")
@click.option("--until", "last", type=Day(), help="The last.  [default: 28 days before the last that has landed]")
@click.option("--cut-offs", "count", type=click.IntRange(3, 100), default=12, show_default=True)
@click.option("--pairs", type=click.Path(path_type=Path), help="CSV: person_a, person_b, more_influential.")
@click.option("--features", type=click.Path(path_type=Path), help="CSV: person_id and numbers; needs --pairs alone.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write.  [default: fits/ below the home folder]")
@surroundings
def fit(settings: Settings, as_json: bool, out: Path | None, features: Path | None, **asked: Any) -> None:
    """Fit the next scoring version's weights on whom people went on to engage with, and freeze the reference panel.

    Writes a scale, a panel without anybody's id and a report; no file of an existing version is touched. With
    --features, nothing that has landed is looked at: weights of those numbers are fitted on the pairs.

    \b
    Example: evenscore fit --cut-offs 12 --out fitted
    """
    from evenscore.laboratory import fit as fitted  # seconds to import: only where it is asked for
    from evenscore.laboratory import fit_files, fit_words

    folder = out or settings.places.fit(fitted.next_version())
    if features is not None:
        judged = fitted.fit_judged(asked["pairs"], features)
        paths, facts, text = fit_files.write_judged(judged, folder), asdict(judged), fit_words.judged_in_full(judged)
    else:
        found = fitted.fit(settings, **asked)
        paths, facts, text = fit_files.write(found, folder), found.facts, fit_words.in_full(found)
    show(facts | {"files": [str(path) for path in paths]}, as_json, "\n".join([text, *map(str, paths)]))
