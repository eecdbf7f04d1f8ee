"""The facts of a night's page, kept in its run's folder: the page is written again from them, and from nothing else."""

import json
from dataclasses import replace
from datetime import date

from pydantic import TypeAdapter, ValidationError

from evenscore import durable
from evenscore.errors import InputError
from evenscore.forgetting.needles import REMOVED, Needles
from evenscore.places import Places
from evenscore.report.facts import Facts, Run
from evenscore.report.gate import Ended, Gate, Incident, Jump
from evenscore.runs import Night

FACTS = TypeAdapter(Facts)


def keep(places: Places, facts: Facts) -> None:
    """Keep the facts of a run's page; what is kept already is replaced."""
    content = json.dumps(FACTS.dump_python(facts, mode="json"), indent=1)
    durable.write_bytes(places.page_facts(facts.run.run_id), f"{content}\n".encode())


def kept(places: Places, run_id: str) -> Facts | None:
    """The facts of a run's page; None where it kept none. Raises InputError when they cannot be read."""
    path = places.page_facts(run_id)
    if not path.exists():
        return None
    try:
        return FACTS.validate_python(json.loads(path.read_bytes()))
    except (ValueError, ValidationError) as error:
        raise InputError(f"{path}: damaged: not the facts of a page; restore it") from error


def run_of_page(places: Places, day: date) -> Night | None:
    """The newest run of a night that has kept the facts of its page; None where none has."""
    found = [folder for folder in places.runs.glob(f"{day}_*/") if places.page_facts(folder.name).exists()]
    newest = max(found, key=lambda folder: (folder.stat().st_mtime_ns, folder.name), default=None)
    return Night(day, newest.name) if newest else None


def names(content: bytes, leavers: Needles) -> bool:
    """Whether facts as they are kept name somebody; an id of few digits tells nobody elsewhere, and does as an id."""
    ids = (f'"person_id": {json.dumps(person)}'.encode() for person in leavers.people)
    return leavers.within_bytes(content) or any(one in content for one in ids)


def without(facts: Facts, leavers: Needles) -> Facts:
    """The facts without people: their held scores go, and other texts that name them are blanked."""
    gate = facts.gate and _gate(facts.gate, leavers)
    programs = tuple((network, _clean(who, leavers), why, count) for network, who, why, count in facts.programs)
    missing = tuple(_clean(text, leavers) for text in facts.missing)
    return replace(facts, run=_run(facts.run, leavers), gate=gate, programs=programs, missing=missing)


def _run(run: Run, leavers: Needles) -> Run:
    stages = tuple(replace(stage, error=_clean(stage.error, leavers)) for stage in run.stages)
    checks = tuple(replace(result, observed=_clean(result.observed, leavers)) for result in run.checks)
    return replace(run, stages=stages, checks=checks)


def _gate(gate: Gate, leavers: Needles) -> Gate:
    gone = [jump for jump in gate.jumps if jump.person_id in leavers.people]
    return replace(
        gate,
        jumps=tuple(_jump(jump, leavers) for jump in gate.jumps if jump not in gone),
        jump_count=gate.jump_count - len(gone),
        pending_count=gate.pending_count - sum(jump.decision == "pending" for jump in gone),
        ended=tuple(_ended(hold, leavers) for hold in gate.ended if hold.person_id not in leavers.people),
        incidents=tuple(_incident(incident, leavers) for incident in gate.incidents),
    )


def _jump(jump: Jump, leavers: Needles) -> Jump:
    posts = tuple(replace(post, shown_post=_clean(post.shown_post, leavers)) for post in jump.posts)
    return replace(jump, posts=posts, why=_clean(jump.why, leavers), decided_by=_clean(jump.decided_by, leavers))


def _ended(hold: Ended, leavers: Needles) -> Ended:
    return replace(hold, why=_clean(hold.why, leavers), decided_by=_clean(hold.decided_by, leavers))


def _incident(incident: Incident, leavers: Needles) -> Incident:
    return replace(
        incident,
        scope=_clean(incident.scope, leavers),
        expected=_clean(incident.expected, leavers),
        observed=_clean(incident.observed, leavers),
        action=_clean(incident.action, leavers),
    )


def _clean(text: str, leavers: Needles) -> str:
    return REMOVED if leavers.within(text) else text
