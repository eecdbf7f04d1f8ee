"""Codes of the published tables in plain English, for the people whom a score is about."""

FEATURES = {
    "brief_engagers": "people who engaged in the last days",
    "recent_engagers": "people who engaged lately",
    "lasting_engagers": "people who engaged over the long run",
    "brief_crowd": "everybody who engaged in the last days, trusted by the community or not",
    "recent_crowd": "everybody who engaged lately, trusted by the community or not",
    "lasting_crowd": "everybody who engaged over the long run, trusted or not",
    "scale_floor": "where the scale starts",
    "scale_ceiling": "cut at the end of the scale",
    "review": "held back by the gate: a reviewer released less, or a ring rose together",
}

MOVES = {
    True: "it lies outside the band of the night before",
    False: "it lies within the band of the night before, which counts as no move",
    None: "there is no night before to compare it with",
}

CHANGES = {
    "own_activity": "engagement with new posts",
    "engagers": "engagement with older posts, and engagers whom the community has come to trust",
    "decay": "older engagement fades, or its engagers have lost trust",
    "source_coverage": "a network that was down is back",
    "scoring_version": "the method changed, not what you did; see your place among members",
    "review": "a hold or an incident began or ended",
}

CAUSES = {
    "ring": "it rose together with accounts that engage mostly with one another",
    "trusted_dislike": "members whom the community trusts dislike this person or rate them badly",
    "slow_ramp": "it climbed far within weeks, in small steps",
    "viral_post": "one post drew most of it",
    "single_engager": "one person did most of it",
    "bought_burst": "nearly all of it came at once from accounts seen with nobody before",
    "cold_start": "there was too little to compare it with",
    "source_fault": "old evidence cannot vanish that fast, nor grow; a feed may be at fault",
    "trust_change": "others are trusted now than were, so what was done before is worth another amount",
    "late_events": "engagement of earlier days arrived late",
    "linked_network": "a network was linked, and what happened there before counts only now",
    "version_change": "a new scoring version gives another score",
    "organic": "many people and posts are behind it, and nothing points to a fault",
}

REASONS = CAUSES | {
    "provisional": "in its first weeks or waiting",
    "too_little_evidence": "too little evidence",
    "incident": "an incident",
    "missing_delivery": "delivery missing",
}
"""Why a row is as it is, whatever its status."""
