"""What reviewers set aside of a held score's engagement: appended only, and counted from the night after the latest.

A burst that a rival sends holds its victim for as long as it lasts; set aside, it counts no more, and the hold ends.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.report.review_commands import Sent
from evenscore.report.words import clean
from evenscore.reviews.decisions import CandidateShown, Said, last_word, said_before
from evenscore.reviews.queue import HeldScore, ReviewQueue, read_queue
from evenscore.state import journal, runs

MISSING: dict[Sent, str] = {
    "top_post": "no post is known that the engagement went to",
    "newcomers": "every engager was seen before; nobody is new",
    "top_engager": "no account acted more than all others together",
}
"""Why a part cannot be set aside."""


About = tuple[str, str, Sent, str | None, date, date]
"""A part of the engagement of one persona: person, persona, part, post, and the two nights that it lies between."""


class SetAside(Said):
    """What one reviewer said about a part of the engagement behind a held score. Nothing about it is ever changed."""

    set_aside_id: int
    action: Literal["set_aside", "restore"]
    part: Sent
    post: str | None
    """`network:object id`, as `review show` names it; None where the part is no post."""
    since_date: date
    """The night that the move is measured from: what was there on it stays. Newcomers engaged with the person for the
    first time after it, ..."""
    until_date: date
    """... up to this night, which the reviewer saw."""

    @property
    def about(self) -> About:
        """What is set aside of one persona: the top post, the newcomers or the busiest account of these nights."""
        return self.person_id, self.persona, self.part, self.post, self.since_date, self.until_date

    @property
    def what(self) -> str:
        """In words, harmless on a terminal, and without the name of whoever engaged."""
        first = self.since_date + timedelta(days=1)
        if self.part == "newcomers":
            return f"newcomers of {_nights(first, self.until_date)}"
        busiest = f"the account that acted most on {_nights(first, self.until_date)}"
        return f"engagement from {first} on {f'with {clean(self.post)}' if self.post else f'by {busiest}'}"


def _nights(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} to {last}"


def read_set_asides(places: HomePaths) -> list[SetAside]:
    """Everything that was said, the oldest first. Raises InputError naming file and line when it cannot be read."""
    return journal.read(places.set_asides, SetAside)


def standing(said: Iterable[SetAside], night: date) -> list[SetAside]:
    """What is set aside on a night: reviewers' last words on each part, of those who had seen an earlier night."""
    words = map(last_word, said_before(night, said, lambda one: one.about))
    return [word for word in words if word.action == "set_aside"]


def aside_now(said: Iterable[SetAside]) -> dict[About, SetAside]:
    """The parts that count no more from the next night on, by all that was said, each with the word that counts."""
    return {word.about: word for word in standing(said, date.max)}


def set_aside(places: HomePaths, seen: HeldScore, part: Sent, by: str, why: str) -> SetAside:
    """Record that a part of the engagement behind a hold, as it was seen, shall not count from the next night on.

    Raises UsageError where there is no such part, or the hold has ended since.
    """
    board = read_queue(places)
    _require_held(board, seen)
    if part not in seen.sent or (part == "top_post" and not seen.top_post_id):
        is_fall = seen.move is not None and seen.move <= 0
        raise UsageError(f"{seen.who}: {'the score fell, and nobody sent that' if is_fall else MISSING[part]}")
    since_date = seen.base_date or seen.episode_date - timedelta(days=1)
    days = {"as_of_date": board.night, "since_date": since_date, "until_date": seen.as_of_date}
    what = {"part": part, "post": seen.top_post_id if part == "top_post" else None}
    shown = seen.model_dump(include=set(CandidateShown.model_fields))
    return _append(places, shown | what | days, "set_aside", by, why)


def set_aside_again(places: HomePaths, held: HeldScore, number: int, by: str, why: str) -> SetAside:
    """Record that what was restored shall not count after all: its hold is back. Raises as `restore` does, and where it
    was set aside of another score."""
    known = _known(places, number)
    if (known.person_id, known.persona) != (held.person_id, held.persona):
        raise UsageError(f"{number}: was set aside of another score than that of {held.who}")
    if known.about in aside_now(read_set_asides(places)):
        raise UsageError(f"{number}: is set aside already")
    return _append(places, known.model_dump() | {"as_of_date": held.as_of_date}, "set_aside", by, why)


def restore(places: HomePaths, number: int, by: str, why: str) -> SetAside:
    """Record that what was set aside shall count again. Raises UsageError where nothing of that number was."""
    known = _known(places, number)
    if known.about not in aside_now(read_set_asides(places)):
        raise UsageError(f"{number}: counts already")
    return _append(places, known.model_dump() | {"as_of_date": read_queue(places).night}, "restore", by, why)


def _require_held(board: ReviewQueue, seen: HeldScore) -> None:
    if seen.episode not in {held.episode for held in (*board.waiting, *board.rejected)}:
        raise UsageError(f"{seen.who}: this hold has ended; nothing was recorded")


def _known(places: HomePaths, number: int) -> SetAside:
    known = {said.set_aside_id: said for said in read_set_asides(places) if said.action == "set_aside"}
    if number not in known:
        raise UsageError(f"{number}: nothing was set aside under this number; `evenscore review list --all` has them")
    return known[number]


def _append(places: HomePaths, about: dict[str, object], action: str, by: str, why: str) -> SetAside:
    by, why = journal.signature(by, why)
    with journal.alone(places.set_asides):
        before = read_set_asides(places)
        said = {
            "set_aside_id": len(before) + 1,
            "decided_at": runs.now(),
            "decided_by": by,
            "why": why,
            "action": action,
        }
        made = SetAside.model_validate(about | said)
        own = [one for one in before if one.about == made.about and one.reviewer == made.reviewer]
        if own and own[-1].action == made.action:
            raise UsageError(f"{by}: has said so already, under number {own[-1].set_aside_id}; another may agree")
        journal.append(places, places.set_asides, made)
    return made
