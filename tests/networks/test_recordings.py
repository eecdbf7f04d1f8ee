"""Recordings are given to the endpoint that asks for them, in whatever way it asks."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from recordings import mapped

from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import ACCOUNT, Endpoint, Subject
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Row, need, need_id

AT = "2026-03-01T12:00:00Z"
NOTES = "query($of: ID!) {{ notes(of: $of) {{ id at }} }}"
FANS = "query($note: ID!) {{ fans(note: $note) {{ id }} }}"


class Graph(Network):
    """All is asked by POST at one address; who a batch is about stands in a list."""

    kind = "graph"
    verbs: ClassVar = {"post": "notes", "like": "fans"}
    endpoints = (
        Endpoint("users", "/api/users/show", ACCOUNT, "users", 50, method="POST", params={"ids": "{id}", "full": True},
                 batch="id", joint="&", items="users"),
        Endpoint("notes", "/graphql", ACCOUNT, "notes", method="POST", items="data.list",
                 params={"query": NOTES, "variables": {"of": "{id}", "first": 50}}),
        Endpoint("fans", "/graphql", "notes", "fans", method="POST", items="data.list",
                 params={"query": FANS, "variables": {"note": "{note}"}},
                 about=lambda item: Subject({"note": str(item["id"])})),
    )  # fmt: skip

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        return {"users": _user, "notes": _note, "fans": _fan}


def _user(item: Row, asked: Row, _source: Source) -> Rows:
    assert asked["about"]["id"] == "7\n8"
    yield from profile(AT, item["id"], [])


def _note(item: Row, asked: Row, _source: Source) -> Rows:
    yield activity(f"note-{need_id(item, 'id')}", "post", need(asked, "about", "id"), f"note-{item['id']}", None, AT)


def _fan(item: Row, asked: Row, _source: Source) -> Rows:
    note = f"note-{need(asked, 'about', 'note')}"
    yield activity(f"like-{note}-{item['id']}", "like", need_id(item, "id"), note, asked["about"]["owner"], AT)


def answer(path: str, sent: Any, body: Any, method: str = "POST", status: int = 200) -> str:
    request = {"method": method, "path": path, "body": sent}
    return json.dumps({"request": request, "status": status, "headers": {}, "body": body}) + "\n"


def test_what_is_asked_by_post_is_read_and_what_nobody_asks_so_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NETWORKS, "graph", Graph())
    monkeypatch.setattr("recordings.Source", lambda **named: Source(**(named | {"kind": "github"})))
    (tmp_path / "graph").mkdir()
    listed = {"data": {"list": [{"id": "1"}, {"id": "2"}]}}
    (tmp_path / "graph/all.ndjson").write_text(
        answer("/api/users/show", {"ids": ["7", "8"], "full": True}, {"users": [{"id": "7"}]})
        + answer("/graphql", {"query": NOTES.format(), "variables": {"of": "7", "first": 50, "after": "x"}}, listed)
        + answer("/graphql", json.dumps({"query": FANS.format(), "variables": {"note": "1"}}), listed)
        + answer("/graphql", {"query": "mutation { like }"}, {"data": {"like": True}})
        + answer("/api/notes/create", {"text": "hi"}, {"id": "3"})
    )
    found = mapped("graph", tmp_path)
    assert (found.answers, found.read) == (5, 3) and not found.malformed and not found.ignored
    assert found.verbs == {"accounts": 1, "aliases": 1, "post": 2, "like": 2}
    assert found.unasked == {"all": 2}


def test_what_holds_nothing_and_what_is_partial_are_answers_too(tmp_path: Path) -> None:
    (tmp_path / "github").mkdir()
    star = {"starred_at": "2026-03-01T00:00:00Z", "user": {"id": 7, "login": "ann"}}
    (tmp_path / "github/all.ndjson").write_text(
        answer("/repos/ann/tool/issues", None, [], "GET")
        + "\n"
        + answer("/repos/ann/tool/stargazers", None, [star], "GET", 206)
        + answer("/repos/ann/tool/stargazers", None, {"message": "no"}, "GET", 403)
    )
    found = mapped("github", tmp_path)
    assert (found.answers, found.read, found.verbs["star"]) == (2, 2, 1) and not found.unasked


def test_the_activities_of_a_collection_are_read_and_not_the_collection(tmp_path: Path) -> None:
    (tmp_path / "activitystreams").mkdir()
    act = {"id": "https://a/1", "type": "Follow", "actor": "https://a/ann", "object": "https://b/ben", "published": AT}
    listed = {"type": "OrderedCollection", "totalItems": 1, "first": {"type": "OrderedCollectionPage"}}
    for place, key in ((listed["first"], "orderedItems"), (listed, "items")):
        held = {**listed, key: [act]} if place is listed else {**listed, "first": {**listed["first"], key: [act]}}
        (tmp_path / "activitystreams/all.ndjson").write_text(answer("/users/ann/outbox", None, held, "GET"))
        assert mapped("activitystreams", tmp_path).verbs == {"follow": 1}
