"""Answers that are not as documented: counted, refused with a reason, or read; no traceback, no row that nobody did."""

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fuzzed import variants
from invented import every
from loopback import Asked, Reply
from pulled_home import altered, served
from recordings import FOLDER, records_of

from evenscore.base.canonical import VERBS
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.base import Parsed
from evenscore.connectors.pulled import ASKED, KNOWN
from evenscore.landing_zone.validation import accepted_rows, refused, validator
from evenscore.pulling import outcome

pytestmark = pytest.mark.usefixtures("without_a_disk")
PULLED = sorted(kind for kind, network in NETWORKS.items() if network.endpoints)
KINDS = pytest.mark.parametrize("kind", PULLED)
A_KIND = 6
"""Items of each endpoint that are changed."""
IDS = ("event_id", "actor_id", "object_id", "target_id")


@pytest.fixture
def items(kind: str, tmp_path: Path) -> list[dict[str, Any]]:
    """What an invented network of a kind answers, a few of each endpoint."""
    with served(tmp_path, every()[kind]()) as home:
        home.pull()
        lines = [line for path in home.places.raw_pages("net").iterdir() for line in path.read_text().splitlines()[1:]]
    found: dict[str, list[dict[str, Any]]] = {}
    for item in map(json.loads, lines):
        item[ASKED].pop(KNOWN, None)
        found.setdefault(item[ASKED]["endpoint"], []).append(item)
    return [item for one in found.values() for item in one[:A_KIND]]


def parsed(kind: str, records: list[dict[str, Any]], folder: Path) -> Parsed:
    """The records as the connector reads them from a file."""
    path = folder / f"{len(records)}.ndjson"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    source = Source(name="net", kind=kind, path=str(path), network=kind)
    return NETWORKS[kind].parse(path, source)


@KINDS
def test_what_is_not_as_documented_ends_in_a_row_a_count_or_a_reason(
    kind: str, items: list[dict[str, Any]], tmp_path: Path
) -> None:
    chance = random.Random(kind)
    told = [(f"{item[ASKED]['endpoint']} {name}", one) for item in items for name, one in variants(item, chance, 6)]
    found = parsed(kind, [record for _, record in told], tmp_path)
    read = {row for table in found.tables.values() for row in table.column("row").to_pylist()}
    refused_rows = {one.row for one in found.rejects}
    counted = len(read) + sum(found.ignored.values()) + len(refused_rows)
    assert counted == found.record_count == len(told), [
        name for row, (name, _) in enumerate(told, 1) if row not in read | refused_rows
    ]
    assert read
    assert all(reject.reason for reject in found.rejects)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded answers at hand; EVENSCORE_RECORDED names them")
@KINDS
def test_recorded_answers_that_are_spoiled_end_alike(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    real = [record for record in records_of(kind) if ASKED in record]
    place = next((found for record in real if (found := record[ASKED]["about"].get("place"))), None)
    real = [record for record in real if record[ASKED]["about"].get("place") in (None, place)]
    told = [one for item in chance.sample(real, min(12, len(real))) for _, one in variants(item, chance, 6)]
    found = parsed(kind, told, tmp_path)
    read = {row for table in found.tables.values() for row in table.column("row").to_pylist()}
    assert len(read) + sum(found.ignored.values()) + len(found.rejects) == found.record_count


@KINDS
def test_what_lands_of_strange_answers_is_whole(kind: str, items: list[dict[str, Any]], tmp_path: Path) -> None:
    """An id is an id, a verb one of ours, an instant one; and nobody did anything who does not stand in the answer."""
    chance = random.Random(kind)
    told = [(f"{item[ASKED]['endpoint']} {name}", one) for item in items for name, one in variants(item, chance, 6)]
    found = parsed(kind, [record for _, record in told], tmp_path)
    with validator() as con:
        refused(con, "activity", found.tables["activity"], kind, datetime(2027, 1, 1, tzinfo=UTC))
        rows = accepted_rows(con, "activity").to_pylist()
    assert rows
    for row in rows:
        name, record = told[row["row"] - 1]
        assert row["verb"] in VERBS, name
        assert not {"None", "null", "", "True"} & {str(row[one]) for one in IDS if row[one] is not None}, (
            f"{name}: {row}"
        )
        assert row["actor_id"] is None or plain(row["actor_id"]) in plain(json.dumps(record)), f"{name}: {row}"


WITH_PROFILES = sorted(kind for kind in PULLED if any(endpoint.shows_profile for endpoint in NETWORKS[kind].endpoints))


@pytest.mark.parametrize("kind", WITH_PROFILES)
def test_profiles_without_an_id_end_no_pull_and_hide_whose_they_are(kind: str, tmp_path: Path) -> None:
    is_bad = [True]

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: stripped(one) for key, one in value.items() if not key.casefold().endswith("id")}
        return [stripped(one) for one in value] if isinstance(value, list) else value

    def change(_asked: Asked, reply: Reply) -> Reply:
        return Reply(stripped(reply.body), reply.status, reply.headers) if is_bad[0] else reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        done = home.pull()
        assert done.state == outcome.INCOMPLETE and not done.is_success
        profile = next(one.name for one in NETWORKS[kind].endpoints if one.shows_profile)
        told = {reason: count for reason, count in done.account.incomplete.items() if reason.startswith(f"{profile}: ")}
        # Where the items are made by a function of the body, it may be the page that cannot be read.
        assert max(told.values(), default=0) == len(home.people), done.account.incomplete
        is_bad[0] = False
        home.clock.sleep(86400)
        assert home.pull().state == outcome.WHOLE


def plain(text: str) -> str:
    """Letters and digits alone: ids are written in several ways."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@KINDS
def test_what_is_asked_next_of_a_strange_item_is_nothing_or_something(kind: str, items: list[dict[str, Any]]) -> None:
    """A pull makes the next requests out of answers: what is strange may ask for nothing, and must not end the pull."""
    network, chance = NETWORKS[kind], random.Random(kind)
    for item in items:
        for told, record in variants(item, chance, 6):
            for endpoint in network.endpoints:
                if endpoint.per == item[ASKED]["endpoint"]:
                    subject = endpoint.asked_about(record, Counter())
                    assert subject is None or all(isinstance(one, str) for one in subject.values.values()), told
            network.kept_out(item[ASKED]["endpoint"], record)
