"""What reviewers set aside of a held score's engagement: appended only, and counted from the night after the one seen.

A burst that a rival sends holds its victim for as long as it lasts; set aside, it counts no more, and the hold ends.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.report.words import clean
from evenscore.reviews.decisions import CandidateShown, Said, last_word, said_before
from evenscore.reviews.queue import HeldScore, last_accepted_night, read_queue
from evenscore.state import journal, runs

What = Literal["top_post", "newcomers"]
"""The post that most of the engagement went to, or who was seen with nobody before."""


class SetAside(Said):
    """What one reviewer said about a part of the engagement behind a held score. Nothing about it is ever changed."""

    set_aside_id: int
    action: Literal["set_aside", "restore"]
    post: str | None
    """`network:object id`, as `review show` names it; None for the newcomers."""
    since_date: date
    """The night of the last accepted score: newcomers engaged with the person for the first time after it, ..."""
    until_date: date
    """... up to this night, which the reviewer saw."""

    @property
    def about(self) -> tuple[str, str, str]:
        """What is set aside: one post of one persona, or those who were new to it between two nights."""
        return self.person_id, self.persona, self.post or f"{self.since_date} to {self.until_date}"

    @property
    def what(self) -> str:
        """In words, harmless on a terminal."""
        return f"engagement with {clean(self.post)}" if self.post else f"newcomers up to {self.until_date}"


def read_set_asides(places: HomePaths) -> list[SetAside]:
    """Everything that was said, the oldest first. Raises InputError naming file and line when it cannot be read."""
    return journal.read(places.set_asides, SetAside)


def standing(said: Iterable[SetAside], night: date) -> list[SetAside]:
    """What is set aside on a night: reviewers' last words on each part, of those who had seen an earlier night."""
    words = map(last_word, said_before(night, said, lambda one: one.about))
    return [word for word in words if word.action == "set_aside"]


def set_aside(places: HomePaths, held: HeldScore, what: What, by: str, why: str) -> SetAside:
    """Record that a part of the engagement behind a hold shall not count. Raises UsageError where there is none."""
    if what == "top_post" and not held.top_post_id:
        raise UsageError(f"{held.who}: no post is known that the engagement went to; --newcomers sets those aside")
    if what == "newcomers" and not held.new_engager_share:
        raise UsageError(f"{held.who}: every engager was seen before; nobody is new")
    post = held.top_post_id if what == "top_post" else None
    seen = held.model_dump(include=set(CandidateShown.model_fields))
    days = {"since_date": last_accepted_night(places, held), "until_date": held.as_of_date}
    return _append(places, seen | {"post": post} | days, "set_aside", by, why)


def restore(places: HomePaths, number: int, by: str, why: str) -> SetAside:
    """Record that what was set aside shall count again. Raises UsageError where nothing of that number was."""
    known = {said.set_aside_id: said for said in read_set_asides(places)}
    if number not in known:
        raise UsageError(f"{number}: nothing was set aside under this number; `evenscore review list --all` has them")
    about = known[number].model_dump() | {"as_of_date": read_queue(places).night}
    return _append(places, about, "restore", by, why)


def _append(places: HomePaths, about: dict[str, object], action: str, by: str, why: str) -> SetAside:
    by, why = journal.signature(by, why)
    with journal.alone(places.set_asides):
        number = len(read_set_asides(places)) + 1
        said = {"set_aside_id": number, "decided_at": runs.now(), "decided_by": by, "why": why, "action": action}
        made = SetAside.model_validate(about | said)
        journal.append(places, places.set_asides, made)
    return made
