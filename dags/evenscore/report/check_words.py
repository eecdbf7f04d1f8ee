"""Expectation suites in words for people: what each one asks of a night."""

TITLES = {
    "landing.deliveries": "Did every delivery arrive, whole and sound?",
    "landing.doubled": "Is anything counted twice?",
    "landing.ledger": "Is the consent ledger sound?",
    "landing.matching": "Do ledger and activity speak of the same accounts?",
    "landing.night": "Did the night bring anything at all?",
    "landing.repeats": "Does one delivery repeat another?",
    "landing.new_ids": "Is anybody taken for somebody else?",
    "landing.volumes": "Did about as much arrive as usual?",
    "features.engagement": "Is the engagement plausible?",
    "features.people": "Are the people still there?",
    "features.trust": "Is trust spread as it should be?",
    "scores.completeness": "Do the scores add up, and miss nobody?",
    "scores.distribution": "Do the scores lie as they did?",
    "scores.frozen": "Did what was to stand still stand still?",
    "scores.history": "Is the night like the nights before it?",
    "scores.moves": "Did nobody jump unreviewed?",
    "scores.night": "Did everybody move?",
    "scores.personal_data": "Is nobody named who did not ask? (built)",
    "published.last_good": "Are the last good scores still those that the night was measured against?",
    "published.personal_data": "Is nobody named who did not ask? (published)",
    "published.tables": "Are the published tables whole?",
}


def title(suite: str) -> str:
    """What a suite asks; its name where no words are known."""
    return TITLES.get(suite, suite.replace(".", ": ").replace("_", " ").capitalize())
