"""Held scores and decisions in words: the same on a terminal and in Airflow. Names are made harmless here."""

from collections.abc import Callable, Container, Iterable, Sequence
from datetime import date, timedelta

from evenscore.base import terminal
from evenscore.base.phrases import CAUSES, CHANGES
from evenscore.report import gate_words, review_commands, words
from evenscore.report.words import clean
from evenscore.reviews.decisions import Action, CandidateShown, Decision, IncidentRelease, Said
from evenscore.reviews.queue import Evidence, HeldScore, OpenIncident, ReviewQueue
from evenscore.reviews.set_asides import About, SetAside

BLOCKS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"

RULES = {
    "large_move": "it moved too far within a few nights to be shown to readers unreviewed",
    "slow_climb": "it climbed most of what the community spans within weeks, in steps",
    "first_score": "it is a first score near the top, by engagement that is hardly older than weeks",
    "ring": CAUSES["ring"],
    "trusted_dislike": CAUSES["trusted_dislike"],
    "inconsistent_evidence": "its old evidence is worth less than fading leaves, or far more than before",
}

STATES = {
    "waiting": "the next run applies it",
    "applied": "applied",
    "second": "changes nothing: somebody had decided before, and two others must agree to overrule",
    "agreed": "a later decision that says the same counts",
    "reversed": "reversed since",
    "over": "changes nothing: the hold had ended",
}


def score(value: float | None) -> str:
    """A score, also one that there never was."""
    return "no score" if value is None else words.points(value)


def headline(held: HeldScore) -> str:
    """From where to where: 15.0 → 63.2 (+48.2)."""
    move = "" if held.move is None else f" ({words.signed(held.move)})"
    return f"{score(held.last_good_score)} → {score(held.candidate_score)}{move}"


def because(held: HeldScore) -> str:
    """Which rule holds it."""
    return f"Held because {RULES.get(held.rule, clean(held.rule))}."


def shares(held: HeldScore, show: Callable[[str], str] = clean) -> list[str]:
    """What a reviewer asks first: who warns, how much hangs on one post, on one engager, on newcomers. `show` shows
    the post."""
    post = f" ({show(held.top_post_id)})" if held.top_post_id else ""
    rest = held.candidate_without_top_post
    without = "" if rest is None else f"; without the post that the candidate rests on most: {score(rest)}"
    crowd = "" if held.engager_count is None else f" {words.whole(held.engager_count)}"
    return [
        *([f"{held.disliker_count} {gate_words.DISLIKERS}"] if held.disliker_count else []),
        f"{words.share(held.top_post_share)} of the new engagement went to one post{post}{without}",
        f"{words.share(held.top_engager_share)} of the actions were one account's",
        f"{words.share(held.new_engager_share)} of the{crowd} engagers were seen with nobody before",
    ]


def changes(evidence: Evidence) -> list[str]:
    """The change of the published score by cause; nothing where it stands as it did, as most that are held do."""
    return [f"{words.signed(points):>6} {CHANGES.get(cause, clean(cause))}" for cause, points in evidence.changes]


def sparkline(evidence: Evidence, held: HeldScore) -> str:
    """The published scores of 60 nights and the candidate behind them, as blocks; a night without a score is a dot."""
    found = dict(evidence.nights)
    first = min(found, default=held.as_of_date)
    nights = [first + timedelta(days=number) for number in range((held.as_of_date - first).days + 1)][-60:]
    values = [found.get(night) for night in nights]
    known = [value for value in (*values, held.candidate_score) if value is not None]
    low, high = min(known), max(known)
    shown = "".join(_block(value, low, high) for value in values)
    blocks = f"{shown}|{_block(held.candidate_score, low, high)}"
    return f"{blocks}  {words.plural(len(nights), 'night')} as published | the candidate; {score(low)} to {score(high)}"


def _block(value: float | None, low: float, high: float) -> str:
    if value is None:
        return UNKNOWN
    height = (value - low) / (high - low) if high > low else 0
    return BLOCKS[min(int(height * len(BLOCKS)), len(BLOCKS) - 1)]


def decide_commands(held: CandidateShown) -> list[str]:
    """The command lines that decide."""
    return [review_commands.about_one(action, held.person_id, held.persona) for action in ("release", "reject")]


def aside_commands(held: HeldScore) -> list[str]:
    """The command lines that set aside what can be."""
    return [review_commands.about_one("set-aside", held.person_id, held.persona, part) for part in held.sent]


def listed(board: ReviewQueue) -> str:
    """The open incidents, then the held scores that wait, one a line, the largest move first."""
    return "\n".join([*map(_incident, board.incidents), _held(board)])


def _incident(incident: OpenIncident) -> str:
    affected = words.plural(incident.affected_count, "score")
    asked = review_commands.call_real(incident.incident_id)
    what = f"{affected} affected, frozen where they moved with it; {incident.observed}"
    return f"{incident.incident_id}: {what}\nif the move is real: {asked}\n"


def incident_answer(said: IncidentRelease, is_real: bool) -> str:
    """What a word about an incident comes to."""
    what = "called real" if said.action == "real" else "taken back"
    then = "publishes its people's scores again" if is_real else "goes on keeping those who moved with it"
    return f"{said.incident_id}: {what} by {said.decided_by}; the next night {then}"


def _held(board: ReviewQueue) -> str:
    if not board.waiting:
        return "\n".join([f"night of {board.night}: nothing is held for a reviewer", *_rejected(board)])
    lines = [f"night of {board.night}: {words.plural(len(board.waiting), 'held score')}", ""]
    rows = [_row(held, board) for held in board.waiting]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    evidence = terminal.command("review show", board.waiting[0].person_id)
    return "\n".join([*lines, "", f"the evidence: {evidence}", *_rings(board), *_rejected(board)])


def _rejected(board: ReviewQueue) -> list[str]:
    """Who is held on because of a rejection, which whoever made it may reverse."""
    rows = [
        f"  {held.who}  {headline(held)}  since {held.episode_date}  rejected by {clean(held.decided_by or '')}"
        f"{_reversal(held, board)}"
        for held in board.rejected
    ]
    return ["", f"{words.plural(len(rows), 'score')} held on by a rejection:", *rows] if rows else []


def _reversal(held: HeldScore, board: ReviewQueue) -> str:
    """The decision that ends a hold that goes on because of a rejection, where there is one."""
    made = board.deciding(held)
    return f"; {_to_come(made)}" if made and made.action == "release" else ""


def _rings(board: ReviewQueue) -> list[str]:
    """For those who began to be held as a ring on one night: the command that decides on all of them at once."""
    rings: dict[date, list[HeldScore]] = {}
    for held in board.waiting:
        if held.cause == "ring" and not board.deciding(held):
            rings.setdefault(held.episode_date, []).append(held)
    return [
        f"the {len(members)} of the ring since {night}: {command_for_all(members, 'reject')}"
        for night, members in sorted(rings.items())
        if len(members) > 1
    ]


def command_for_all(held: Sequence[HeldScore], action: Action) -> str:
    """The command line that decides on several held scores at once; each is named with its persona."""
    called = sorted(f"{one.person_id} ({one.persona})" for one in held)
    return review_commands.about_all(action, called)


def _row(held: HeldScore, board: ReviewQueue) -> Sequence[str]:
    made = board.deciding(held)
    waits = _to_come(made) if made else "waits for a decision"
    title, _ = gate_words.cause(held.cause)
    return held.who, headline(held), f"since {held.episode_date}", title.lower(), waits


def _to_come(made: Decision) -> str:
    return f"{made.action} by {clean(made.decided_by)}, {STATES['waiting']}"


def history(board: ReviewQueue, decisions: Sequence[Decision]) -> list[str]:
    """Decisions, each with what has become of it."""
    return [
        f"{_who(made)} at {score(made.candidate_score)}: {_made(made)}: {STATES[board.state(made)]}"
        for made in decisions
    ]


def _who(made: Said) -> str:
    return f"{clean(made.person_id)} ({clean(made.persona)})"


def _made(made: Decision) -> str:
    return f"decision {made.decision_id}, {made.action} by {clean(made.decided_by)}, {_when(made)}"


def _when(said: Said) -> str:
    return f"{said.decided_at:%Y-%m-%d %H:%M} UTC, “{clean(said.why)}”"


def asides(said: Iterable[SetAside], now: Container[About]) -> list[str]:
    """What was said about parts of the engagement, a line each, and whether the part is `now` among those set aside."""
    return [
        f"{_aside(one)}: {'does not count' if one.about in now else 'counts'} from the next night on" for one in said
    ]


def _aside(said: SetAside) -> str:
    what = f"{'set aside' if said.action == 'set_aside' else 'restored'} by {clean(said.decided_by)}"
    return f"{said.set_aside_id}: {_who(said)}: {said.what}: {what}, {_when(said)}"


def aside_answer(made: SetAside, now: Container[About]) -> str:
    """What setting aside or restoring comes to, by what is `now` set aside, told to whoever did."""
    wanted = made.action == "set_aside"
    if (made.about in now) != wanted:
        return f"{_aside(made)}\nThis is kept, and changes nothing unless another agrees with you."
    back = f"\n{review_commands.restore(made.set_aside_id)} takes it back." if wanted else ""
    comes_to = "does not count any more" if wanted else "counts again"
    return (
        f"{_aside(made)}\nFrom the night of {made.as_of_date + timedelta(days=1)} on it {comes_to}; "
        f"what readers saw of earlier ones stays as it was.{back}"
    )


def in_full(board: ReviewQueue, held: HeldScore, evidence: Evidence, aside: Sequence[str] = ()) -> str:
    """All that a reviewer needs, and the commands that decide. `aside` is what `asides` says of it."""
    lines = [
        f"{held.who}, night of {held.as_of_date}: held since {held.episode_date}",
        headline(held),
        because(held),
        ": ".join(gate_words.cause(held.cause)),
        "",
        *(f"  {line}" for line in shares(held)),
    ]
    if moved := changes(evidence):
        lines += ["", "change of the published score by cause", *(f"  {line}" for line in moved)]
    lines += ["", sparkline(evidence, held)]
    if made := board.of(held):
        lines += ["", "decided so far", *(f"  {line}" for line in history(board, made))]
    if aside:
        lines += ["", "set aside so far", *(f"  {line}" for line in aside)]
    lines += ["", "to decide", *(f"  {line}" for line in decide_commands(held))]
    if parts := aside_commands(held):
        lines += ["", review_commands.SENT, *(f"  {line}" for line in parts)]
    return "\n".join(lines)


def answer(made: Decision, counting: Decision) -> str:
    """What a decision comes to, told to whoever made it."""
    if made != counting:
        return (
            f"{_who(made)}: somebody had decided first: {_made(counting)}\n"
            f"Your {made.action} is kept as decision {made.decision_id}, and changes nothing "
            "unless another agrees with you."
        )
    return f"{_done(made)}\n{effect(made.action, made.as_of_date)}"


def _done(made: Decision) -> str:
    return f"{_who(made)}: {made.action} by {clean(made.decided_by)} is decision {made.decision_id}."


def answers(found: Sequence[tuple[Decision, Decision]]) -> str:
    """What one decision on several held scores comes to: a line each, and once what will happen."""
    if len(found) == 1:
        return answer(*found[0])
    first = [made for made, counting in found if made == counting]
    lines = [_done(made) for made in first]
    lines += [answer(made, counting) for made, counting in found if made != counting]
    return "\n".join([*lines, *([effect(first[0].action, first[0].as_of_date)] if first else [])])


def effect(action: Action, night: date) -> str:
    """What a decision will do, and when."""
    what = "publishes the candidate" if action == "release" else "goes on showing the last good score"
    return f"The night of {night + timedelta(days=1)} {what}; what readers saw of earlier ones stays as it was."
