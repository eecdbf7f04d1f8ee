"""How a connector says what is asked, and how the next page is asked for: in the address, or in a JSON body."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from evenscore.connectors.endpoints import ACCOUNT, Endpoint, Subject, children
from evenscore.connectors.instants import iso
from evenscore.connectors.paging import Next, Page, by_cursor, by_last, by_link, by_number, by_url
from evenscore.connectors.records import Malformed


def after(step: Callable[[Page], Next | None], body: Any, items: list[Any], **params: Any) -> Mapping[str, Any] | None:
    """The parameters that the next page is asked with."""
    found = step(Page("https://h/api/notes", params, {}, body, items))
    return None if found is None else found.params


@pytest.mark.parametrize(
    ("step", "body", "items", "params", "expected"),
    [
        (by_number(), [], [1], {}, {"page": "2"}),
        (by_number(), [], [], {"page": "2"}, None),
        (by_number(size=2), [], [1], {}, None),
        (by_number(size=2), [], [1, 2], {}, {"page": "2"}),
        (by_number("meta.more"), {"meta": {"more": True}}, [], {"page": "7"}, {"page": "8"}),
        (by_number("meta.more"), {"meta": {}}, [1], {"page": "7"}, None),
        (by_number("more"), {"more": True}, [], {"page": "7"}, {"page": "8"}),
        (by_number("more"), {"more": 0}, [1], {}, None),
        (by_number(param="offset", step=2), [], [1, 2], {"offset": 0}, {"offset": 2}),
        (by_number(param="offset", step=2), [], [1, 2, 3], {"offset": "50"}, {"offset": "52"}),
        (by_number(param="offset", step=50), [], [1], {"offset": 50}, {"offset": 51}),
        (by_number("more", param="offset", step=50), {"more": True}, [], {"offset": 50}, {"offset": 100}),
        (by_last("id", "untilId"), [], [{"id": "b"}, {"id": "a"}], {"untilId": "c"}, {"untilId": "a"}),
        (by_last("note.id", "max_id"), [], [{"note": {"id": 7}}], {}, {"max_id": 7}),
        (by_last("id", "untilId"), [], [], {}, None),
        (by_url("links.next"), {"links": {"next": "https://h/n?page[offset]=20"}}, [], {}, {"page[offset]": "20"}),
        (by_url("links.next"), {"links": {"next": "/api/notes?of=a&of=b"}}, [], {}, {"of": ["a", "b"]}),
        (by_url("links.next"), {"links": {"next": "/api/notes?q=&page=2"}}, [], {}, {"q": "", "page": "2"}),
        (by_url("links.next"), {"links": {}}, [1], {}, None),
        (by_cursor("next", "to"), {"next": 7.5}, [], {}, {"to": "7.5"}),
        (by_last("at", "until", size=2), [], [{"at": 5}], {"until": 7}, None),
        (by_last("at", "until", size=2), [], [{"at": 6}, {"at": 5}], {"until": 7}, {"until": 5}),
    ],
)  # fmt: skip
def test_the_next_page_is_asked_for_as_it_is_said(
    step: Callable[[Page], Next | None], body: Any, items: list[Any], params: dict[str, Any], expected: Any
) -> None:
    found = after(step, body, items, **params)
    assert found == expected and json.dumps(found) == json.dumps(expected), "a number stays a number, text stays text"


def test_a_full_page_of_one_time_leads_no_further_and_is_no_end() -> None:
    with pytest.raises(Malformed, match="one at alone"):
        after(by_last("at", "until", size=2), [], [{"at": 5}, {"at": 5}], until="5")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('<https://h/a?c=1>; rel="next"', {"c": "1"}),
        ('<>; rel="next"', None),
        ("</a?c=1>; rel=next", {"c": "1"}),
        ('<?c=1>; title="one, two; rel=prev"; rel="next"', {"c": "1"}),
        ('<?c=0>; rel="prev", <?c=1>; REL="prefetch NEXT"', {"c": "1"}),
        ("<?c=1> ; rel = 'next'; a=b,<?c=2>;rel=last", {"c": "1"}),
        ('<?c=1,2>; rel="next"', {"c": "1,2"}),
        ('<?c=1>; rel="nextish", <?c=2>; title="rel=next"', None),
        ("", None),
    ],
)
def test_a_link_header_is_read_in_every_form_that_it_may_have(said: str, expected: Any) -> None:
    found = by_link(Page("https://h/a", {}, {"link": said}, [], []))
    assert (found and found.params) == expected


@pytest.mark.parametrize(
    ("step", "said", "expected"),
    [(by_cursor("x-next", "after"), "b", {"after": "b"}), (by_url("x-next"), "/a?after=b", {"after": "b"})],
)
def test_the_next_page_may_stand_in_a_header(step: Any, said: str, expected: Any) -> None:
    assert step(Page("https://h/a", {}, {"x-next": said}, [], [])).params == expected
    assert step(Page("https://h/a", {}, {}, [], [])) is None
    assert by_url("link")(Page("https://h/a", {}, {"link": '</b>; rel="first"'}, {"link": None}, [])) is None


def test_a_cursor_goes_where_its_dots_lead_in_a_body_and_nowhere_else() -> None:
    asked = {"query": "q", "variables": {"of": "7", "page": 2}}
    for step, body, expected in (
        (by_cursor("next", "variables.after"), {"next": "b"}, {"of": "7", "page": 2, "after": "b"}),
        (by_number(param="variables.page"), {}, {"of": "7", "page": 3}),
    ):
        found = step(Page("https://h/a", asked, {}, body, [1]))
        assert found is not None and found.after("/a", asked)["params"] == {"query": "q", "variables": expected}
    found = by_cursor("next", "page.after")(Page("https://h/a", {"page": "1"}, {}, {"next": "b"}, [1]))
    assert found is not None and found.after("/a", {"page": "1"})["params"] == {"page": "1", "page.after": "b"}
    notes = Endpoint("notes", "/a", ACCOUNT, "notes", params=asked, method="POST", since="variables.since")
    at = datetime.fromisoformat("2026-03-01T10:00:00+00:00")
    assert notes.first({}, at)["params"]["variables"] == asked["variables"] | {"since": "2026-03-01T10:00:00Z"}


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1772359200", "2026-03-01T10:00:00Z"),
        ("1772359200.5", "2026-03-01T10:00:00.500000Z"),
        ("1772359200123", "2026-03-01T10:00:00.123000Z"),
        ("20260301", "2026-03-01T00:00:00Z"),
        ("20260301T100000Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01 12:00:00.123456789+0200", "2026-03-01T10:00:00.123456Z"),
        ("20260301100000", None),
        ("7", None),
    ],
)
def test_an_instant_may_be_a_number_that_is_written_as_text(written: str, at: str | None) -> None:
    assert iso(written) == at


def test_an_address_in_the_body_is_asked_whole() -> None:
    found = by_url("next")(Page("https://h/api/notes", {"q": "x"}, {}, {"next": "/api/other?p=2"}, [1]))
    assert found is not None and found.after("/api/notes", {"q": "x"}) == {
        "path": "https://h/api/other",
        "params": {"p": "2"},
    }


def test_what_is_no_text_is_asked_as_it_is_and_names_are_filled_at_any_depth() -> None:
    asked = {
        "limit": 100,
        "isOld": False,
        "variables": {"user": "{id}", "kinds": ["{kind}"]},
        "query": "{{ me {{ id }} }}",
    }
    endpoint = Endpoint("notes", "/graphql", ACCOUNT, "notes", params=asked, method="POST")
    assert not endpoint.can_be_asked({"id": "7"}) and endpoint.can_be_asked({"id": "7", "kind": "a"})
    assert endpoint.first({"id": "7", "kind": "a"}, None)["params"] == {
        "limit": 100, "isOld": False, "variables": {"user": "7", "kinds": ["a"]}, "query": "{ me { id } }",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "values", "address"),
    [
        ("/projects/{place}/notes", {"place": "group%2Fname"}, "/projects/group%2Fname/notes"),
        ("/projects/{place}/notes", {"place": "group/name?a#b"}, "/projects/group/name%3Fa%23b/notes"),
        ("/users/{id}/notes", {"id": "a%2F/b?c"}, "/users/a%252F%2Fb%3Fc/notes"),
        ("{server}/{id}", {"server": "https://h/%41?x#y", "id": "a/b"}, "https://h/%41?x#y/a%2Fb"),
    ],
    ids=["place as it is written", "place of two parts", "one part", "address"],
)
def test_a_value_is_one_part_of_an_address_but_a_place_and_what_it_begins_with(
    path: str, values: dict[str, str], address: str
) -> None:
    assert Endpoint("notes", path, ACCOUNT, "notes").first(values, None)["path"] == address


def test_a_child_may_be_asked_about_with_what_its_parent_was_asked_about() -> None:
    about = children("comments", number="number", place="evenscore.about.place")
    parent = {"number": 7, "comments": 2, "evenscore": {"endpoint": "issues", "about": {"place": "ann/tool"}}}
    assert about(parent) == Subject({"number": "7", "place": "ann/tool"}, 2)
    assert about({**parent, "comments": 0}) == Subject({"number": "7", "place": "ann/tool"}, 0)
    lacking = ({"comments": None}, {"number": None}, {"evenscore": {}})
    assert [about({**parent, **less}) for less in lacking] == [None] * 3


def test_the_ids_of_a_batch_are_a_list_where_a_parameter_is_to_be_repeated() -> None:
    endpoint = Endpoint("users", "/u", ACCOUNT, "users", 2, params={"ids": "{id}", "q": "a\nb"}, batch="id", joint="&")
    batches = list(endpoint.batches(Subject({"id": one}) for one in "abc"))
    assert [endpoint.first(one.values, None)["params"] for one in batches] == [
        {"ids": ["a", "b"], "q": "a\nb"},
        {"ids": ["c"], "q": "a\nb"},
    ]


@pytest.mark.parametrize(
    ("step", "body", "is_counted"),
    [
        (by_number(), {}, True),
        (by_url("next"), {"next": "/a?page=2"}, True),
        (by_url("next"), {"next": "/a?q=x&P=2"}, True),
        (by_url("next"), {"next": "/a?page[offset]=40"}, True),
        (by_url("next"), {"next": "/a?page=b2c"}, False),
        (by_url("next"), {"next": "/a?q=2"}, False),
        (by_url("next"), {"next": "/a?page=1&page=2"}, False),
        (by_cursor("next"), {"next": "2"}, False),
        (by_last("id", "max_id"), {}, False),
    ],
)
def test_pages_are_counted_where_the_next_is_asked_for_by_a_number(step: Any, body: Any, is_counted: bool) -> None:
    """What vanishes from such pages moves an item over the seam, so that they are looked at once more."""
    found = step(Page("https://h/a", {}, {}, body, [{"id": "7"}]))
    assert found.is_counted is is_counted


def test_a_function_that_finds_the_items_need_not_think_of_another_shape() -> None:
    def there(body: Any) -> list[Any]:
        return [one for one in body["query"]["users"] if one]

    users = Endpoint("users", "/api", ACCOUNT, "users", items=there)
    assert users.found({"query": {"users": [{}, {"id": 1}]}}) == [{"id": 1}]
    assert users.found({"error": {"code": "maxlag"}}) is None and users.found({"query": {"users": 3}}) is None
