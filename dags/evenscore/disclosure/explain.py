"""A published score in plain words: band, where its points come from, why it changed, which networks count or don't."""

from datetime import date
from typing import Any

import duckdb

from evenscore.base import databases
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.phrases import CHANGES, FEATURES, MOVES, REASONS
from evenscore.base.terminal import command
from evenscore.base.warehouse import read_published
from evenscore.disclosure.grounds import grounds, half_life_days

TRUST_TO_COME = (
    ": nobody is established in this community yet, so nothing says whose engagement counts; the crowd alone ranks "
    "nobody, and it takes some weeks until somebody is"
)
LAST_NIGHT = """
    from person_scores
    where as_of_date = (select max(as_of_date) from person_scores where as_of_date < $night)
"""
PLACES = f"""
    with compared as (
        select
            person_id,
            persona,
            100 * percent_rank() over (order by before.score) as place_before,
            100 * percent_rank() over (order by tonight.score) as place_now,
            count(*) over () as people_count
        from person_scores as tonight
        inner join ({LAST_NIGHT.replace("$night", "$1")}) as before using (person_id, persona)
        where tonight.as_of_date = $1 and tonight.status <> 'held' and tonight.score is not null
            and before.score is not null
    )
    select place_before, place_now, people_count from compared where person_id = $2 and persona = $3
"""
SAME_PLACE = 5
"""Percentiles that a place may differ by and still be called the same."""


def explain(places: HomePaths, person_id: str, as_of_date: date | None) -> list[dict[str, Any]]:
    """What is published about a person for one night (the latest by default), one entry a persona.

    Raises UsageError when nothing is published, or nothing about this person.
    """
    with read_published(places) as con:
        scores = databases.records(
            con,
            "from person_scores where person_id = $person and as_of_date = coalesce($night, "
            "(select max(as_of_date) from person_scores where person_id = $person)) order by persona",
            {"person": person_id, "night": as_of_date},
        )
        if not scores:
            when = f" for {as_of_date}" if as_of_date else ""
            ledger = command("consent show", person_id)
            raise UsageError(f"{person_id}: nothing is published about this person{when}; what they said: {ledger}")
        return [_with_parts(con, score) for score in scores]


def _with_parts(con: duckdb.DuckDBPyConnection, score: dict[str, Any]) -> dict[str, Any]:
    night = score["as_of_date"]
    own = "where person_id = $person_id and persona = $persona and as_of_date = $as_of_date order by"
    of = {name: score[name] for name in ("person_id", "persona", "as_of_date")}
    parts = databases.records(
        con, f"select network, feature, points, raw_value from score_contributions {own} points desc", of
    )
    networks = databases.records(
        con, f"select network, is_linked, is_counted, why_not, weight from network_coverage {own} network", of
    )
    changes = databases.records(con, f"select cause, points from score_changes {own} abs(points) desc", of)
    found = {"contributions": parts, "changes": changes, "networks": networks, "promotion": _promotion(con, score)}
    score = score | {"is_trust_begun": _is_trust_begun(con, night)}
    return score | found | {"grounds": grounds(score, parts, networks)}


def _is_trust_begun(con: duckdb.DuckDBPyConnection, night: date) -> bool:
    """Whether anybody was established that night: else nothing says yet whose engagement counts."""
    ((count,),) = con.execute("select count(*) from trust_seeds where as_of_date = $1", [night]).fetchall()
    return bool(count)


def _promotion(con: duckdb.DuckDBPyConnection, score: dict[str, Any]) -> dict[str, Any] | None:
    """On the first night of another method: the version before, and the places before and now, 0 to 100.

    Places are those among people who have a score by both: else they change because others lost or gained one. A held
    score is the last good one, so it is of the old method still.
    """
    of = {"person": score["person_id"], "persona": score["persona"], "night": score["as_of_date"]}
    query = f"select scoring_version, score from ({LAST_NIGHT}) where person_id = $person and persona = $persona"
    before = databases.records(con, query, of)
    if not before or before[0]["score"] is None or score["status"] == "held":
        return None
    if before[0]["scoring_version"] == score["scoring_version"]:
        return None
    places = databases.records(con, PLACES, [score["as_of_date"], score["person_id"], score["persona"]])
    nowhere = {"place_before": None, "place_now": None, "people_count": 0}
    return {"scoring_version": before[0]["scoring_version"]} | (places[0] if places else nowhere)


def in_words(score: dict[str, Any]) -> str:
    """One persona's score as a text for people."""
    lines = [f"{score['person_id']} ({score['persona']}), night of {score['as_of_date']}: {_headline(score)}"]
    if score["score"] is None:
        lines += _new_method(score)
    else:
        lines += [_band(score), *_new_method(score), "", "where the points come from"]
        version = score["scoring_version"]
        lines += [f"  {part['points']:6.1f}  {_source(part, version)}" for part in score["contributions"]]
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
        is_too_early = score["reason"] == "too_little_evidence" and not score["is_trust_begun"]
        return f"no score yet ({reason_in_words(score)}{TRUST_TO_COME if is_too_early else ''})"
    points = f"{score['score']:.0f}{_place(score)}"
    if score["status"] == "held":
        why = reason_in_words(score)
        return f"{points}, held: the last good score stands while a jump waits for a reviewer ({why})"
    if score["status"] == "frozen":
        return f"{points}, frozen: it stays as it was ({reason_in_words(score)})"
    return points


def _place(score: dict[str, Any]) -> str:
    """Where the score stands among all that are published: points alone say little, and another method has others."""
    if score["percentile"] is None:
        return ""
    return f" (higher than {score['percentile']:.0f} % of the others who have a score)"


def reason_in_words(score: dict[str, Any]) -> str:
    """Why a row is as it is, with what that is about: `in its first weeks or waiting: 12 of 21 nights`."""
    words, detail = REASONS.get(score["reason"], score["reason"]), score["reason_detail"]
    return f"{words}: {detail}" if detail else words


def _band(score: dict[str, Any]) -> str:
    moved = MOVES[score["has_moved"]]
    return (
        f"With other engagers of the same habits it would lie between {score['score_low']:.0f} and "
        f"{score['score_high']:.0f} nine times in ten; {moved}."
    )


def _new_method(score: dict[str, Any]) -> list[str]:
    """On the night of a promotion: points are told anew, and a place among members can be compared."""
    before = score["promotion"]
    if before is None:
        return []
    said = f"The method changed from scoring version {before['scoring_version']} to {score['scoring_version']}"
    if score["score"] is None:
        return [f"{said}: by the new one there is too little trusted evidence for a score."]
    if before["place_before"] is None:
        return [f"{said}: points of one are not points of the other."]
    was, now = before["place_before"], before["place_now"]
    place = "your place among members did not" if abs(now - was) <= SAME_PLACE else "so did your place among members"
    among = f"of the {before['people_count']:,} who have a score by both"
    return [f"{said}; {place}: higher than {was:.0f} % {among} before, {now:.0f} % now."]


def _changes(changes: list[dict[str, Any]]) -> list[str]:
    if not changes:
        return ["  nothing, or there is no score before"]
    return [f"  {change['points']:+6.2f}  {CHANGES.get(change['cause'], change['cause'])}" for change in changes]


def _source(part: dict[str, Any], version: int) -> str:
    days = half_life_days(part["feature"], version)
    fades = f" (each action halves every {days:g} days)" if days else ""
    what = FEATURES.get(part["feature"], part["feature"]) + fades
    return what if part["network"] == "all" else f"{part['network']}: {what}"


def _coverage(network: dict[str, Any]) -> str:
    if not network["is_counted"]:
        return f"not counted ({network['why_not']})"
    share = f"counted, {network['weight']:.0%} of the points"
    return f"{share}; {network['why_not']}" if network["why_not"] else share
