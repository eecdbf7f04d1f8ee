"""What waits for a reviewer and what was decided: the published held scores beside the decisions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import duckdb
from pydantic import ValidationError

from evenscore.base import databases
from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.warehouse import read_published
from evenscore.report.review_commands import Sent, parts_of
from evenscore.report.words import clean
from evenscore.reviews.decisions import (
    Action,
    CandidateShown,
    Decision,
    IncidentRelease,
    append_decisions,
    append_incident_release,
    called_real,
    counting_on,
    read_decisions,
    read_incident_releases,
)

NAMED = 10
"""How many held people an error names; `evenscore review list` names them all."""

DECIDED = {"release": "released", "reject": "rejected"}
"""How score_jumps calls a decision that a run has applied."""

State = Literal["waiting", "applied", "second", "agreed", "reversed", "over"]

EPISODES = """
    select jumps.*, coalesce(scores.run_id, '') as run_id
    from score_jumps as jumps
    left join person_scores as scores using (person_id, persona, as_of_date)
    qualify as_of_date = max(as_of_date) over (partition by person_id, persona, episode_date)
    order by abs(candidate_score - coalesce(last_good_score, 0)) desc, person_id, persona
"""
CHANGES = """
    select cause, points from score_changes
    where person_id = $person_id and persona = $persona and as_of_date = $as_of_date
    order by abs(points) desc, cause
"""
NIGHTS = """
    select as_of_date, score from person_scores
    where person_id = $person_id and persona = $persona and as_of_date <= $as_of_date and score is not null
    order by as_of_date desc
    limit 60
"""

# What is missing, or was changed on purpose, is no move that a reviewer could call real.
OPEN_INCIDENTS = """
    select incident_id, kind, observed, affected_count from incidents
    where closed_at is null and kind = 'mass_shift'
    order by incident_id
"""


class HeldScore(CandidateShown):
    """One night of an episode as it is published: the candidate, and what a reviewer asks first."""

    rule: str
    base_score: float | None
    """What the move is measured from: a score that readers saw, or none."""
    base_date: date | None = None
    """The night that it is measured from: what came after it is behind the move. None on nights when none was told."""
    delta_1d: float | None
    delta_3d: float | None
    robust_z: float | None
    p_value: float | None
    top_post_share: float | None
    top_post_id: str | None
    candidate_without_top_post: float | None
    top_engager_share: float | None
    new_engager_share: float | None
    engager_count: int | None
    decision: str
    decided_by: str | None
    decided_at: datetime | None
    why: str | None

    @property
    def who(self) -> str:
        """The person and the persona, harmless on a terminal."""
        return f"{clean(self.person_id)} ({clean(self.persona)})"

    @property
    def move(self) -> float | None:
        """Points from the last good score to the candidate; None where no score was ever good."""
        return None if self.last_good_score is None else self.candidate_score - self.last_good_score

    @property
    def sent(self) -> tuple[Sent, ...]:
        """What may be set aside of the engagement behind it."""
        return parts_of(self.move, self.top_post_share, self.new_engager_share, self.top_engager_share)


CALLED: tuple[Callable[[HeldScore], str], ...] = (
    lambda held: held.person_id,
    lambda held: f"{held.person_id} ({held.persona})",
    lambda held: clean(held.person_id),
    lambda held: held.who,
)
"""How a held score may be named, the surest first: an id is shown without its bidi marks and their like, so it may be
typed without them."""


@dataclass(frozen=True)
class Evidence:
    """What else is published about a held score."""

    changes: tuple[tuple[str, float], ...]
    """(cause, points), the largest first."""
    nights: tuple[tuple[date, float], ...]
    """(night, published score), oldest first, 60 at most."""


@dataclass(frozen=True)
class OpenIncident:
    """An incident of the latest published night; a mass shift keeps its cohort at the last accepted scores."""

    incident_id: str
    kind: str
    observed: str
    affected_count: int


@dataclass(frozen=True)
class ReviewQueue:
    """The latest night's holds and every decision, read at one moment."""

    night: date
    episodes: tuple[HeldScore, ...]
    """The latest row of each episode, the largest move first."""
    decisions: tuple[Decision, ...]
    incidents: tuple[OpenIncident, ...]
    """The mass shifts that are open: they stay until the move passes or is called real."""

    @property
    def waiting(self) -> tuple[HeldScore, ...]:
        """What the latest published night holds and no run has settled."""
        return self._tonight("pending")

    @property
    def rejected(self) -> tuple[HeldScore, ...]:
        """What it holds on because a reviewer rejected it: the decision may be reversed."""
        return self._tonight("rejected")

    def _tonight(self, decision: str) -> tuple[HeldScore, ...]:
        return tuple(held for held in self.episodes if held.as_of_date == self.night and held.decision == decision)

    def deciding(self, held: CandidateShown) -> Decision | None:
        """The decision that the next run will apply to a held score."""
        return counting_on(held, self.decisions)

    def of(self, held: CandidateShown) -> tuple[Decision, ...]:
        """Every decision about a persona, the oldest first: a rejected candidate may have become another episode."""
        about = (held.person_id, held.persona)
        return tuple(made for made in self.decisions if (made.person_id, made.persona) == about)

    def state(self, decision: Decision) -> State:
        """What has become of a decision.

        waiting: the next run applies it. applied: it stands in score_jumps. second: somebody had decided before, and it
        changes nothing. agreed: a later one that says the same counts. reversed: whoever made it took it back, or two
        others overruled it. over: the episode ended without it.
        """
        held = next((held for held in self.episodes if held.episode == decision.episode), None)
        counting = counting_on(decision, self.decisions)
        if counting is None or counting.decision_id < decision.decision_id:
            return "second"
        if counting != decision:
            return "agreed" if counting.action == decision.action else "reversed"
        if held is None:
            return "over"
        if _applies(held, decision):
            return "applied"
        return "waiting" if held in (*self.waiting, *self.rejected) else "over"

    def find(self, person_id: str, persona: str | None) -> HeldScore:
        """The one held score of a person, waiting or rejected; `p_maya (work)`, as lists show it, names a persona too.

        Raises UsageError saying who is held, or which personas.
        """
        asked = [held for held in (*self.waiting, *self.rejected) if persona in (None, held.persona)]
        found = next((same for way in CALLED if (same := [held for held in asked if way(held) == person_id])), [])
        if len(found) == 1:
            return found[0]
        if found:
            personas = " and ".join(held.persona for held in found)
            raise UsageError(f"{clean(person_id)}: held as {personas}; name one with --persona")
        raise UsageError(f"{clean(person_id)}{f' ({clean(persona)})' if persona else ''}: {self._why_not(person_id)}")

    def find_all(self, people: Iterable[str], persona: str | None) -> tuple[HeldScore, ...]:
        """The held scores of several people, each once. Raises as `find` does, for the first who has none."""
        return tuple({held.episode: held for held in (self.find(person, persona) for person in people)}.values())

    def _why_not(self, person_id: str) -> str:
        who = [held.who for held in (*self.waiting, *self.rejected)]
        more = f" and {len(who) - NAMED} more" if len(who) > NAMED else ""
        others = f"held are {', '.join(who[:NAMED])}{more}" if who else "nobody is"
        settled = [held for held in self.episodes if held.person_id == person_id and held.decision != "pending"]
        tonight = next((held for held in settled if held.as_of_date == self.night), None)
        what = f"was {tonight.decision}{_by(tonight)}" if tonight else "is not held"
        return f"{what} on the night of {self.night}, the latest published; {others}"


def _by(held: HeldScore) -> str:
    return f" by {clean(held.decided_by)}" if held.decided_by else ""


def _applies(held: HeldScore, decision: Decision) -> bool:
    return (held.decision, held.decided_by) == (DECIDED[decision.action], decision.decided_by) and (
        held.decided_at == decision.decided_at.replace(tzinfo=None)
    )


def read_queue(places: HomePaths) -> ReviewQueue:
    """Everything as it stands now. Raises UsageError when nothing is published, InputError on a damaged decision."""
    try:
        with read_published(places) as con:
            night = con.execute("select max(as_of_date) from person_scores").fetchall()[0][0]
            episodes = tuple(HeldScore.model_validate(row) for row in databases.records(con, EPISODES))
            incidents = tuple(OpenIncident(**row) for row in databases.records(con, OPEN_INCIDENTS))
    except (duckdb.BinderException, ValidationError) as error:
        raise EvenscoreError(f"{places.database}: score_jumps is another version's; run a night first") from error
    return ReviewQueue(night or date.min, episodes, tuple(read_decisions(places)), incidents)


def read_evidence(places: HomePaths, held: HeldScore) -> Evidence:
    """What else is published about a held score: its change by cause, and its nights."""
    key = {"person_id": held.person_id, "persona": held.persona, "as_of_date": held.as_of_date}
    with read_published(places) as con:
        changes = con.execute(CHANGES, key).fetchall()
        nights = con.execute(NIGHTS, key).fetchall()
    return Evidence(tuple(changes), tuple(reversed(nights)))


def decide(places: HomePaths, seen: CandidateShown, action: Action, by: str, why: str) -> tuple[Decision, Decision]:
    """Record a decision. Returns it, and the one that counts for what was seen: the same, or an earlier one.

    Raises as `decide_all` does.
    """
    return decide_all(places, [seen], action, by, why)[0]


def decide_all(
    places: HomePaths, seen: Sequence[CandidateShown], action: Action, by: str, why: str
) -> list[tuple[Decision, Decision]]:
    """Record one decision on several held scores, or on none of them. Returns each with the one that counts.

    Raises UsageError when an episode is not published (any more), and when `by` or `why` says nothing.
    """
    published = {held.episode for held in read_queue(places).episodes}
    for one in seen:
        if one.episode not in published:
            raise UsageError(f"{clean(one.person_id)}: this held score is not published any more; nothing was recorded")
    made = append_decisions(places, seen, action, by, why)
    known = read_decisions(places)
    return [(decision, counting_on(decision, known) or decision) for decision in made]


def release_incident(
    places: HomePaths, incident_id: str, by: str, why: str, is_mistaken: bool = False
) -> IncidentRelease:
    """Record that an open mass shift is a real move, or that it was a mistake to say so.

    Raises UsageError when it is no mass shift that is open, or nobody called it real.
    """
    board = read_queue(places)
    is_open = [incident.incident_id for incident in board.incidents]
    if incident_id not in is_open:
        others = f"open are {', '.join(is_open)}" if is_open else "none is"
        raise UsageError(
            f"{clean(incident_id)}: not an open mass shift of the night of {board.night}, the latest published; "
            f"{others}"
        )
    if is_mistaken and incident_id not in {said.incident_id for said in read_incident_releases(places)}:
        raise UsageError(f"{clean(incident_id)}: nobody has called it real")
    return append_incident_release(places, incident_id, board.night, by, why, is_mistaken)


def is_called_real(places: HomePaths, incident_id: str) -> bool:
    """Whether the next night takes an incident for a real move, by all that was said about it."""
    return any(said.incident_id == incident_id for said in called_real(read_incident_releases(places), date.max))
