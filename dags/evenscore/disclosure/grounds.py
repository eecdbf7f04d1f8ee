"""The grounds of one score, for the person it is about: procedure, data, what would change it, and how to object."""

from typing import Any

from evenscore.base.bundled import scale

Row = dict[str, Any]

PROCEDURE = (
    "A program computes the score every night, the same way for everybody.",
    "It counts the people who acted on your work within a year, each by how much the community trusts them and how "
    "long ago it was. Many people count for more than many acts of a few.",
    "The sum is put on a fixed scale of 1 to 100 (docs/scoring.md has every step). A large jump is not published until "
    "a person has looked at it.",
)

SPANS = {"brief": "brief", "recent": "short", "lasting": "long"}
"""By a feature's first word, the span of time that it is weighed over, as the scale of its version calls it."""

REMEDIES = {
    "not linked": "it would count with a grant for an account there",
    "withdrawn": "it would count again with a new grant",
    "erased": "it would start anew with a new grant; what was before stays gone",
    "adult age not declared": "it would count once you declare that you are an adult",
    "claimed by two people": "it will count for the one whose account it is, once that is settled",
    "private account": "it would count if the account were public",
    "no source delivers this network": "it would count if the operator connected it",
    "no longer linked": "it would count again with a new grant for the account, as it is called now",
}
"""For each reason why a network does not count, what would change that."""

OBJECTION = (
    "evenscore export hands you everything kept about you, evenscore consent withdraw takes the score away, and",
    "evenscore forget all the rest. Write to the operator to have a person look at your score: docs/use_policy.md.",
)


def grounds(score: Row, parts: list[Row], networks: list[Row]) -> dict[str, list[str]]:
    """What the person may ask for of a score: each a few sentences, the numbers in them those of this night."""
    return {
        "procedure": [*PROCEDURE, f"This is scoring version {score['scoring_version']}."],
        "data": _data(score, networks),
        "what_would_change_it": [*_drivers(score, parts), *_weights(networks), *_missing(networks)],
        "objection": list(OBJECTION),
    }


def half_life_days(feature: str, version: int) -> float | None:
    """Days in which what is behind a part of a score halves when nothing new comes.

    None where nothing fades, or the version has no such span: a held score may have its parts from another one.
    """
    span = SPANS.get(feature.partition("_")[0])
    return scale(version).get(f"{span}_half_life_days")


def _data(score: Row, networks: list[Row]) -> list[str]:
    counted = [network["network"] for network in networks if network["is_counted"]]
    linked = sum(bool(network["is_linked"]) for network in networks)
    count = score["evidence_count"] or 0
    where = f"{', '.join(counted) or 'no network'} ({len(counted)} counted of {linked} linked)"
    waits = "; the score that stands rests on what was there when it was accepted" if score["status"] == "held" else ""
    return [
        f"{count:,} engagements of the last year with accounts that you linked, on {where}{waits}.",
        "Who engaged, with what, when, and how much the community trusts them. Your own words serve topics alone.",
    ]


def _drivers(score: Row, parts: list[Row]) -> list[str]:
    found = [part for part in parts if part["network"] != "all" and part["points"] > 0]
    if score["score"] is None or not found:
        return ["More people who engage with your work: there is too little evidence for any one part to stand out."]
    top = max(found, key=lambda part: (part["points"], part["network"], part["feature"]))
    days = half_life_days(top["feature"], score["scoring_version"])
    says = f"The largest part, {top['points']:.1f} of {score['score']:.1f} points, comes from {top['network']}"
    if not days:
        return [f"{says}."]
    return [f"{says}: with no new engagement what is behind it ({top['raw_value']:.2f}) halves in {days:g} days."]


def _weights(networks: list[Row]) -> list[str]:
    return [
        f"{network['network']} brought {network['weight']:.0%} of the points; withdrawing it takes its evidence away."
        for network in networks
        if network["is_counted"] and network["weight"]
    ]


def _missing(networks: list[Row]) -> list[str]:
    return [
        f"{network['network']} does not count ({network['why_not']}): {REMEDIES.get(network['why_not'], 'ask why')}."
        for network in networks
        if not network["is_counted"]
    ]
