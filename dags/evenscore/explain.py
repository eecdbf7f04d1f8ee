"""A published score in plain words: band, where its points come from, why it changed, which networks count or don't."""

from datetime import date
from typing import Any

import duckdb

from evenscore.errors import UsageError
from evenscore.grounds import grounds
from evenscore.places import Places

FEATURES = {
    "brief_engagers": "people who engaged in the last days (each action halves every 7 days)",
    "recent_engagers": "people who engaged lately (each action halves every 28 days)",
    "lasting_engagers": "people who engaged over the long run (each action halves every 120 days)",
    "brief_crowd": "everybody who engaged in the last days, trusted by the community or not",
    "recent_crowd": "everybody who engaged lately, trusted by the community or not",
    "lasting_crowd": "everybody who engaged over the long run, trusted or not",
    "scale_floor": "where the scale starts",
    "scale_ceiling": "cut at the end of the scale",
}

MOVES = {
    True: "it has moved since the night before",
    False: "it has not moved since the night before",
    None: "there is no night before to compare it with",
}

CHANGES = {
    "own_activity": "engagement with new posts",
    "engagers": "engagement with older posts, and engagers whom the community has come to trust",
    "decay": "older engagement fades, or its engagers have lost trust",
    "source_coverage": "a network that was down is back",
    "scoring_version": "the method changed, not what you did; see your place among members",
    "review": "a hold began or ended",
    "scale": "the end of the scale",
}

CAUSES = {
    "ring": "it rose together with accounts that engage mostly with one another",
    "slow_ramp": "it climbed for nights on end without a big step",
    "viral_post": "one post drew most of it",
    "single_engager": "one person did most of it",
    "bought_burst": "nearly all of it came at once from accounts seen with nobody before",
    "cold_start": "there was too little to compare it with",
    "source_fault": "old evidence cannot vanish that fast, nor grow; a feed may be at fault",
    "version_change": "a new scoring version gives another score",
    "organic": "many people and posts are behind it, and nothing points to a fault",
}


def explain(places: Places, person_id: str, as_of_date: date | None) -> list[dict[str, Any]]:
    """What is published about a person for one night (the latest by default), one entry a persona.

    Raises UsageError when nothing is published, or nothing about this person.
    """
    if not places.database.exists():
        raise UsageError(f"{places.database}: nothing has been published yet; run a night first")
    with duckdb.connect(places.database.resolve(), read_only=True) as con:
        scores = _rows(
            con,
            "from person_scores where person_id = $person and as_of_date = coalesce($night, "
            "(select max(as_of_date) from person_scores where person_id = $person)) order by persona",
            person_id,
            as_of_date,
        )
        if not scores:
            when = f" for {as_of_date}" if as_of_date else ""
            raise UsageError(f"{person_id}: nothing is published about this person{when}")
        return [_with_parts(con, score) for score in scores]


def _with_parts(con: duckdb.DuckDBPyConnection, score: dict[str, Any]) -> dict[str, Any]:
    person, night = score["person_id"], score["as_of_date"]
    parts = _rows(
        con,
        "select network, feature, points, raw_value from score_contributions "
        f"where person_id = $person and as_of_date = $night and persona = '{score['persona']}' order by points desc",
        person,
        night,
    )
    networks = _rows(
        con,
        "select network, is_linked, is_counted, why_not, weight from network_coverage "
        f"where person_id = $person and as_of_date = $night and persona = '{score['persona']}' order by network",
        person,
        night,
    )
    changes = _rows(
        con,
        "select cause, points from score_changes where person_id = $person and as_of_date = $night "
        f"and persona = '{score['persona']}' order by abs(points) desc",
        person,
        night,
    )
    found = {"contributions": parts, "changes": changes, "networks": networks}
    return score | found | {"grounds": grounds(score, parts, networks)}


def _rows(con: duckdb.DuckDBPyConnection, query: str, person_id: str, night: date | None) -> list[dict[str, Any]]:
    found = con.execute(query, {"person": person_id, "night": night})
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def in_words(score: dict[str, Any]) -> str:
    """One persona's score as a text for people."""
    lines = [f"{score['person_id']} ({score['persona']}), night of {score['as_of_date']}: {_headline(score)}"]
    if score["score"] is not None:
        lines += [_band(score), "", "where the points come from"]
        lines += [f"  {part['points']:6.1f}  {_source(part)}" for part in score["contributions"]]
        lines += ["", "what has changed since the score before", *_changes(score["changes"])]
    lines += ["", "networks"]
    lines += [f"  {network['network']}: {_coverage(network)}" for network in score["networks"]]
    titles = {"procedure": "how it is computed", "data": "from what data", "objection": "if you disagree"}
    for name, sentences in score["grounds"].items():
        lines += ["", titles.get(name, name.replace("_", " ")), *(f"  {sentence}" for sentence in sentences)]
    lines += ["", f"scoring version {score['scoring_version']}, published {score['published_at']:%Y-%m-%d %H:%M} UTC"]
    lines += ["Not for hiring, credit, insurance, housing, education, or any decision with legal effect."]
    return "\n".join(lines)


def _headline(score: dict[str, Any]) -> str:
    if score["score"] is None:
        return f"no score yet ({CAUSES.get(score['reason'], score['reason'])})"
    points = f"{score['score']:.0f}{_place(score)}"
    if score["status"] == "held":
        cause = CAUSES.get(score["reason"], score["reason"])
        return f"{points}, held: the last good score stands while a jump waits for a reviewer ({cause})"
    if score["status"] == "frozen":
        return f"{points}, frozen: it stays as it was ({score['reason']})"
    return points


def _place(score: dict[str, Any]) -> str:
    """Where the score stands among all that are published: points alone say little, and another method has others."""
    if score["percentile"] is None:
        return ""
    return f" (higher than {score['percentile']:.0f} % of the members who have a score)"


def _band(score: dict[str, Any]) -> str:
    moved = MOVES[score["has_moved"]]
    return (
        f"With other engagers of the same habits it would lie between {score['score_low']:.0f} and "
        f"{score['score_high']:.0f} nine times in ten; {moved}."
    )


def _changes(changes: list[dict[str, Any]]) -> list[str]:
    if not changes:
        return ["  nothing, or there is no score before"]
    return [f"  {change['points']:+6.2f}  {CHANGES.get(change['cause'], change['cause'])}" for change in changes]


def _source(part: dict[str, Any]) -> str:
    what = FEATURES.get(part["feature"], part["feature"])
    return what if part["network"] == "all" else f"{part['network']}: {what}"


def _coverage(network: dict[str, Any]) -> str:
    if not network["is_counted"]:
        return f"not counted ({network['why_not']})"
    share = f"counted, {network['weight']:.0%} of the points"
    return f"{share}; {network['why_not']}" if network["why_not"] else share
