"""A run in a few lines: what came in, what was held, what each check said, and where to look next."""

from typing import Any

from evenscore.base.errors import StoppedByCheck
from evenscore.base.settings import Settings
from evenscore.checks.judge import results_of
from evenscore.landing_zone.deliveries import rejected_by_reason
from evenscore.publication import run_tables
from evenscore.report.words import clean
from evenscore.state import runs
from evenscore.state.runs import Night

EXIT_CODES = {"published": 0, "unchanged": 0, "stopped": 3, "failed": 1, "unfinished": 1}
PULL = "pull_"
"""What the name of a stage that pulls begins with; its source's name follows."""

RECORDS = ("landed", "rejected", "duplicate", "ignored", "suppressed")
"""The classes of records: each record read is in exactly one, so they add up to `read`."""
LONGEST = 70
"""Characters of what a check observed, or of a reason; the page has all of them."""
NAMED_REASONS = 3
KEPT = "its part of every score keeps the grounds of the last whole night"
COUNTED = ("read", *RECORDS, "rows", "withdrawn", "scored", "held", "published")
LABELS = {"read": "records in"}


def summarise(settings: Settings, night: Night) -> dict[str, Any]:
    """The facts of a run: outcome, rows, seconds, checks and the two paths to look at next."""
    places = settings.places
    stages = runs.stages(places, night.run_id)
    page = places.report(night.as_of_date)
    rows = dict.fromkeys(COUNTED, 0) | run_tables.row_counts(stages)
    return {
        "run_id": night.run_id,
        "as_of_date": night.as_of_date.isoformat(),
        "outcome": run_tables.outcome(stages),
        "rows": {name: rows[name] for name in COUNTED},
        "seconds": round(sum(stage["seconds"] for stage in stages), 1),
        "checks": [
            {
                "check": f"{result.suite}.{result.expectation}",
                "severity": result.severity,
                "success": result.success,
                "observed": result.observed,
                "expected": result.expected,
            }
            for result in results_of(places, night.run_id)
        ],
        "rejected": {
            source.name: reasons
            for source in settings.sources
            if (reasons := rejected_by_reason(places, source.name, night.as_of_date))
        },
        "incomplete": [
            stage["stage"].removeprefix(PULL)
            for stage in stages
            if stage["stage"].startswith(PULL) and not stage.get("is_whole")
        ],
        "notes": [note for stage in stages for note in stage.get("notes", ())],
        "error": next((stage["error"] for stage in stages if "error" in stage), None),
        "report": str(page) if page.exists() else None,
        "database": str(places.database),
    }


def exit_code(facts: dict[str, Any]) -> int:
    """How a run exits: less than a network has is never success, though all else of the night was published."""
    return EXIT_CODES[facts["outcome"]] or (StoppedByCheck.exit_code if facts["incomplete"] else 0)


ALWAYS = ("read", "landed", "rejected", "scored", "held")
"""What a line of a range says even where it is nothing."""


def in_one_line(facts: dict[str, Any]) -> str:
    """A night of a range."""
    rows = facts["rows"]
    names = [name for name in ("read", *RECORDS, "withdrawn", "scored", "held") if rows[name] or name in ALWAYS]
    counts = ", ".join(f"{rows[name]:,} {LABELS.get(name, name)}" for name in names)
    warned = sum(not check["success"] for check in facts["checks"])
    lacks = "".join(f", {name} incomplete" for name in facts["incomplete"])
    return f"{facts['as_of_date']}  {facts['outcome']:<9}  {counts}, {warned} warned{lacks}, {facts['seconds']} s"


def counted(rows: dict[str, int]) -> str:
    """What one source has delivered: its records add up, class by class."""
    records = " + ".join(f"{rows[name]:,} {name}" for name in RECORDS)
    return f"{rows['read']:,} {LABELS['read']} = {records}; {rows['rows']:,} rows, {rows['withdrawn']:,} withdrawn"


def in_full(facts: dict[str, Any], all_checks: bool = False) -> str:
    """A night by itself, with what every check observed that was not met, or every check there is."""
    lines = [f"night {facts['as_of_date']}: {facts['outcome']} in {facts['seconds']} s", ""]
    if facts["error"]:
        lines += [facts["error"], ""]
    if facts["incomplete"]:
        lines += [f"incomplete: {', '.join(facts['incomplete'])}; {KEPT}", ""]
    lines += [f"  {LABELS.get(name, name):<10}{count:>12,}" for name, count in facts["rows"].items()]
    lines += [f"  rejected of {source}: {_by_reason(reasons)}" for source, reasons in facts["rejected"].items()]
    lines += [f"  note: {note}" for note in facts["notes"]]
    lines += ["", *_checks(facts["checks"], all_checks)]
    lines += ["", f"report    {facts['report'] or 'none was written'}", f"database  {facts['database']}"]
    return "\n".join(lines)


def _by_reason(reasons: dict[str, int]) -> str:
    """The most frequent reasons with their counts, and how many records had another; one may quote what was sent."""
    named = list(reasons.items())[:NAMED_REASONS]
    others = sum(reasons.values()) - sum(count for _, count in named)
    more = [f"{others:,} for other reasons"] if others else []
    return ", ".join([*(f"{count:,} x {clean(_shortened(reason))}" for reason, count in named), *more])


def _checks(checks: list[dict[str, Any]], all_checks: bool) -> list[str]:
    if not checks:
        return ["checks: none has run"]
    unmet = [check for check in checks if not check["success"]]
    others = "" if all_checks or len(unmet) == len(checks) else "; --all-checks lists them"
    shown = checks if all_checks else unmet
    lines = [f"  {_verdict(check):<9}{check['check']} ({_told(check)})" for check in shown]
    return [f"checks: {len(checks) - len(unmet)} of {len(checks)} met{others}", *lines]


def _told(check: dict[str, Any]) -> str:
    """What was seen, and of what is not met what was expected instead."""
    observed = _shortened(check["observed"])
    return observed if check["success"] else f"{observed}; expected {_shortened(check['expected'])}"


def _verdict(check: dict[str, Any]) -> str:
    return "ok" if check["success"] else str(check["severity"])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
