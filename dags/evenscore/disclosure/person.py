"""All that is kept about one person, from every place of the home, without telling who the others are.

What others did to the person is the person's own data in as far as it concerns them (verb, object, when, rating); who
they are, and the words that they wrote, is theirs. So no row carries an id of somebody else, an event's own id (which
leads to its author) or somebody else's text. Where a table is about pairs of people, only its number of rows is given.
"""

from typing import Any

from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.consent import ledger
from evenscore.consent.chain import Row
from evenscore.consent.entries import plain
from evenscore.disclosure import subject_data
from evenscore.disclosure.access_log import records_about
from evenscore.disclosure.explain import explain, in_words
from evenscore.names.identifier_matcher import Account
from evenscore.publication.purposes import NEVER, TABLE_PURPOSES
from evenscore.state import runs


def kept_until(settings: Settings) -> dict[str, str]:
    """Each place where something of a person is kept, and until when: by the settings that stand now."""
    raw_days, nights = settings.retention.raw_days, settings.retention.published_nights
    return {
        "ledger": "until an erasure; then a keyed hash alone, so that nothing is taken in again",
        "landing": f"{raw_days} days from the day of a row (retention.raw_days), or until an erasure",
        "warehouse": "until the next night rewrites it, or an erasure",
        "reconstructed": "as long as it is looked back on (scoring.lookback_nights), or until anybody leaves",
        "published": f"{nights} nights (retention.published_nights), or until a withdrawal or an erasure",
        "kept_runs": f"the last {settings.publish.kept_runs} published runs (publish.kept_runs), or until an erasure",
        "reports": f"{nights} nights (retention.published_nights); the person goes with a withdrawal or an erasure",
        "exports": "that it was handed out, when, to whom and what for; never what it said",
    }


def gather(settings: Settings, person_id: str, recipient: str, purpose: str) -> dict[str, Any]:
    """Everything kept about a person, ready to become JSON.

    Raises UsageError where nothing is kept about them.
    """
    places = settings.places
    rows = ledger.rows_of(settings, person_id)
    accounts, disputed = _accounts(settings, person_id, rows)
    published = subject_data.published(places, person_id)
    if not rows and not any(published.values()):
        raise UsageError(f"{person_id}: nothing is kept about this person")
    return {
        "person_id": person_id,
        "recipient": recipient,
        "purpose": purpose,
        "exported_at": runs.now(),
        "use": NEVER,
        "not_in_here": "Who the others are, and what they wrote. Tables about pairs of people are given as numbers.",
        "kept_until": kept_until(settings),
        "ledger": [plain(row) for row in rows],
        "accounts": [_named(account) for account in accounts],
        "accounts_claimed_by_somebody_else_too": [_named(account) for account in disputed],
        "landing": subject_data.unnamed(subject_data.landing(places, accounts), accounts, settings.account_ids),
        "warehouse": subject_data.unnamed(subject_data.warehouse(places, person_id), accounts, settings.account_ids),
        "reconstructed": subject_data.reconstructed(places, person_id),
        "published": {name: {"purpose": TABLE_PURPOSES.get(name), "rows": found} for name, found in published.items()},
        "kept_runs": subject_data.kept_runs(places, person_id),
        "explanations": [in_words(score) for score in _explained(settings, person_id)],
        "files_that_name_the_person": subject_data.files(places, person_id),
        "decisions": subject_data.decisions(places, person_id),
        "exports": records_about(places, person_id),
    }


def _named(account: Account) -> dict[str, str]:
    return dict(zip(("network", "account_id"), account, strict=True))


def _accounts(settings: Settings, person_id: str, rows: list[Row]) -> tuple[list[Account], list[Account]]:
    """The person's accounts, and apart those that another claims: nobody is told of them till that is settled."""
    mine = {(row["entry"]["fields"]["network"], row["entry"]["fields"]["account_id"]) for row in rows}
    entries = ledger.examine_ledger(settings).table.to_pylist()
    others = {(row["network"], row["account_id"]) for row in entries if row["person_id"] != person_id}
    return sorted(mine - others), sorted(mine & others)


def _explained(settings: Settings, person_id: str) -> list[dict[str, Any]]:
    try:
        return explain(settings.places, person_id, None)
    except UsageError:  # nothing is published about them
        return []
