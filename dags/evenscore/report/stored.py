"""The facts of a night's page, kept in its run's folder: the page is written again from them, and from nothing else."""

import json
from dataclasses import replace
from datetime import date

from pydantic import TypeAdapter, ValidationError

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.names.identifier_matcher import REMOVED, IdentifierMatcher
from evenscore.report.facts import Facts, Run
from evenscore.report.gate import Ended, Gate, Incident, Jump
from evenscore.state.runs import Night, newest

FACTS = TypeAdapter(Facts)


def keep(places: HomePaths, facts: Facts) -> None:
    """Keep the facts of a run's page; what is kept already is replaced."""
    content = json.dumps(FACTS.dump_python(facts, mode="json"), indent=1)
    atomic_io.write_bytes(places.page_facts(facts.run.run_id), f"{content}\n".encode())


def kept(places: HomePaths, run_id: str) -> Facts | None:
    """The facts of a run's page; None where it kept none. Raises InputError when they cannot be read."""
    path = places.page_facts(run_id)
    if not path.exists():
        return None
    try:
        return FACTS.validate_python(json.loads(path.read_bytes()))
    except (ValueError, ValidationError) as error:
        raise InputError(f"{path}: damaged: not the facts of a page; restore it") from error


def run_of_page(places: HomePaths, day: date) -> Night | None:
    """The newest run of a night that has kept the facts of its page; None where none has."""
    found = newest(folder for folder in places.runs.glob(f"{day}_*/") if places.page_facts(folder.name).exists())
    return Night(day, found.name) if found else None


def names(content: bytes, subjects: IdentifierMatcher) -> bool:
    """Whether facts as they are kept name somebody; an id of few digits tells nobody elsewhere, and does as an id."""
    ids = (f'"person_id": {json.dumps(person)}'.encode() for person in subjects.people)
    return subjects.within_bytes(content) or any(one in content for one in ids)


def without(facts: Facts, subjects: IdentifierMatcher) -> Facts:
    """The facts without people: their held scores go, and other texts that name them are blanked."""
    gate = facts.gate and _gate(facts.gate, subjects)
    programs = tuple((network, _clean(who, subjects), why, count) for network, who, why, count in facts.programs)
    missing = tuple(_clean(text, subjects) for text in facts.missing)
    return replace(facts, run=_run(facts.run, subjects), gate=gate, programs=programs, missing=missing)


def _run(run: Run, subjects: IdentifierMatcher) -> Run:
    stages = tuple(replace(stage, error=_clean(stage.error, subjects)) for stage in run.stages)
    checks = tuple(replace(result, observed=_clean(result.observed, subjects)) for result in run.checks)
    return replace(run, stages=stages, checks=checks)


def _gate(gate: Gate, subjects: IdentifierMatcher) -> Gate:
    gone = [jump for jump in gate.jumps if jump.person_id in subjects.people]
    return replace(
        gate,
        jumps=tuple(_jump(jump, subjects) for jump in gate.jumps if jump not in gone),
        jump_count=gate.jump_count - len(gone),
        pending_count=gate.pending_count - sum(jump.decision == "pending" for jump in gone),
        ended=tuple(_ended(hold, subjects) for hold in gate.ended if hold.person_id not in subjects.people),
        incidents=tuple(_incident(incident, subjects) for incident in gate.incidents),
    )


def _jump(jump: Jump, subjects: IdentifierMatcher) -> Jump:
    posts = tuple(replace(post, shown_post=_clean(post.shown_post, subjects)) for post in jump.posts)
    return replace(jump, posts=posts, why=_clean(jump.why, subjects), decided_by=_clean(jump.decided_by, subjects))


def _ended(hold: Ended, subjects: IdentifierMatcher) -> Ended:
    return replace(hold, why=_clean(hold.why, subjects), decided_by=_clean(hold.decided_by, subjects))


def _incident(incident: Incident, subjects: IdentifierMatcher) -> Incident:
    return replace(
        incident,
        scope=_clean(incident.scope, subjects),
        expected=_clean(incident.expected, subjects),
        observed=_clean(incident.observed, subjects),
        action=_clean(incident.action, subjects),
    )


def _clean(text: str, subjects: IdentifierMatcher) -> str:
    return REMOVED if subjects.within(text) else text
