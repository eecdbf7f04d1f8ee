"""How a connector says what is asked, and how the next page is asked for: in the address, or in a JSON body."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from evenscore.connectors.endpoints import ACCOUNT, Endpoint, Subject, children
from evenscore.connectors.paging import Next, Page, by_last, by_number, by_url


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
    ],
)  # fmt: skip
def test_the_next_page_is_asked_for_as_it_is_said(
    step: Callable[[Page], Next | None], body: Any, items: list[Any], params: dict[str, Any], expected: Any
) -> None:
    found = after(step, body, items, **params)
    assert found == expected and json.dumps(found) == json.dumps(expected), "a number stays a number, text stays text"


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


def test_the_ids_of_a_batch_are_a_list_where_a_parameter_is_to_be_repeated() -> None:
    endpoint = Endpoint("users", "/u", ACCOUNT, "users", 2, params={"ids": "{id}", "q": "a\nb"}, batch="id", joint="&")
    batches = list(endpoint.batches(Subject({"id": one}) for one in "abc"))
    assert [endpoint.first(one.values, None)["params"] for one in batches] == [
        {"ids": ["a", "b"], "q": "a\nb"},
        {"ids": ["c"], "q": "a\nb"},
    ]
