"""A comparison in words: how many points, which part, how to promote."""

from typing import Any

from evenscore.laboratory.comparison.moves import Part
from evenscore.report.words import plural, points, share, whole

NOTHING = "\N{EN DASH}"
FEATURES = {
    "brief_engagers": "engagers of the last days",
    "recent_engagers": "recent engagers",
    "lasting_engagers": "lasting engagers",
    "brief_crowd": "the crowd of the last days",
    "recent_crowd": "the recent crowd",
    "lasting_crowd": "the lasting crowd",
    "scale_floor": "the scale's floor",
    "scale_ceiling": "the scale's ceiling",
}


def part(found: Part) -> str:
    """One part of a move: recent engagers 9.1 to 4.2."""
    name = FEATURES.get(found.feature, found.feature.replace("_", " "))
    return f"{name} {points(found.published)} to {points(found.candidate)}"


def some(value: float | None) -> str:
    """Points, or a dash where there is nothing to measure them on; small ones to two places."""
    if value is None:
        return NOTHING
    return f"{value:.2f}" if value < 1 else points(value)


def headline(facts: dict[str, Any]) -> str:
    """What the comparison comes to, in a sentence or two."""
    if not facts["compared"]:
        return "Nobody has a score under both versions: there is nothing to compare."
    outside = share(facts["outside_band_share"]).capitalize()
    return (
        f"{outside} of {plural(facts['compared'], 'person', 'people')} would leave their band. "
        f"Half of all move {some(facts['median_move'])} points or more, against {some(facts['ordinary_median_move'])} "
        "on an ordinary night."
    )


def promotion(facts: dict[str, Any]) -> tuple[str, ...]:
    """How to promote the candidate, and what will be said of it."""
    return (
        f"One line promotes it: version = {facts['candidate_version']} under [scoring] in evenscore.toml. The next "
        "night is the first that it scores; what is published keeps its version and its rows.",
        f"Points of version {facts['published_version']} are not points of version {facts['candidate_version']}: tell "
        "people their place among members, which explain and the person's page say beside the score.",
        "In score_changes that night's change is named scoring_version, apart from what people did.",
        f"{held(facts)}: who moves {facts['hold_points']:g} points or more is held at the last good score until a "
        "reviewer decides.",
    )


def held(facts: dict[str, Any]) -> str:
    """How many the gate would hold."""
    return f"{plural(facts['would_be_held'], 'move')} of those compared would be held"


def in_full(facts: dict[str, Any], page: str, people: str) -> str:
    """What the command line prints."""
    rank = NOTHING if facts["spearman"] is None else f"{facts['spearman']:.3f}"
    rows = {
        "compared": whole(facts["compared"]),
        "outside band": f"{whole(facts['outside_band'])} ({share(facts['outside_band_share'])})",
        "move": f"median {some(facts['median_move'])}, 99th percentile {some(facts['p99_move'])} points",
        "usual night": f"median {some(facts['ordinary_median_move'])}, "
        f"99th percentile {some(facts['ordinary_p99_move'])} points",
        "rank order": f"Spearman {rank}",
        "would be held": whole(facts["would_be_held"]),
        "gain a score": whole(facts["gain_a_score"]),
        "lose theirs": whole(facts["lose_a_score"]),
    }
    title = (
        f"night {facts['as_of_date']}: version {facts['candidate_version']} beside the published version "
        f"{facts['published_version']}"
    )
    lines = [f"  {name:<14} {value}" for name, value in rows.items()]
    return "\n".join([title, "", *lines, "", *promotion(facts), "", f"page      {page}", f"people    {people}"])


def rank_move(places: int) -> str:
    """How many places up or down."""
    return "the same place" if not places else f"{plural(abs(places), 'place')} {'up' if places > 0 else 'down'}"


def usual(value: float | None) -> str:
    """A person's own usual night, in points."""
    return "no ordinary nights yet" if value is None else f"{some(value)} on a usual night"
