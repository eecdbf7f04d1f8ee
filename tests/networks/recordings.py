"""Recorded answers, of the form that `../shared/data/recorded` has: each is given to the endpoint that asks for it."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import Endpoint
from evenscore.connectors.pulled import ASKED, Network
from evenscore.connectors.records import Ignored, Malformed, each
from evenscore.pulling.weather import GOOD

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("EVENSCORE_RECORDED") or ROOT.parent / "shared/data/recorded")
AT = "2026-03-16T02:00:00+00:00"


@dataclass
class Mapped:
    """What became of one network's recorded answers."""

    answers: int = 0
    read: int = 0
    """Answers that an endpoint of the connector asks for."""
    verbs: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    """Answers of endpoints that the connector does not ask, by file."""


def endpoint_of(network: Network, request: dict[str, Any], body: Any) -> tuple[Endpoint, dict[str, str]] | None:
    """The endpoint that such a request is of, and the values that stand in its address and its parameters.

    Where several have one address, as all of GraphQL has: the one that asks with most of the same, then the one whose
    items stand in the answer.
    """
    found = urlsplit(str(request["path"]))
    sent = request.get("body")
    sent = json.loads(sent) if isinstance(sent, str) else sent
    asked = sent if request["method"] == "POST" else several(parse_qsl(found.query))
    matching = []
    for endpoint in network.endpoints:
        for written in filter(None, (endpoint.path, endpoint.path_by_id)):
            path = written.removeprefix("{server}")
            match = None if path.startswith("{") else re.fullmatch(_pattern(path), found.path)
            if match and endpoint.method == request["method"]:
                given, alike = values_of(endpoint, endpoint.params, asked)
                has_items = endpoint.found(body) is not None
                matching.append((alike, has_items, endpoint, {**given, **match.groupdict()}))
    best = max(matching, key=lambda one: one[:2], default=None)
    return (best[2], best[3]) if best else None


def several(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of an address: one that is there several times has a list of values."""
    names = dict.fromkeys(name for name, _ in pairs)
    values = {name: [value for of, value in pairs if of == name] for name in names}
    return {name: found if len(found) > 1 else found[0] for name, found in values.items()}


def values_of(endpoint: Endpoint, written: Any, asked: Any) -> tuple[dict[str, str], int]:
    """What was asked with in the place of each {name}, at whatever depth, and how much else is as it is written."""
    if isinstance(written, Mapping | list):
        places = written.items() if isinstance(written, Mapping) else enumerate(written)
        told = asked if isinstance(asked, Mapping) else dict(enumerate(asked)) if isinstance(asked, list) else {}
        found = [values_of(endpoint, one, told[place]) for place, one in places if place in told]
        return {name: value for values, _ in found for name, value in values.items()}, sum(alike for _, alike in found)
    if isinstance(asked, list):
        asked = endpoint.between.join(map(str, asked))
    match = re.fullmatch(_filled(written), str(asked), re.DOTALL) if isinstance(written, str) else None
    is_fixed = written == asked or (match is not None and not match.groups())
    return (match.groupdict() if match else {}), int(is_fixed)


def _filled(written: str) -> str:
    """A text with {names} as a pattern: doubled braces are braces, a name that comes again is the same again."""
    pattern, known = "", set[str]()
    for literal, name, _, _ in Formatter().parse(written):
        pattern += re.escape(literal)
        if name:
            pattern += f"(?P={name})" if name in known else f"(?P<{name}>.+?)"
            known.add(name)
    return pattern


def _pattern(path: str) -> str:
    """An endpoint's path as a pattern: a place may have parts, and versions of an interface differ by a number."""
    named = re.sub(
        r"\\\{(\w+)\\\}", lambda name: f"(?P<{name[1]}>{'.+?' if name[1] == 'place' else '[^/]+'})", re.escape(path)
    )
    return named.replace("/2\\.3/", r"/2\.\d/") + "/?"


def items_of(network: Network, endpoint: Endpoint | None, body: Any) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """The items of a body with the endpoint that they are of; without one, what the connector knows by its looks."""
    if endpoint is not None and endpoint.found(body) is not None:
        yield from ((endpoint.name, item) for item in each(endpoint.found(body) or []))
    elif isinstance(body, list):
        for one in body:
            yield from items_of(network, None, one)
    elif isinstance(body, dict) and (kind := looks(network, body)):
        yield (None if kind == "itself" else kind), body
    elif isinstance(body, dict):
        for one in body.values():
            yield from items_of(network, None, one)


def looks(network: Network, item: dict[str, Any]) -> str | None:
    """The endpoint of whose items one is by its looks; `itself` where a connector reads it as it stands in files."""
    if "Collection" in str(item.get("type")):  # its items stand in it, or in the page that does
        return None
    if network.kind == "discourse":
        return "itself" if "post_number" in item and "post_type" in item else None
    if network.kind == "github":
        return "itself" if item.keys() & {"issue_url", "pull_request_url", "comments_url", "commit_id"} else None
    return network.recognised(item)


def _record(endpoint: str | None, item: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """An item as a pull keeps it."""
    return {**item, **({ASKED: {"endpoint": endpoint, "about": values, "at": AT}} if endpoint else {})}


def answers_of(kind: str, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The good answers of one network's recordings, with the name of their file."""
    for path in sorted((folder / kind).glob("*.ndjson")):
        for line in filter(str.strip, path.read_text().split("\n")):  # and nowhere else: texts hold other line ends
            answer = json.loads(line)
            if answer["status"] in GOOD and answer["request"]["method"] in ("GET", "POST"):
                yield path.stem, answer


def asked_of(
    network: Network, answer: dict[str, Any]
) -> tuple[list[tuple[str | None, dict[str, Any]]], dict[str, str]]:
    """The items of an answer, and what it was asked about.

    What no endpoint asks for is known by its looks; not where it was sent by POST, for that may have changed something.
    """
    known = endpoint_of(network, answer["request"], answer["body"])
    values = {"owner": "somebody", "id": "somebody", "at": AT, "uri": "at://did:plc:somebody/app.bsky.feed.post/3k7qmjev5lr2s",
              **(known[1] if known else {})}  # fmt: skip
    if answer["request"]["method"] != "GET" and (not known or known[0].found(answer["body"]) is None):
        return [], values
    return list(items_of(network, known[0] if known else None, answer["body"])), values


def is_empty(network: Network, answer: dict[str, Any]) -> bool:
    """Whether an answer is one that an endpoint asks for, and there is nothing in it."""
    known = endpoint_of(network, answer["request"], answer["body"])
    return known is not None and known[0].found(answer["body"]) == []


def records_of(kind: str, folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """Every item of one network's recorded answers, as a pull keeps it."""
    for _, answer in answers_of(kind, folder):
        items, values = asked_of(NETWORKS[kind], answer)
        yield from (_record(endpoint, item, values) for endpoint, item in items)


def mapped(kind: str, folder: Path = FOLDER) -> Mapped:
    """Every recorded answer of one network, through its connector."""
    network, found = NETWORKS[kind], Mapped()
    source = Source(name="net", kind=kind, path="-", network=kind)
    for stem, answer in answers_of(kind, folder):
        items, values = asked_of(network, answer)
        found.answers += 1
        is_read = bool(items) or is_empty(network, answer)
        found.read += is_read
        if not is_read:
            found.unasked[stem] += 1
        for record in (_record(endpoint, item, values) for endpoint, item in items):
            try:
                rows = list(network.rows(record, source))
            except Ignored as reason:
                found.ignored[f"{stem}: {reason}"] += 1
            except Malformed as reason:
                found.malformed[f"{stem}: {reason}"] += 1
            else:
                found.verbs.update(row["verb"] if dataset == "activity" else dataset for dataset, row in rows)
    return found


if __name__ == "__main__":
    for name in sorted(NETWORKS):
        got = mapped(name)
        print(f"{name}: {got.answers} answers, {got.read} read, verbs {dict(got.verbs)}")
        print(f"   ignored {dict(got.ignored)}\n   malformed {dict(got.malformed)}\n   unasked {dict(got.unasked)}")
