"""The gate in plain English: rules, causes, incidents, decisions, and commands that are safe to paste."""

import re
from datetime import date

from evenscore.base import phrases
from evenscore.base.terminal import command
from evenscore.report import review_commands
from evenscore.report.gate import AlarmRecord, Ended, Incident, Jump, Part, Ring
from evenscore.report.words import about, plural, points, share, short_day, signed, whole

RULES = {
    "large_move": (
        "A large move",
        "moved half of what the community spans, or {points} points, against a score accepted within the last {nights}",
    ),
    "slow_climb": (
        "A slow climb",
        "climbed most of what the community spans within weeks, in steps with rests between",
    ),
    "first_score": ("A first score", "appears near the top of the community by engagement that is no older than weeks"),
    "ring": ("A ring", "rose together with those who engage with them again and again, six or more in one circle"),
    "trusted_dislike": ("Trusted dislike", "is disliked or rated badly by members whom the community trusts"),
    "inconsistent_evidence": (
        "Inconsistent evidence",
        "old evidence is worth less than fading leaves, or far more than it was: missing, or counted twice",
    ),
    "incident": ("Incident", "belongs to a group that moved as one: frozen with the incident, and nobody is asked"),
    "undelivered": ("No delivery", "rests on networks alone whose delivery is missing or partial: stays as it was"),
}

CAUSES = {
    "viral_post": ("One viral post", "One post drew most of the engagement. A post that travels is not yet influence."),
    "ring": ("A ring", "The accounts behind this move engage mostly with one another."),
    "trusted_dislike": (
        "Trusted dislike",
        "Members whom the community trusts dislike this person, or rate them badly. That lowers no score: "
        "a person decides.",
    ),
    "single_engager": ("One engager", "One account made most of the actions."),
    "bought_burst": (
        "A burst of newcomers",
        "Many accounts arrived at once that were seen with nobody before. "
        "Bought and honest bursts look alike in the numbers: a person decides.",
    ),
    "cold_start": ("A cold start", "There was too little evidence before this move to measure it against."),
    "slow_ramp": ("A slow ramp", "The score climbed steadily, night after night, without a step that stands out."),
    "source_fault": (
        "A fault in a source",
        "Old evidence fades slowly and never grows, and here it did otherwise: look at the feed before the person.",
    ),
    "trust_change": (
        "Trust starts elsewhere",
        "The seeds of trust are others than before, so old evidence is worth more or less: the person did nothing. "
        "Where members are few, name seeds in scoring.seeds.",
    ),
    "late_events": (
        "Late events",
        "Engagement of earlier days counts only now: look at the delivery, or at who restored it, before the person. "
        "What is told of posts and engagers is of later days alone.",
    ),
    "linked_network": (
        "A linked network",
        "The person linked a network, and what happened there before counts only now: look at that account.",
    ),
    "version_change": ("A new scoring version", "The method changed, not the person."),
    "organic": ("No fault found", "Many different accounts and posts are behind this move; nothing points to a fault."),
}

DISLIKERS = "members whom the community trusts dislike them or rate them badly"
"""What follows how many they are."""

FEATURES = phrases.FEATURES | {
    "brief_crowd": "the crowd, in the last days",
    "recent_crowd": "the crowd, lately",
    "lasting_crowd": "the crowd, over the long run",
    "scale_ceiling": "the end of the scale",
    "review": "held back by a reviewer's decision, or as part of a ring",
}

KINDS = {
    "mass_shift": "Many moved as one",
    "missing_delivery": "A delivery is missing or partial",
    "version_change": "A new scoring version moved many",
    "settings_change": "A setting that scores rest on was changed",
}

SCOPES = (
    (r"all", "everybody"),
    (r"network:([^/]+)", "the network {}"),
    (r"network:([^/]+)/shard:(\w+)", "the network {}, shard {}"),
    (r"scoring_version:(\w+)", "scoring version {}"),
)


def cause(name: str) -> tuple[str, str]:
    """A cause's title and its sentence."""
    return CAUSES.get(name, (_spaced(name), "No description of this cause is known."))


def rule(name: str, hold_points: float, hold_nights: int) -> tuple[str, str]:
    """A rule's title, and what it says of a score that it holds."""
    title, says = RULES.get(name, (_spaced(name), "no description of this rule is known"))
    return title, says.format(points=whole(hold_points), nights=plural(hold_nights, "night"))


def feature(part: Part) -> str:
    """What a part of a change came from: forum: people who engaged lately."""
    what = FEATURES.get(part.feature, part.feature)
    return what if part.network == "all" else f"{part.network}: {what}"


def kind(incident: Incident) -> str:
    """What happened, in a few words."""
    return KINDS.get(incident.kind, _spaced(incident.kind))


def scope(incident: Incident) -> str:
    """Whom it touches: the network forum; as it stands where it is of another form."""
    for pattern, says in SCOPES:
        found = re.fullmatch(pattern, incident.scope)
        if found:
            return says.format(*found.groups())
    return incident.scope


def befell(incident: Incident) -> str:
    """What was usual and what was seen, and of whom; of a setting, what it was and is."""
    count = plural(incident.affected_count, "score")
    if incident.kind == "settings_change":
        setting = incident.scope.removeprefix("setting:")
        return f"{setting} was {incident.expected}, and is {incident.observed}: {count} moved far tonight."
    return f"{count} of {scope(incident)} affected: expected {incident.expected}, observed {incident.observed}."


def standing(incident: Incident, tonight: date) -> str:
    """Open since when, or closed tonight."""
    since = "tonight" if incident.opened_date == tonight else short_day(incident.opened_date)
    return f"open since {since}" if not incident.is_closed else f"closed tonight, opened {since}"


def evidence(jump: Jump) -> tuple[tuple[str, str], ...]:
    """What a reviewer asks for first, each number with what it is of."""
    rare = (
        ()
        if not jump.p_value
        else ((f"about 1 in {about(1 / jump.p_value)}", "moves of people like this one goes so far"),)
    )
    return (
        *rare,
        *([(str(jump.disliker_count), DISLIKERS)] if jump.disliker_count else []),
        (share(jump.top_post_share), "of the new engagement went to one post"),
        (share(jump.top_engager_share), "of the new actions were one account's"),
        (share(jump.new_engager_share), "of the new engagers were seen with nobody before"),
    )


def places(jump: Jump) -> str:
    """Where the two scores stand among members: points alone say little."""
    stands, would = jump.places
    if would is None:
        return ""
    by_candidate = f"{would:.0f} % of the others who have a score stand lower than the candidate"
    return (
        f"{by_candidate}, {stands:.0f} % lower than the score that stands."
        if stands is not None
        else f"{by_candidate}."
    )


def impact(jump: Jump) -> str:
    """How the place of a jump in the list came about: 48.0 points x 1,270 people = 60,960."""
    times = "\N{MULTIPLICATION SIGN}"
    return f"{points(abs(jump.move))} points {times} {plural(round(jump.reached), 'person', 'people')} reached"


def decision(jump: Jump) -> str:
    """Where the decision stands, in a sentence."""
    because = f": {jump.why}." if jump.why else "."
    who = jump.decided_by or "somebody"
    if jump.decision == "rejected":
        return f"Rejected by {who}{because} It stays held until its evidence fades or changes."
    if jump.rejected_score is not None:
        return f"Pending: {points(jump.rejected_score)} was rejected, and the candidate has gone far from there since."
    if jump.asides:
        parts = " and ".join(review_commands.PARTS[part].rstrip(".").lower() for part in jump.asides)
        return f"Pending. Reviewers have set aside {parts}; the hold ends by itself once the candidate is back."
    return "Pending: nobody has decided yet."


def ended(hold: Ended) -> str:
    """How a hold ended tonight."""
    if hold.decision == "released":
        because = f": {hold.why}" if hold.why else "."
        return f"released by {hold.decided_by or 'somebody'}{because}"
    if hold.decision == "cleared":
        return "cleared by itself: the score came back to where it was."
    return f"{hold.decision.replace('_', ' ')}."


def rate(record: AlarmRecord, count: int) -> str:
    """A count for each 10,000 scored account-nights."""
    found = record.per_ten_thousand(count)
    return "\N{EN DASH}" if found is None else f"{found:.2f}"


def without_top_post(jump: Jump) -> str:
    """What the candidate would be without the post that it rests on most: another, maybe, than the busiest."""
    if jump.without_top_post is None:
        return ""
    of_post = signed(jump.candidate - jump.without_top_post)
    return f"Without the post it rests on most: {points(jump.without_top_post)} (that post alone: {of_post})."


def call_real(incident: Incident) -> str:
    """The command by which a reviewer says that many did move as one; empty where nobody is asked."""
    is_asked = incident.kind == "mass_shift" and not incident.is_closed
    return review_commands.call_real(incident.incident_id) if is_asked else ""


def commands(jump: Jump, as_of_date: date) -> tuple[str, ...]:
    """What a reviewer may type; a rejection stands, and a second decision would change nothing."""
    decide = (review(jump, "release"), review(jump, "reject")) if jump.decision == "pending" else ()
    return (*decide, explain(jump, as_of_date))


def aside_commands(jump: Jump) -> tuple[str, ...]:
    """What a reviewer may type to set aside a part of the engagement, after a rejection too: whoever was held down."""
    return tuple(review(jump, "set-aside", part) for part in jump.sent)


def ring_commands(ring: Ring) -> tuple[str, ...]:
    """The commands that decide on all of a circle who wait, at once."""
    if not ring.waiting:
        return ()
    names = [_called(jump) for jump in sorted(ring.waiting, key=lambda jump: jump.person_id)]
    return tuple(review_commands.about_all(action, names) for action in ("reject", "release"))


def _called(jump: Jump) -> str:
    """The person, with the persona where another one of theirs is held, too."""
    return f"{jump.person_id} ({jump.persona})" if jump.has_twin else jump.person_id


def in_short(card: Jump | Ring) -> str:
    """A held score, or a circle of them, in the line that unfolds it."""
    if isinstance(card, Ring):
        return f"A ring of {plural(len(card.members), 'held score')}, impact {whole(card.impact)}"
    return f"{card.person_id} ({card.persona}), {signed(card.move)} points, impact {whole(card.impact)}"


def ring_decisions(ring: Ring) -> str:
    """Where the decisions stand, in a sentence."""
    waiting, count = len(ring.waiting), len(ring.members)
    if aside := sum(bool(jump.asides) for jump in ring.members):
        return f"{whole(waiting)} of {whole(count)} are pending; of {whole(aside)} reviewers have set aside a part."
    if waiting == count:
        return "Pending: nobody has decided yet. One decision is enough for all of them."
    return f"{whole(waiting)} of {whole(count)} are pending; the others were rejected and stay held."


def inside(ring: Ring) -> str:
    """How much came from within the circle: the more, the less others think of it."""
    if ring.inside_share is None:
        return f"They rose together on {short_day(ring.members[0].episode_date)}, and are not seen to do so tonight."
    return f"{share(ring.inside_share)} of what consenting people gave them came from inside the circle."


def explain(jump: Jump, as_of_date: date) -> str:
    """The command that explains a score."""
    return command("explain", jump.person_id, options=f"--date {as_of_date}")


def review(jump: Jump, verb: str, part: review_commands.Sent | None = None) -> str:
    """The command that says something of a held score, to be completed with a name and a reason."""
    return review_commands.about_one(verb, jump.person_id, jump.persona if jump.has_twin else "", part)


def _spaced(name: str) -> str:
    return name.replace("_", " ").capitalize()
