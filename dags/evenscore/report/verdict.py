"""How the night ended, in words that can be read in one second."""

from dataclasses import dataclass

from evenscore.checks.judge import Result
from evenscore.report.facts import Facts, Run
from evenscore.report.words import limits, plural, truth, whole

ALREADY_SEEN = "Readers already saw exactly these scores; nothing was replaced."
NOTHING_NEW = "The night went through, and readers see no new score."
STILL_SEEN = "Nothing was published; readers still see the last good scores."


@dataclass(frozen=True)
class Verdict:
    """A word, the sentences below it, and whether it is good news (`good`, `attention` or `alert`)."""

    tone: str
    title: str
    sentences: tuple[str, ...]
    stopped_by: tuple[Result, ...] = ()


def verdict(facts: Facts) -> Verdict:
    """What became of this run."""
    run = facts.run
    if run.outcome == "published" and run.counts.get("published") == 0:
        return Verdict("attention", "Nothing new", (NOTHING_NEW, _people(facts), *_incidents(facts), _warnings(run)))
    if run.outcome == "published":
        return Verdict(_tone(facts), "Published", (_people(facts), *_incidents(facts), _warnings(run)))
    if run.outcome == "unchanged":
        return Verdict(_tone(facts), "Unchanged", (ALREADY_SEEN, *_incidents(facts), _warnings(run)))
    if run.outcome == "stopped":
        return _stopped(run)
    if run.outcome == "failed":
        stage = next(stage for stage in reversed(run.stages) if stage.outcome != "done")
        return Verdict("alert", "Failed", (f"The stage {stage.name} failed: {stage.error}", STILL_SEEN))
    return Verdict("attention", "Not finished", ("This run has published nothing so far.",))


def failed(run: Run, severity: str) -> tuple[Result, ...]:
    """The expectations of a severity that were not met."""
    return tuple(result for result in run.checks if not result.success and result.severity == severity)


def stop_sentence(result: Result) -> str:
    """What was seen, and what was expected instead."""
    return f"Observed {truth(result.observed)}; expected {limits(result.expected)}."


def _stopped(run: Run) -> Verdict:
    critical = failed(run, "critical")
    if critical:
        return Verdict("alert", "Stopped by a check", (STILL_SEEN,), critical)
    stage = next(stage for stage in reversed(run.stages) if stage.outcome == "stopped")
    return Verdict("alert", "Stopped by a check", (f"In the stage {stage.name}: {stage.error}", STILL_SEEN))


def _tone(facts: Facts) -> str:
    return "attention" if facts.gate and facts.gate.open_incidents else "good"


def _incidents(facts: Facts) -> tuple[str, ...]:
    count = facts.gate.open_incidents if facts.gate else 0
    return (f"{plural(count, 'incident')} {'stands' if count == 1 else 'stand'} open.",) if count else ()


def _people(facts: Facts) -> str:
    published = facts.run.counts.get("published", 0)
    out = plural(published, "new score is", "new scores are")
    if facts.gate is None:
        return f"{out} out; which are held is not known on this page."
    held, pending = facts.gate.jump_count, facts.gate.pending_count
    waiting = (
        f"{plural(pending, 'jump')} {'waits' if pending == 1 else 'wait'} for a reviewer" if held else "none is held"
    )
    after = f"; {whole(held - pending)} held on after a rejection" if held > pending else ""
    return f"{out} out, and {waiting}{after}."


def _warnings(run: Run) -> str:
    count, total = len(failed(run, "warning")), len(run.checks)
    if not count:
        return f"All {whole(total)} checks were met."
    verb = "warns" if count == 1 else "warn"
    return f"{whole(count)} of {plural(total, 'check')} {verb}, and nothing critical failed."
