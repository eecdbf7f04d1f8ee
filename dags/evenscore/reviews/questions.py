"""Questions put to the reviewers in Airflow: each episode is asked about once, and each answer becomes a decision."""

import re
from datetime import date, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel

from evenscore.base.bundled import thresholds
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.report import gate_words, words
from evenscore.report.review_commands import Sent
from evenscore.reviews import wording
from evenscore.reviews.decisions import Action, CandidateShown
from evenscore.reviews.queue import HeldScore, ReviewQueue, decide_all, read_evidence, read_queue
from evenscore.reviews.set_asides import SetAside, aside_now, read_set_asides, set_aside
from evenscore.state import journal, runs

DECISIONS: dict[str, Action] = {"Release": "release", "Reject": "reject"}
ASIDES: dict[str, Sent] = {
    "Set aside the top post": "top_post",
    "Set aside the newcomers": "newcomers",
    "Set aside the busiest account": "top_engager",
}
"""What a reviewer may answer."""

RELEASE_OR_REJECT = (
    "Release shows readers the candidate; Reject goes on showing the last good score. The first reviewer's latest "
    "decision counts, or that of two others; the next night applies it. The same on the command line:"
)
SET_ASIDE = (
    "What somebody else sent can be set aside instead: it counts no more, and the hold ends by itself when the score "
    "is back where its move began. Here that is {parts}, or on the command line:"
)
NOTHING_TO_SET_ASIDE = "There is nothing here to be set aside."
ALL_OF_RING = "Release or Reject decides on all of its ring; what each was sent is set aside on the command line:"


class Question(BaseModel):
    """One question about one episode."""

    person_id: str
    persona: str
    episode_date: date
    asked_at: AwareDatetime
    asked_by: str
    """The Airflow run: it may ask again when its task is tried again."""


def unasked(places: HomePaths, asked_by: str) -> list[dict[str, Any]]:
    """The questions to ask now, as `subject`, `body` (Markdown) and `seen`; they count as asked from here on.

    Nothing is asked about an episode that was decided on, nor about one that has an open question. It is asked about
    once more when something of it was set aside, and it is held for longer than that takes.
    """
    board = read_queue(places)
    # On that night after the one that was seen a hold ends, if what was set aside was all.
    cleared_after = timedelta(days=thresholds()["clear_nights"])
    in_vain = [one for one in read_set_asides(places) if one.as_of_date + cleared_after <= board.night]
    with journal.alone(places.questions):
        known = journal.read(places.questions, Question)
        due = [held for held in board.waiting if _is_due(held, board, in_vain, known, asked_by)]
        for held in due:
            if not any(_is_about(asked, held) and asked.asked_by == asked_by for asked in known):
                journal.append(places, places.questions, _question(held, asked_by))
    return [_worded(places, together) for together in _rings_as_one(due)]


def _rings_as_one(due: list[HeldScore]) -> list[list[HeldScore]]:
    """Those who began to be held as a ring on one night are one question; everybody else is one of their own."""
    found: dict[object, list[HeldScore]] = {}
    for held in due:
        found.setdefault(held.episode_date if held.cause == "ring" else held.episode, []).append(held)
    return list(found.values())


def _is_due(held: HeldScore, board: ReviewQueue, in_vain: list[SetAside], known: list[Question], asked_by: str) -> bool:
    if board.deciding(held):
        return False
    last_said = max((one.decided_at for one in in_vain if one.episode == held.episode), default=None)
    return not any(
        asked.asked_by != asked_by and (last_said is None or asked.asked_at > last_said)
        for asked in known
        if _is_about(asked, held)
    )


def _is_about(asked: Question, held: HeldScore) -> bool:
    return (asked.person_id, asked.persona, asked.episode_date) == held.episode


def _question(held: HeldScore, asked_by: str) -> Question:
    return Question.model_validate(
        held.model_dump(include={"person_id", "persona", "episode_date"})
        | {"asked_at": runs.now(), "asked_by": asked_by}
    )


def _worded(places: HomePaths, together: list[HeldScore]) -> dict[str, Any]:
    held, *others = together
    seen, *more = [one.model_dump(mode="json") for one in together]
    ring = f" and {words.plural(len(others), 'other')} of its ring" if others else ""
    members = [ALL_OF_RING, "", *(f"- {code(one.who)}: {wording.headline(one)}" for one in others)]
    text = "\n".join([body(places, held), *(members if others else _asides(held)), ""])
    return {"subject": f"{held.who}{ring}: {wording.headline(held)}", "body": text, "seen": seen | {"ring": more}}


def body(places: HomePaths, held: HeldScore) -> str:
    """The evidence as Markdown. What people chose themselves stands as code, where it can be neither link nor HTML."""
    evidence = read_evidence(places, held)
    title, sentence = gate_words.cause(held.cause)
    moved = [f"- {line.strip()}" for line in wording.changes(evidence)]
    return "\n".join(
        [
            *(f"{wording.because(held)} The hold began on {held.episode_date}.", "", f"**{title}**: {sentence}", ""),
            *(f"- {line}" for line in wording.shares(held, code)),
            *(["", "Change of the published score by cause:", "", *moved] if moved else []),
            *("", code(wording.sparkline(evidence, held)), ""),
            *(RELEASE_OR_REJECT, ""),
            *(fenced("\n".join(wording.decide_commands(held))), ""),
        ]
    )


def _asides(held: HeldScore) -> list[str]:
    """Which parts may be set aside, as the answers and the commands are called."""
    if not held.sent:
        return [NOTHING_TO_SET_ASIDE]
    parts = " or ".join(f"*{answer}*" for answer, part in ASIDES.items() if part in held.sent)
    return [SET_ASIDE.format(parts=parts), "", fenced("\n".join(wording.aside_commands(held)))]


def code(text: str) -> str:
    """Text as Markdown code, fenced by more backticks than it holds."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {words.clean(text)} {fence}"


def fenced(text: str) -> str:
    """Lines as a Markdown code block, fenced by more backticks than they hold."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}text\n{text}\n{fence}"


def record(places: HomePaths, seen: dict[str, Any], answer: dict[str, Any]) -> str:
    """Record what a reviewer answered in Airflow. Returns what it comes to, in words.

    Raises UsageError when the held score is not published any more, when there is nothing of the kind to set aside, or
    when the answer gives no reason.
    """
    chosen = answer["chosen_options"][0]
    by, why = answer["responded_by_user"]["name"], answer["params_input"].get("why") or ""
    if chosen in ASIDES:
        if seen.get("ring"):
            raise UsageError("a ring: set aside what each was sent on the command line; nothing was recorded")
        made = set_aside(places, HeldScore.model_validate(seen), ASIDES[chosen], by, why)
        return wording.aside_answer(made, aside_now(read_set_asides(places)))
    together = [CandidateShown.model_validate(one) for one in (seen, *seen.get("ring", ()))]
    return wording.answers(decide_all(places, together, DECISIONS[chosen], by, why))
