"""dbt does without the work that nobody asks of it, and what it does is the same."""

from typing import Any

import pytest

from evenscore.night import lean_dbt


@pytest.fixture(scope="module", autouse=True)
def relieved() -> None:
    lean_dbt.relieve()


def test_no_event_is_put_into_words() -> None:
    from dbt.adapters.events.types import SQLQuery
    from dbt_common.events.functions import fire_event

    fire_event(SQLQuery(conn_name=object()))  # which no message can be made of


def test_a_template_is_compiled_once_and_rendered_each_time_with_what_it_is_given() -> None:
    from dbt_common.clients.jinja import get_environment

    source = "{{ who }} {% if who is none %}nobody{% endif %}"
    first, second = (get_environment().compile(source) for _ in range(2))
    assert first is second
    assert get_environment(native=True).compile(source) is not first
    assert get_environment().compile(source + "!") is not first
    said = [get_environment().from_string(source).render({"who": who}) for who in ("ann", "ben")]
    assert [one.strip() for one in said] == ["ann", "ben"]


def test_what_is_asked_for_in_another_way_is_compiled_anew() -> None:
    from dbt_common.clients.jinja import get_environment

    first, second = (get_environment().compile("{{ who }}", "a name") for _ in range(2))
    assert first is not second


def test_a_macro_is_found_where_dbt_would_find_it() -> None:
    from dbt.context import macros

    (dbts_own,) = macros.MacroNamespace.__bases__
    namespaces: dict[str, Any] = {
        "local_namespace": {"a": 1},
        "global_namespace": {"a": 2, "b": 2},
        "packages": {"a": 3, "b": 3, "c": 3},
        "global_project_namespace": {"a": 4, "b": 4, "c": 4, "dbt": 4, "d": 4},
    }
    assert macros.MacroNamespace is not dbts_own
    found, as_dbt_has_it = macros.MacroNamespace(**namespaces), dbts_own(**namespaces)
    assert dict(found) == dict(as_dbt_has_it)
    assert len(found) == len(as_dbt_has_it)
    assert found["dbt"] == namespaces["global_project_namespace"]
    with pytest.raises(KeyError):
        found["e"]


def test_how_dates_are_written_is_learnt_once_and_they_are_read_as_before() -> None:
    import agate

    kinds = [agate.DateTime(), agate.DateTime(), agate.Date()]
    assert len({id(kind._constants) for kind in kinds}) == 1
    assert str(kinds[0].cast("2026-03-01T10:00:00")) == "2026-03-01 10:00:00"
    assert str(kinds[2].cast("March 1st 2026")) == "2026-03-01"


def test_a_dbt_that_has_them_by_other_names_works_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("events.event_manager.EventManager", "clients.jinja.MacroFuzzEnvironment"):
        monkeypatch.delattr(f"dbt_common.{name}")
    monkeypatch.delattr("dbt.context.macros.MacroNamespace")
    monkeypatch.delattr("parsedatetime.Constants")
    lean_dbt.relieve.__wrapped__()
