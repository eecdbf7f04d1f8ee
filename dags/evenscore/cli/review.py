"""Verbs about held scores: what waits for a reviewer, the evidence, and the decision."""

from collections.abc import Container, Iterable
from typing import Any

import click

from evenscore.base.settings import Settings
from evenscore.cli.root import Verb, hand_on, main, shared, show, surroundings
from evenscore.report import review_commands
from evenscore.report.review_commands import PARTS
from evenscore.reviews import queue as queues
from evenscore.reviews import set_asides, wording
from evenscore.reviews.decisions import Action


@main.group()
@shared
@click.pass_context
def review(ctx: click.Context, /, **given: Any) -> None:
    """List the held scores, show the evidence, release or reject.

    Whoever decides first on an episode may change their mind, and two others together may overrule them. A decision
    takes effect on the night after the one that was seen: what readers saw is never rewritten.

    \b
    Example: evenscore review list
    """
    hand_on(ctx, review.commands, given)


def about_one(verb: Verb) -> Verb:
    """A verb about the held score of one person."""
    persona = click.option("--persona", help="Which, where two of a person's are held.")
    return click.argument("person")(persona(surroundings(verb)))


def signed(verb: Verb) -> Verb:
    """A verb of which it is kept who said it, and why."""
    by = click.option("--by", required=True, help="Who decides.")
    return by(click.option("--why", required=True, help="For whoever asks later.")(verb))


def deciding(verb: Verb) -> Verb:
    """A verb that decides about the held scores of one person or several."""
    persona = click.option("--persona", help="Which, where two of a person's are held.")
    people = click.argument("people", metavar="PERSON...", nargs=-1, required=True)
    return people(persona(surroundings(signed(verb))))


def one_part(verb: Verb) -> Verb:
    """A verb about one part of the engagement behind a held score."""
    for part, says in reversed(PARTS.items()):
        verb = click.option(review_commands.flag(part), is_flag=True, help=says)(verb)
    return verb


@review.command("list")
@click.option("--all", "is_all", is_flag=True, help="Every decision too, and what has become of it.")
@surroundings
def list_held(settings: Settings, as_json: bool, is_all: bool) -> None:
    """List the open incidents and the held scores of the latest published night, the largest move first.

    \b
    Example: evenscore review list --all
    """
    board = queues.read_queue(settings.places)
    held = [_plain(held) | {"deciding": _plain(board.deciding(held))} for held in board.waiting]
    rejected = [_plain(held) for held in board.rejected]
    found: dict[str, Any] = {
        "as_of_date": board.night,
        "held": held,
        "rejected": rejected,
        "incidents": list(map(vars, board.incidents)),
    }
    text = wording.listed(board)
    said = set_asides.read_set_asides(settings.places)
    now = set_asides.aside_now(said)
    aside = said if is_all else _of(now.values(), *board.waiting, *board.rejected)
    found["set_asides"] = _asides(aside, now)
    if is_all:
        found["decisions"] = [_plain(made) | {"state": board.state(made)} for made in board.decisions]
        text = "\n".join([text, "", "decisions", *(wording.history(board, board.decisions) or ["none yet"])])
    if aside:
        text = "\n".join([text, "", "set aside", *wording.asides(aside, now)])
    show(found, as_json, text)


@review.command("show")
@about_one
def show_held(settings: Settings, as_json: bool, person: str, persona: str | None) -> None:
    """Show what a reviewer needs to decide about a held score.

    \b
    Example: evenscore review show p_maya
    """
    board = queues.read_queue(settings.places)
    held = board.find(person, persona)
    evidence = queues.read_evidence(settings.places, held)
    said = set_asides.read_set_asides(settings.places)
    aside, now = _of(said, held), set_asides.aside_now(said)
    found = _plain(held) | {
        "changes": [{"cause": cause, "points": points} for cause, points in evidence.changes],
        "nights": [{"as_of_date": night, "score": score} for night, score in evidence.nights],
        "decisions": [_plain(made) | {"state": board.state(made)} for made in board.of(held)],
        "set_asides": _asides(aside, now),
    }
    show(found, as_json, wording.in_full(board, held, evidence, wording.asides(aside, now)))


@review.command()
@deciding
def release(settings: Settings, as_json: bool, **said: Any) -> None:
    """Let readers see the candidate, of one person or of several at once.

    \b
    Example: evenscore review release p_maya --by ann --why "her talk was on the front page"
    """
    _decide(settings, as_json, "release", **said)


@review.command()
@deciding
def reject(settings: Settings, as_json: bool, **said: Any) -> None:
    """Keep the last good score until the evidence fades or changes, of one person or of several at once.

    \b
    Example: evenscore review reject p_ida p_bo p_li --by ann --why "a circle that likes its own posts"
    """
    _decide(settings, as_json, "reject", **said)


def _decide(
    settings: Settings,
    as_json: bool,
    action: Action,
    people: tuple[str, ...],
    persona: str | None,
    by: str,
    why: str,
) -> None:
    held = queues.read_queue(settings.places).find_all(people, persona)
    answers = queues.decide_all(settings.places, held, action, by, why)
    facts = [
        {"decision": _plain(made), "is_first": made == counting, "first": _plain(counting)}
        for made, counting in answers
    ]
    show(facts if len(facts) > 1 else facts[0], as_json, wording.answers(answers))


def _plain(found: Any) -> Any:
    return found and found.model_dump(mode="json")


@review.command("incident")
@click.argument("incident_id")
@click.option("--mistaken", "is_mistaken", is_flag=True, help="Take back that it is real, before the next night.")
@signed
@surroundings
def release_incident(settings: Settings, as_json: bool, incident_id: str, is_mistaken: bool, by: str, why: str) -> None:
    """Say that an open incident is a real move: from the next night its people's scores are published again.

    Whoever said so may take it back, or two others who agree.

    \b
    Example: evenscore review incident mass_shift:network:forum:2026-03-15 --by ann --why "the forum was featured"
    """
    said = queues.release_incident(settings.places, incident_id, by, why, is_mistaken)
    text = wording.incident_answer(said, queues.is_called_real(settings.places, incident_id))
    show(said.model_dump(mode="json"), as_json, text)


@review.command("set-aside")
@about_one
@one_part
@click.option("--again", type=int, metavar="NUMBER", help="What was set aside under this number, and restored since.")
@signed
def set_aside(
    settings: Settings,
    as_json: bool,
    person: str,
    persona: str | None,
    again: int | None,
    by: str,
    why: str,
    **named: bool,
) -> None:
    """Let a part of the engagement behind a held score count no more: a burst that somebody else sent.

    It counts for this score on no later night, and the hold ends when the candidate is back where it began.

    \b
    Example: evenscore review set-aside p_maya --newcomers --by ann --why "a rival bought them"
    """
    parts = [part for part in PARTS if named[part]]
    if len(parts) + (again is not None) != 1:
        raise click.UsageError(f"name one thing to set aside: {', '.join(map(review_commands.flag, PARTS))} or --again")
    held = queues.read_queue(settings.places).find(person, persona)
    made = (
        set_asides.set_aside(settings.places, held, parts[0], by, why)
        if again is None
        else set_asides.set_aside_again(settings.places, held, again, by, why)
    )
    _answer_aside(settings, as_json, made)


@review.command()
@click.argument("number", type=int)
@signed
@surroundings
def restore(settings: Settings, as_json: bool, number: int, by: str, why: str) -> None:
    """Let what was set aside under a number count again; somebody else's, where another agrees.

    \b
    Example: evenscore review restore 1 --by ann --why "they are readers of her book"
    """
    _answer_aside(settings, as_json, set_asides.restore(settings.places, number, by, why))


def _answer_aside(settings: Settings, as_json: bool, made: set_asides.SetAside) -> None:
    now = set_asides.aside_now(set_asides.read_set_asides(settings.places))
    show(_asides([made], now)[0], as_json, wording.aside_answer(made, now))


def _of(said: Iterable[set_asides.SetAside], *scores: queues.HeldScore) -> list[set_asides.SetAside]:
    """What was said about some held scores."""
    whose = {(held.person_id, held.persona) for held in scores}
    return [one for one in said if (one.person_id, one.persona) in whose]


def _asides(said: Iterable[set_asides.SetAside], now: Container[set_asides.About]) -> list[dict[str, Any]]:
    return [_plain(one) | {"is_aside": one.about in now} for one in said]
