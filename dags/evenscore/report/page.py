"""One self-contained page a night: no script, no request to anywhere, the same bytes for the same night."""

import base64
import functools
import hashlib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evenscore.base import phrases
from evenscore.checks.judge import Result
from evenscore.checks.suites import STAGES
from evenscore.report import check_words, gate_words, held_plot, plots, words
from evenscore.report.facts import Facts
from evenscore.report.gate import DRAWN_CARDS, LISTED_MEMBERS, RECORD_NIGHTS
from evenscore.report.verdict import failed, stop_sentence, verdict

HERE = Path(__file__).parent
SECTIONS = {
    "incidents": "Incidents",
    "held": "Held",
    "scores": "Scores",
    "rows": "Rows",
    "gate": "The gate",
    "checks": "Checks",
    "people": "Who is scored",
    "sources": "Sources",
    "run": "The run",
}
"""What a reviewer needs first comes first; each has a template of its own."""

SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class CheckedSuite:
    """The results of one suite, those that were not met first."""

    name: str
    reads: str
    results: tuple[Result, ...]

    @property
    def unmet(self) -> tuple[Result, ...]:
        """What was not met, the worst first."""
        return tuple(result for result in self.results if not result.success)

    @property
    def met(self) -> tuple[Result, ...]:
        """What was met."""
        return tuple(result for result in self.results if result.success)

    @property
    def worst(self) -> int:
        """The rank of its worst failure, least first; the number of severities where nothing failed."""
        return min((_rank(result) for result in self.results), default=len(SEVERITIES))


def render(facts: Facts) -> bytes:
    """The bytes of the page of a night; they depend on nothing but the facts."""
    return rendered(
        HERE / "page.html.j2",
        facts=facts,
        run=facts.run,
        verdict=verdict(facts),
        sections=SECTIONS,
        record_nights=RECORD_NIGHTS,
        night_before=facts.night_before,
        night_after=facts.night_after,
        warnings=failed(facts.run, "warning"),
        suites=_suites(facts),
        not_checked=[stage for stage in STAGES if not any(r.suite.startswith(f"{stage}.") for r in facts.run.checks)],
    )


def rendered(template: Path, **values: Any) -> bytes:
    """A page's bytes from a template, in the style of all our pages; it may include those beside it and ours."""
    style = (HERE / "page.css").read_text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment(template.parent).get_template(template.name)
    # The style is our own file; escaping would break the digest.
    return page.render(style=Markup(style), style_digest=digest, **values).encode()


def _suites(facts: Facts) -> list[CheckedSuite]:
    found = []
    for name, results in groupby(facts.run.checks, key=lambda result: result.suite):
        found.append(CheckedSuite(name, facts.run.suites.get(name, ""), tuple(sorted(results, key=_rank))))
    return sorted(found, key=lambda suite: suite.worst)


def _rank(result: Result) -> int:
    if result.success or result.severity not in SEVERITIES:
        return len(SEVERITIES)
    return SEVERITIES.index(result.severity)


@functools.cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder, HERE]),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "check_words": check_words,
        "words": words,
        "gate_words": gate_words,
        "phrases": phrases,
        "drawn_cards": DRAWN_CARDS,
        "listed_members": LISTED_MEMBERS,
        "plots": plots,
        "held_plot": held_plot,
        "stop_sentence": stop_sentence,
    }
    return environment


def _harmless(value: Any) -> Any:
    """Every value on its way into the page; what is Markup was made of such values."""
    return words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
