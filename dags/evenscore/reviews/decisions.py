"""Reviewers' decisions on held scores: appended only. The first reviewer's latest counts, or that of two others."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, FiniteFloat, StringConstraints

from evenscore.base.paths import HomePaths
from evenscore.names.account_ids import skeleton
from evenscore.state import journal, runs

Action = Literal["release", "reject"]
Word = TypeVar("Word", bound="Spoken")

OVERRULING = 2
"""Other reviewers who have to agree before they overrule the one who decided first."""


class Spoken(Protocol):
    """What one reviewer said about a thing, having seen a night."""

    @property
    def as_of_date(self) -> date:
        """The night."""

    @property
    def action(self) -> str:
        """What was said."""

    @property
    def reviewer(self) -> str:
        """Who said it."""


class CandidateShown(BaseModel):
    """A held score as the reviewer saw it."""

    model_config = ConfigDict(frozen=True)

    person_id: Annotated[str, StringConstraints(min_length=1)]
    persona: str
    as_of_date: date
    """The night that the reviewer looked at."""
    episode_date: date
    """The first night of the hold, or the one on which its rejected candidate became another question; with person and
    persona it names the episode."""
    candidate_score: FiniteFloat
    last_good_score: FiniteFloat | None
    cause: str
    disliker_count: int | None = None
    """Trusted members who dislike them or rate them badly, as they were told of; None, too, where none was told."""
    run_id: str

    @property
    def episode(self) -> tuple[str, str, date]:
        """What a decision is about: one question about one persona. The gate says when another begins."""
        return self.person_id, self.persona, self.episode_date


class Said(CandidateShown):
    """What one reviewer said about what they saw of a held score."""

    decided_at: AwareDatetime
    decided_by: str
    why: str
    action: str

    @property
    def reviewer(self) -> str:
        """Who said it, however the name was typed: Ann and ann are one reviewer."""
        return skeleton(self.decided_by)


class Decision(Said):
    """What one reviewer decided about a held score. Nothing about it is ever changed."""

    decision_id: int
    action: Action


class IncidentRelease(BaseModel):
    """What one reviewer said about an incident: the move is real, and readers shall see it; or this was a mistake."""

    model_config = ConfigDict(frozen=True)

    incident_id: str
    as_of_date: date
    """The night that the reviewer looked at."""
    decided_at: AwareDatetime
    decided_by: str
    why: str
    action: Literal["real", "mistaken"] = "real"

    @property
    def reviewer(self) -> str:
        """Who said it, however the name was typed."""
        return skeleton(self.decided_by)


def read_incident_releases(places: HomePaths) -> list[IncidentRelease]:
    """All that was said of incidents, oldest first. Raises InputError naming file and line when one cannot be read."""
    return journal.read(places.incident_releases, IncidentRelease)


def append_incident_release(
    places: HomePaths, incident_id: str, night: date, by: str, why: str, is_mistaken: bool = False
) -> IncidentRelease:
    """Record that an incident is a real move, or that it was a mistake to say so. Raises as `append_decisions` does."""
    by, why = journal.signature(by, why)
    said = {"incident_id": incident_id, "as_of_date": night, "decided_at": runs.now(), "decided_by": by, "why": why}
    said |= {"action": "mistaken" if is_mistaken else "real"}
    release = IncidentRelease.model_validate(said)
    with journal.alone(places.incident_releases):
        journal.append(places, places.incident_releases, release)
    return release


def read_decisions(places: HomePaths) -> list[Decision]:
    """Every decision, the oldest first. Raises InputError naming file and line when one cannot be read."""
    return journal.read(places.decisions, Decision)


def append_decisions(
    places: HomePaths, seen: Iterable[CandidateShown], action: Action, by: str, why: str
) -> list[Decision]:
    """Record one decision on each of some held scores, after all others and with nobody else's between them; whether it
    counts is `counting_on`'s to say.

    Raises UsageError when `by` or `why` is empty or too long, BusyError when another writer does not let go.
    """
    by, why = journal.signature(by, why)
    with journal.alone(places.decisions):
        said = {"decided_at": runs.now(), "decided_by": by, "why": why, "action": action}
        made = [
            Decision.model_validate(
                one.model_dump(include=set(CandidateShown.model_fields)) | said | {"decision_id": number}
            )
            for number, one in enumerate(seen, start=len(read_decisions(places)) + 1)
        ]
        for decision in made:
            journal.append(places, places.decisions, decision)
    return made


def counting_on(seen: CandidateShown, decisions: Iterable[Decision]) -> Decision | None:
    """The decision that counts for a held score: the latest of whoever decided first on its episode.

    Nobody else overrules them alone; two others who say the opposite later do.
    """
    own = [made for made in decisions if made.episode == seen.episode and made.as_of_date <= seen.as_of_date]
    return last_word(own) if own else None


def that_count(decisions: Iterable[Decision], night: date) -> list[Decision]:
    """The decision that counts for each episode on a night, of those who had seen an earlier night.

    A night that is run again comes out as it was.
    """
    return [last_word(made) for made in said_before(night, decisions, lambda made: made.episode)]


def called_real(said: Iterable[IncidentRelease], night: date) -> list[IncidentRelease]:
    """What counts of what was said about each incident, where that is real, by those who had seen an earlier night."""
    last = (last_word(words) for words in said_before(night, said, lambda one: one.incident_id))
    return [word for word in last if word.action == "real"]


def said_before(night: date, said: Iterable[Word], about: Callable[[Word], Hashable]) -> Iterable[list[Word]]:
    """What was said about each thing by those who had seen an earlier night than this, oldest first."""
    things: dict[Hashable, list[Word]] = {}
    for one in said:
        if one.as_of_date < night:
            things.setdefault(about(one), []).append(one)
    return things.values()


def last_word(said: Sequence[Word]) -> Word:
    """Of all that was said about one thing, oldest first, what counts: the latest of whoever spoke first, or the latest
    of two others who have said the opposite since."""
    last = max(number for number, one in enumerate(said) if one.reviewer == said[0].reviewer)
    own = said[last]
    against = [one for one in said[last + 1 :] if one.action != own.action]
    return against[-1] if len({one.reviewer for one in against}) >= OVERRULING else own
