"""How a night ended, in words: every outcome, with one and with several of what is counted."""

from dataclasses import replace
from typing import Any

import pytest
from nights_by_hand import NIGHT, TONIGHT, result

from evenscore.report.facts import Facts, Run, Stage
from evenscore.report.gate import Gate, Incident
from evenscore.report.verdict import ALREADY_SEEN, NOTHING_NEW, STILL_SEEN, Verdict, stop_sentence, verdict

MET = "All 1 checks were met."
QUIET = "{} out, and none is held."
ONE_OPEN, TWO_OPEN = "1 incident stands open.", "2 incidents stand open."


def night(outcome: str, *stages: Stage, published: int | None = None, **facts: Any) -> Facts:
    """A night of one check that was met."""
    counts = {} if published is None else {"published": published}
    run = Run(NIGHT.run_id, TONIGHT, outcome, stages, counts=counts, checks=(result("share"),))
    return Facts(run, **{"gate": Gate(), **facts})


def gate(held: int, pending: int, *closed: bool) -> Gate:
    """How many are held, how many of them wait, and for each incident whether it is over."""
    about = (TONIGHT, "mass_shift", "network:forum", 30, "calm", "a fall", "frozen")
    return Gate((), held, pending, incidents=tuple(Incident(*about, is_closed) for is_closed in closed))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (night("published", published=2), ("good", "Published", QUIET.format("2 new scores are"), MET)),
        (night("published", published=1), ("good", "Published", QUIET.format("1 new score is"), MET)),
        (night("published"), ("good", "Published", QUIET.format("0 new scores are"), MET)),
        (
            night("published", published=0),
            ("attention", "Nothing new", NOTHING_NEW, QUIET.format("0 new scores are"), MET),
        ),
        (
            night("published", published=0, gate=gate(1, 1, False)),
            ("attention", "Nothing new", NOTHING_NEW, "0 new scores are out, and 1 jump waits for a reviewer.",
             ONE_OPEN, MET),
        ),
        (
            night("published", published=3, gate=gate(2, 2, False, False, True)),
            ("attention", "Published", "3 new scores are out, and 2 jumps wait for a reviewer.", TWO_OPEN, MET),
        ),
        (
            night("published", published=3, gate=gate(3, 1, True)),
            ("good", "Published", "3 new scores are out, and 1 jump waits for a reviewer; 2 held on after a rejection.",
             MET),
        ),
        (
            night("published", published=3, gate=None),
            ("good", "Published", "3 new scores are out; which are held is not known on this page.", MET),
        ),
        (night("unchanged"), ("good", "Unchanged", ALREADY_SEEN, MET)),
        (night("unchanged", gate=gate(0, 0, False)), ("attention", "Unchanged", ALREADY_SEEN, ONE_OPEN, MET)),
        (
            night("failed", Stage("build", "failed", 1, "no room"), Stage("report", "done", 1)),
            ("alert", "Failed", "The stage build failed: no room", STILL_SEEN),
        ),
        (
            night("failed", Stage("build", "failed", 1, "no room"), Stage("check", "failed", 1, "no luck")),
            ("alert", "Failed", "The stage check failed: no luck", STILL_SEEN),
        ),
        (
            night("stopped", Stage("extract", "stopped", 1, "a torn file"), Stage("report", "done", 1)),
            ("alert", "Stopped by a check", "In the stage extract: a torn file", STILL_SEEN),
        ),
        (night("unfinished"), ("attention", "Not finished", "This run has published nothing so far.")),
    ],
)  # fmt: skip
def test_an_outcome_is_told_in_one_second(facts: Facts, expected: tuple[str, ...]) -> None:
    tone, title, *sentences = expected
    assert verdict(facts) == Verdict(tone, title, tuple(sentences))


@pytest.mark.parametrize(
    ("unmet", "said"),
    [
        (1, "1 of 3 checks warns, and nothing critical failed."),
        (2, "2 of 3 checks warn, and nothing critical failed."),
        (0, "All 3 checks were met."),
    ],
)
def test_warnings_are_counted_among_all_checks(unmet: int, said: str) -> None:
    checks = tuple(result("share", number >= unmet, "warning") for number in range(3))
    facts = night("published", published=1)
    assert verdict(replace(facts, run=replace(facts.run, checks=checks))).sentences[-1] == said


def test_what_stopped_the_night_is_what_was_critical_and_not_met() -> None:
    stops = result("share", False)
    checks = (result("share"), stops, result("move", False, "warning"))
    facts = night("stopped", Stage("check", "stopped", 1))
    assert verdict(replace(facts, run=replace(facts.run, checks=checks))) == Verdict(
        "alert", "Stopped by a check", (STILL_SEEN,), (stops,)
    )
    assert stop_sentence(stops) == "Observed 0.5; expected at most 0.05."
    told = replace(stops, observed="False", expected="value set True")
    assert stop_sentence(told) == "Observed no; expected yes."
